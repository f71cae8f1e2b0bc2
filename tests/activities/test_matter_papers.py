"""Orders for the papers of matters, each step twice, with real papers and real keys."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from temporalio.exceptions import ApplicationError

from activities.carrying import decision_of
from activities.matter_papers import MatterPaperActivities, MatterSigned
from activities.papers import PaperPool
from domain.decisions import Action
from domain.errors import Conflict
from domain.matters.signing import OUTDATED, OVERTAKEN, action_of
from signing.verification.verify import verify
from storage import auditing, history, looking_up, orders
from storage.database import Sessions
from storage.matters import paper_orders, papers, steps, waits
from storage.matters.paper_orders import WantedPaper
from storage.tables import Document, LogEvent, Matter, MatterEvent, MatterWait, OrderItem, School, SigningOrder
from tests.activities.signing_office import Office, remember
from tests.factories import ClassCast, make_class, make_school
from tests.matters import MINUTES, SEALED, make_matter, papers_of_matters, person_of, wait, who  # noqa: F401 - a fixture


@dataclass
class Desk:
    """Where the paper of one matter is signed."""

    office: Office
    activities: MatterPaperActivities
    cast: ClassCast
    matter: Matter

    @property
    def session(self) -> Session:
        return self.office.session

    def open(self, field: str) -> str:
        person = person_of(self.session, who(self.cast, field))
        self.office.certificate(self.cast.school.school_id, action_of(field), person.staff_id)
        wanted = WantedPaper(uuid4(), self.matter.id, field)
        order = paper_orders.open_order(self.session, person, wanted, datetime.now(UTC))
        self.session.commit()
        return str(order.id)

    def confirmed(self, field: str) -> str:
        order_id = self.open(field)
        self.office.prepare(order_id)
        self.office.confirm(order_id)
        return order_id

    def complete(self, order_id: str) -> MatterSigned:
        signed: MatterSigned = self.office.temporal.run(self.activities.complete_matter_order, order_id)
        self.session.expire_all()
        return signed

    def sign(self, field: str) -> MatterSigned:
        return self.complete(self.confirmed(field))

    def document(self) -> Document:
        [document] = self.session.scalars(select(Document).where(Document.state == "live")).all()
        return document

    def rows(self) -> list[object]:
        deeds = self.session.execute(select(MatterEvent.deed, MatterEvent.hash).order_by(MatterEvent.seq)).all()
        return [self.office.rows(), deeds, self.session.scalars(select(LogEvent.document_id)).all()]


@pytest.fixture
def desk(  # fixtures, passed by name
    office: Office,
    db: Session,
    sessions: Sessions,
    pool: PaperPool,
    papers_of_matters: None,  # noqa: F811 - the fixture
) -> Desk:
    """Of a transfer, whose paper is signed by the principal and sealed."""
    cast = make_class(db, make_school(db))
    matter = make_matter(db, cast)
    db.commit()
    return Desk(office, MatterPaperActivities(sessions, pool), cast, matter)


@pytest.fixture
def minutes(desk: Desk) -> Desk:
    """Of a handover to two people."""
    found = replace(desk, matter=make_matter(desk.session, desk.cast, MINUTES))
    desk.session.commit()
    return found


def test_a_paper_is_signed_and_sealed(desk: Desk) -> None:
    signed = [desk.sign(field) for field in SEALED]
    assert [(each.field, each.is_sealed, each.failed) for each in signed] == [
        ("principal", False, ""), ("seal", True, ""),
    ]  # fmt: skip
    document = desk.document()
    assert (document.kind, document.matter_id, document.school_id) == (
        "transfer_result", desk.matter.id, desk.cast.school.school_id,
    )  # fmt: skip
    assert desk.session.scalars(select(Document.id).where(Document.class_term_id.is_(None))).all() == [document.id]
    assert (document.sha256, document.sealed_at is not None) == (signed[-1].sha256, True)
    report = verify(desk.office.objects.get(document.sha256), [desk.office.authority.root])
    assert [each.field for each in report.signatures] == list(SEALED)
    assert desk.session.scalars(select(SigningOrder.level).order_by(SigningOrder.level)).all() == ["B-B", "B-LT"]


def test_minutes_are_signed_by_all_and_not_sealed(minutes: Desk) -> None:
    assert [minutes.sign(field).failed for field in MINUTES] == ["", "", "", ""]
    document = minutes.document()
    assert (document.kind, document.sealed_at) == ("handover_minutes", None)
    assert minutes.session.scalars(select(LogEvent.id)).all() == []
    assert papers.signed_fields(minutes.session, document.id) == set(MINUTES)


def test_the_diary_tells_and_nobody_is_waited_for(desk: Desk) -> None:
    for left, field in zip((1, 0), SEALED, strict=True):
        desk.sign(field)
        assert len(desk.session.scalars(select(MatterWait.id)).all()) == left
    deeds = desk.session.scalars(select(MatterEvent.deed).order_by(MatterEvent.seq)).all()
    assert deeds == ["opened", "signed.principal", "signed.seal"]
    assert steps.first_broken_step(desk.session, desk.matter.id) is None


def test_each_step_run_twice_changes_nothing(desk: Desk) -> None:
    for field in SEALED:
        order_id = desk.open(field)
        prepared, before = desk.office.prepare(order_id), desk.rows()
        assert desk.office.prepare(order_id) == prepared
        assert (desk.rows(), prepared.papers) == (before, 1)
        desk.office.confirm(order_id)
        signed, after = desk.complete(order_id), desk.rows()
        assert desk.complete(order_id) == signed
        assert desk.rows() == after


def test_a_sealed_paper_is_in_force_for_the_log_the_audit_and_whoever_looks_it_up(desk: Desk) -> None:
    for field in SEALED:
        desk.sign(field)
    document = desk.document()
    school = desk.session.get_one(School, desk.cast.school.school_id)
    [event] = history.unnumbered(desk.session, 10)
    assert (event.kind, event.record_id, event.school_code) == ("issued", document.id, school.code)
    history.number(desk.session, [(event.event_id, b"leaf")])
    [numbered] = auditing.events(desk.session, 0, 10)
    assert numbered.facts == event
    found = looking_up.paper_of(desk.session, document.lookup_code)
    assert found is not None
    assert (found.school, found.school_year, found.standing) == (school.name, "", "in_force")


def test_of_two_at_once_the_second_looks_again(minutes: Desk) -> None:
    minutes.sign("giver")
    first, second = minutes.confirmed("taker_2"), minutes.confirmed("taker_1")
    assert minutes.complete(first).failed == ""
    lost = minutes.complete(second)
    assert (lost.failed, lost.sha256) == (OVERTAKEN[0], "")
    assert minutes.complete(second) == lost
    [item] = orders.items(minutes.session, UUID(second))
    assert item.error == OVERTAKEN[1]
    assert papers.signed_fields(minutes.session, minutes.document().id) == {"giver", "taker_2"}
    assert minutes.sign("taker_1").failed == ""


def test_of_two_who_write_it_at_once_the_second_looks_again(desk: Desk) -> None:
    """Nobody has signed yet, so both write the paper."""
    first = desk.confirmed("principal")
    second = UUID(desk.open("principal"))
    assert desk.office.order(first).state == "signed"  # what is confirmed goes on
    desk.office.prepare(str(second))
    desk.office.confirm(str(second))
    assert desk.complete(first).failed == ""
    assert desk.complete(str(second)).failed == OVERTAKEN[0]


def test_whose_turn_it_is_not_is_told_so(minutes: Desk) -> None:
    order_id = minutes.open("taker_1")
    assert minutes.office.prepare(order_id).papers == 0
    [item] = orders.items(minutes.session, UUID(order_id))
    assert "Chưa đến lượt" in item.error


def test_the_decision_of_an_order_names_matter_field_and_document(desk: Desk) -> None:
    order_id = desk.confirmed("principal")
    decision = decision_of(desk.session, desk.office.order(order_id))
    assert (decision.action, decision.slot, decision.matter_id) == (Action.APPROVE, "principal", str(desk.matter.id))
    assert (decision.record_ids, decision.order_id) == (
        (str(papers.current_id(desk.session, desk.matter.id)),), order_id,
    )  # fmt: skip


def test_an_order_is_completed_only_once_it_is_confirmed(desk: Desk) -> None:
    order_id = desk.open("principal")
    desk.office.prepare(order_id)
    with pytest.raises(ApplicationError, match="chưa được xác nhận") as refused:
        desk.complete(order_id)
    assert refused.value.non_retryable


def test_a_digest_that_came_back_unsigned_fails_and_can_be_signed_again(desk: Desk) -> None:
    order_id = desk.confirmed("principal")
    unsigned = update(OrderItem).where(OrderItem.order_id == UUID(order_id))
    desk.session.execute(unsigned.values(raw_signature=None))
    desk.session.commit()
    assert desk.complete(order_id).failed == "NotSigned"
    assert desk.sign("principal").failed == ""


def test_an_order_that_expired_is_not_signed(desk: Desk) -> None:
    order_id = desk.open("principal")
    desk.office.prepare(order_id)
    past = update(SigningOrder).values(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    desk.session.execute(past)
    desk.session.commit()
    with pytest.raises(Conflict, match="hết hạn"):
        desk.office.confirm(order_id)


def test_a_certificate_of_somebody_else_signs_nothing(desk: Desk) -> None:
    stranger = desk.office.authority.issue_person("Người Khác", "079180000099")
    remember(desk.session, stranger, staff_id=desk.cast.school.principal)
    order_id = desk.open("principal")
    with pytest.raises(ApplicationError, match="không mang mã định danh"):
        desk.office.prepare(order_id)
    assert desk.office.order(order_id).state == "failed"


def test_a_void_paper_is_kept_and_the_next_is_another(desk: Desk) -> None:
    desk.sign("principal")
    old, late = desk.document().id, desk.confirmed("seal")
    papers.void_paper(desk.session, desk.matter.id, None)
    waits.wait_for(desk.session, desk.matter.id, [wait(desk.cast, each) for each in SEALED], datetime.now(UTC))
    desk.session.commit()
    assert (desk.office.order(late).state, desk.office.order(late).trouble) == ("failed", OUTDATED[1])
    with pytest.raises(ApplicationError, match=OUTDATED[1]):
        desk.complete(late)
    assert desk.session.get_one(Document, old).state == "void"
    again = desk.sign("principal").document_id
    assert again == str(papers.current_id(desk.session, desk.matter.id))
    assert again != str(old)


def test_a_sealed_paper_is_never_void(desk: Desk) -> None:
    for field in SEALED:
        desk.sign(field)
    with pytest.raises(Conflict, match="đã đóng dấu"):
        papers.void_paper(desk.session, desk.matter.id, None)
