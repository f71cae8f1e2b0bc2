"""The second between: who confirmed before the change of hands, and whose signatures would take effect after it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from temporalio.exceptions import ApplicationError

from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.decisions import Action
from domain.matters.handovers import Deed, HandoverKind
from signing.verification.verdicts import Check
from signing.verification.verify import verify
from storage import orders, reassigning, staffing
from storage.orders import NewOrder
from storage.reassigning import Appointment, Change
from storage.staffing import Person
from storage.tables import (
    CertificateRow,
    Document,
    Position,
    SignatureRow,
    SigningLease,
    SigningOrder,
    StaffLeave,
)
from tests.activities.signing_office import Office
from tests.factories import OpenBook, make_staff
from tests.storage.handovers.playing import Stage

EARLIER = timedelta(seconds=5)


def confirmed(office: Office, book: OpenBook, action: Action = Action.SIGN, slot: str = "toan") -> str:
    order_id = office.open_order(book, action, slot)
    office.prepare(order_id)
    office.confirm(order_id)
    return order_id


def head_of(book: OpenBook) -> Person:
    return Person(book.cast.school.principal, book.cast.school.school_id, "", frozenset())


def hand_on(office: Office, book: OpenBook, slot: str = "toan", *, back: timedelta = timedelta(0)) -> UUID:
    """To somebody new, from this very moment on; orders may have been opened before."""
    newcomer = make_staff(office.session, book.cast.school.school_id, 91)
    office.session.execute(update(SigningOrder).values(signing_time=SigningOrder.signing_time - EARLIER))
    change = Change(book.cast.class_id, slot, newcomer, datetime.now(UTC) - back)
    reassigning.change_slots(office.session, head_of(book), [change], (uuid4(), "Nghỉ hưu"))
    office.session.commit()
    return newcomer


def complete(office: Office, book: OpenBook, order_id: str, action: Action = Action.SIGN, slot: str = "toan") -> None:
    office.complete(book.next(book.decision(action, slot, order_id=order_id)))


def refused(office: Office, book: OpenBook, order_id: str, action: Action = Action.SIGN, slot: str = "toan") -> None:
    with pytest.raises(ApplicationError) as refusal:
        complete(office, book, order_id, action, slot)
    assert refusal.value.type == "NotAllowed"
    assert not office.session.scalars(select(SignatureRow).where(SignatureRow.order_id == UUID(order_id))).all()
    assert office.order(order_id).state == "failed"
    assert not office.session.scalars(select(SigningLease).where(SigningLease.order_id == UUID(order_id))).all()


def test_what_was_confirmed_before_and_would_take_effect_after_is_not_signed(office: Office, book: OpenBook) -> None:
    order_id = confirmed(office, book)
    hand_on(office, book)
    refused(office, book, order_id)


def test_the_successor_signs_the_same_in_his_own_name_at_once(office: Office, book: OpenBook) -> None:
    old = confirmed(office, book)
    newcomer = hand_on(office, book, back=timedelta(seconds=2))
    refused(office, book, old)
    certificate = office.certificate(book.cast.school.school_id, Action.SIGN, newcomer)
    order_id = uuid4()
    new = NewOrder(order_id, book.id, Action.SIGN, ("toan",), newcomer, certificate.id, book.records)
    orders.open_order(office.session, new, datetime.now(UTC))
    office.session.commit()
    office.prepare(str(order_id))
    office.confirm(str(order_id))
    decision = book.decision(Action.SIGN, "toan", order_id=str(order_id))
    work = book.next(replace(decision, actor_id=str(newcomer)))
    assert office.complete(work).recorded
    [signature] = office.session.scalars(select(SignatureRow))
    assert signature.staff_id == newcomer


def test_what_took_effect_before_stays_whoever_comes_after(office: Office, book: OpenBook) -> None:
    office.sign(book, Action.SIGN, "toan")
    before = office.rows()
    hand_on(office, book)
    office.session.execute(update(SigningOrder).values(signing_time=SigningOrder.signing_time + EARLIER))
    assert office.rows()[3:] == before[3:]  # documents, their records, signatures


def test_an_order_opened_in_the_second_of_the_change_names_nobody_else(office: Office, book: OpenBook) -> None:
    """The time in a signature is a full second: an order of the successor whose second began before is not prepared."""
    newcomer = hand_on(office, book)
    certificate = office.certificate(book.cast.school.school_id, Action.SIGN, newcomer)
    new = NewOrder(uuid4(), book.id, Action.SIGN, ("toan",), newcomer, certificate.id, book.records)
    orders.open_order(office.session, new, datetime.now(UTC))
    office.session.execute(
        update(SigningOrder)
        .where(SigningOrder.id == new.order_id)
        .values(signing_time=SigningOrder.signing_time - EARLIER)
    )
    office.session.commit()
    with pytest.raises(ApplicationError, match="không còn do thầy/cô phụ trách"):
        office.prepare(str(new.order_id))


def test_the_head_who_was_followed_in_mid_approval_has_approved_nothing(office: Office, year: OpenBook) -> None:
    office.sign(year, Action.SIGN, HOMEROOM)
    order_id = confirmed(office, year, Action.APPROVE, PRINCIPAL)
    successor = make_staff(office.session, year.cast.school.school_id, 91)
    office.session.execute(update(SigningOrder).values(signing_time=SigningOrder.signing_time - EARLIER))
    admin = Person(year.cast.school.clerk, year.cast.school.school_id, "", frozenset())
    new = Appointment(successor, "principal", "Hiệu trưởng", datetime.now(UTC), replaces=True)
    reassigning.appoint(office.session, admin, new, (uuid4(), "Bổ nhiệm"))
    office.session.commit()
    refused(office, year, order_id, Action.APPROVE, PRINCIPAL)
    held = office.session.scalars(select(Position).where(Position.role == "principal")).all()
    assert len(held) == 2


@pytest.mark.parametrize("way", ["leave", "revoked", "suspended"])
def test_who_is_on_leave_or_lost_the_certificate_meanwhile_has_signed_nothing(
    office: Office, book: OpenBook, way: str
) -> None:
    order_id = confirmed(office, book)
    now, who = datetime.now(UTC), book.cast.who("toan")
    if way == "leave":
        stage = Stage(office.session, book, now)
        handing = stage.open(HandoverKind.MATERNITY, {}, at=now, until=now + timedelta(days=90))
        office.session.execute(update(StaffLeave).values(starts_at=now - timedelta(seconds=1)))
        assert handing.case.row.staff_id == who
    else:
        mine = update(CertificateRow).where(CertificateRow.staff_id == who)
        office.session.execute(mine.values(state=way, state_since=now))
    office.session.commit()
    refused(office, book, order_id)


def test_the_papers_of_a_stand_in_say_for_whom_and_hold(office: Office, book: OpenBook) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    stage = Stage(office.session, book, now - timedelta(minutes=1))
    certificate = office.certificate(book.cast.school.school_id, Action.SIGN, book.cast.music)
    wishes, until = {"toan": book.cast.music}, now + timedelta(days=3)
    handing = stage.open(HandoverKind.DELEGATION, wishes, by=stage.leaver, at=stage.now, until=until)
    handing.do(Deed.ACCEPT, book.cast.music)
    new = NewOrder(uuid4(), book.id, Action.SIGN, ("toan",), book.cast.music, certificate.id, book.records)
    orders.open_order(office.session, new, now)
    office.session.commit()
    office.prepare(str(new.order_id))
    office.confirm(str(new.order_id))
    decision = book.decision(Action.SIGN, "toan", order_id=str(new.order_id))
    assert office.complete(book.next(replace(decision, actor_id=str(book.cast.music)))).recorded
    [document] = office.session.scalars(select(Document))
    report = verify(office.objects.get(document.sha256), [office.authority.root])
    assert set(report.failures()) == {Check.TIME, Check.IN_FORCE}  # its evidence is not at hand
    assert "dạy thay Giáo viên Mẫu" in staffing.signer_of(office.session, book.cast.class_id, "toan", now).title
