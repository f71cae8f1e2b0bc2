"""Each thing that can be late is made late, and the doctor says so, and what to do."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from cli.checks import work
from cli.checks.finding import Finding, State
from config.settings import Settings
from domain.curriculum import PRINCIPAL
from domain.decisions import Action
from domain.matters import MatterKind
from storage import orders
from storage.matters import steps
from storage.matters.steps import Step
from storage.tables import (
    Account,
    CertificateRow,
    Drift,
    LogEvent,
    MailRow,
    Packet,
    RecordStore,
    SigningOrder,
)
from tests.factories import NOW, OpenBook, make_certificate, open_book
from tests.storage.papers import make_document, new_order

HOUR = timedelta(hours=1)
FULL = Settings(smtp_host="mail.example.vn", smtp_from="hocba@hocba.example")


@pytest.fixture
def book(db: Session) -> OpenBook:
    return open_book(db)


def found(db: Session, at: datetime = NOW, settings: Settings = FULL) -> dict[str, Finding]:
    return {each.subject: each for each in work.examine(db, settings, at)}


def order(book: OpenBook, state: str, age: timedelta, **more: object) -> SigningOrder:
    made = orders.open_order(book.session, new_order(book, Action.APPROVE, PRINCIPAL), NOW)
    values = {"state": state, "created_at": NOW - age, **more}
    book.session.execute(update(SigningOrder).where(SigningOrder.id == made.id).values(**values))
    return made


def matter(book: OpenBook, *deeds: str) -> UUID:
    matter_id, school = uuid4(), book.cast.school
    first = Step("open", "ask", NOW - 3 * HOUR, school.principal)
    steps.open_matter(book.session, MatterKind.RECALL, matter_id, school.school_id, "asked", first)
    for number, deed in enumerate(deeds):
        steps.note(book.session, matter_id, Step(f"{number}", deed, NOW - 2 * HOUR))
    return matter_id


def mail(book: OpenBook, channel: str, send_after: datetime | None, *, created: timedelta = 5 * HOUR) -> None:
    account = Account(login=uuid4().hex)
    book.session.add(account)
    book.session.flush()
    row = MailRow(
        key=uuid4().hex, account_id=account.id, kind="notice", channel=channel, send_after=send_after,
        created_at=NOW - created,
    )  # fmt: skip
    book.session.add(row)
    book.session.flush()


def packet(book: OpenBook, state: str, age: timedelta) -> None:
    school, store = book.cast.school, uuid4().hex
    book.session.add(RecordStore(code=store, name="Kho", kind="city"))
    book.session.flush()
    certificate = make_certificate(book.session, None, school_id=school.school_id)
    row = Packet(
        command_id=uuid4(), store=store, school_id=school.school_id, name="x", sha256="a" * 64, size=1, records=1,
        certificate_id=certificate.id, signed_by=school.clerk, state=state, created_at=NOW - age,
    )  # fmt: skip
    book.session.add(row)
    book.session.flush()


def certify(book: OpenBook, days: int, *, of_school: bool = False) -> None:
    owner = {"school_id": book.cast.school.school_id} if of_school else {}
    staff_id = None if of_school else book.cast.homeroom
    make_certificate(book.session, staff_id, not_after=NOW + timedelta(days=days), **owner)


def test_an_installation_at_work_is_fine(db: Session, book: OpenBook) -> None:
    order(book, "signed", timedelta(minutes=5))
    matter(book, "confirm")
    mail(book, "mail", NOW - HOUR)
    packet(book, "ready", HOUR)
    certify(book, 400)
    assert [each for each in found(db).values() if each.state is not State.OK] == []
    assert all(not each.advice for each in found(db).values())


def signed_long_ago(book: OpenBook) -> None:
    order(book, "signed", 2 * HOUR, trouble_code="ProviderUnavailable")


def asked_long_ago(book: OpenBook) -> None:
    order(book, "asked", 2 * HOUR, trouble_code="what a service made up")


def preparing_long(book: OpenBook) -> None:
    order(book, "preparing", timedelta(minutes=20), expires_at=NOW + HOUR)


def unproven(book: OpenBook) -> None:
    order(book, "completed", 2 * HOUR)


def unpublished(book: OpenBook) -> None:
    document = make_document(book)
    book.session.add(LogEvent(document_id=document.id, kind="issued", happened_at=NOW - 2 * HOUR))
    book.session.flush()


def stuck(book: OpenBook) -> None:
    matter(book, "confirm", "stuck", "reminded")


def late_mail(book: OpenBook) -> None:
    mail(book, "mail", None)


def late_packet(book: OpenBook) -> None:
    packet(book, "sending", timedelta(days=2))


def drifted(book: OpenBook) -> None:
    drift = Drift(id=1, kind="behind", subject_id=book.id, detail={}, is_repaired=False, found_at=NOW - HOUR)
    book.session.add(drift)
    book.session.flush()


def ending(book: OpenBook) -> None:
    certify(book, 10)


def seal_ending(book: OpenBook) -> None:
    certify(book, 10, of_school=True)


def ended(book: OpenBook) -> None:
    certify(book, -5)


@pytest.mark.parametrize(
    ("break_it", "subject", "state", "sentence", "advice"),
    [
        (signed_long_ago, "confirmed orders", "wrong", "1 for ProviderUnavailable", "time stamps"),
        (asked_long_ago, "confirmed orders", "wrong", "1 for other", "carry-order"),
        (preparing_long, "preparing", "wrong", "1 wait, the first for 20 min", "hocba-sign"),
        (unproven, "evidence", "wrong", "1 wait, the first for 2 h 0 min", "upkeep/prove"),
        (unpublished, "history log", "wrong", "1 wait", "upkeep/publish"),
        (stuck, "matters", "watch", "stuck: 1 recall (since 2 h 0 min)", "try again"),
        (late_mail, "messages by mail", "wrong", "1 wait, the first for 5 h 0 min", "mail/minute"),
        (late_packet, "packets sending", "wrong", "1 wait, the first for 2 days", "/nop"),
        (drifted, "drifts", "wrong", "1 books or schools", "hocba audit"),
        (ending, "staff certificates", "watch", "1 end within 30 days, the first on 2027-01-20", "/chung-thu-so"),
        (seal_ending, "seal certificates", "watch", "1 end within 30 days", "at once"),
        (ended, "staff certificates", "watch", "1 ended lately and were not replaced", "/chung-thu-so"),
    ],
)
def test_what_is_late_is_found_with_what_to_do(  # noqa: PLR0917 - a table's row
    db: Session,
    book: OpenBook,
    break_it: Callable[[OpenBook], None],
    subject: str,
    state: str,
    sentence: str,
    advice: str,
) -> None:
    before = found(db).get(subject)
    assert before is None or before.state is State.OK
    break_it(book)
    finding = found(db)[subject]
    assert finding.state == state
    assert sentence in finding.sentence
    assert advice in finding.advice


def test_what_waits_as_it_should_is_not_late(db: Session, book: OpenBook) -> None:
    order(book, "prepared", 30 * HOUR, expires_at=NOW - HOUR)  # forgotten by its person
    order_id = order(book, "failed", 30 * HOUR).id
    matter(book, "stuck", "retry")  # somebody has mended it
    mail(book, "mail", NOW + HOUR)  # the person sleeps
    packet(book, "exported", timedelta(days=9))  # on its way as a file
    certify(book, 10)
    certify(book, 400)  # has the next one already
    assert [each for each in found(db).values() if each.state is not State.OK] == []
    assert order_id


def test_messages_that_nobody_is_to_carry_wait_for_ever(db: Session, book: OpenBook) -> None:
    late_mail(book)
    assert "messages by mail" not in found(db, settings=Settings())


def test_a_revoked_certificate_is_nobodys(db: Session, book: OpenBook) -> None:
    certify(book, 10)
    db.execute(update(CertificateRow).values(state="revoked", state_since=NOW))
    assert found(db)["staff certificates"].state is State.OK
