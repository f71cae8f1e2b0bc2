"""What a Temporal that knows nothing has to be told, by the rows: all that is under way, and nothing that is over."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from domain.calendar import end_of_day
from domain.campaigns.alarms import PhaseAlarm
from domain.campaigns.cases import CaseState
from domain.campaigns.phases import Cohort, Owner, Step
from domain.campaigns.states import PhaseEventKind
from domain.decisions import Action
from domain.matters import MatterKind
from domain.matters.corrections import Deed
from storage import orders, rebuilding
from storage.corrections import deeds
from storage.rebuilding import LostCorrection
from storage.tables import DeadlineDecision, Enrolment, PhaseEvent, PupilCase, SigningOrder
from tests.correcting import Correction, make_admin, unlock
from tests.factories import OpenBook, make_certificate, open_book
from tests.office import OfficeWorld, make_office

NOW = datetime(2027, 1, 10, 8, tzinfo=UTC)


@pytest.fixture
def book(db: Session) -> OpenBook:
    book = open_book(db)
    book.submit_all()
    return book


def lost(case: Correction, *, goes_on: bool) -> list[LostCorrection]:
    return [LostCorrection(MatterKind.UNLOCK, case.id, goes_on)]


def executed(book: OpenBook) -> Correction:
    """Carried out, and its book does not know yet."""
    case = unlock(book, book.cast.homeroom, ["toan"], book.records[:1])
    until = case.at + timedelta(days=1)
    case.do(Deed.GRANT, book.cast.school.principal, slots=("toan",), record_ids=book.records[:1], until=until)
    case.do(Deed.EXECUTE, make_admin(book.session, book.cast.school.school_id, 1))
    return case


def test_what_only_waits_for_a_decision_has_no_workflow(book: OpenBook) -> None:
    unlock(book, book.cast.homeroom, ["toan"], book.records[:1])
    assert rebuilding.corrections(book.session) == []


def test_what_a_book_was_not_told_yet_goes_on(book: OpenBook) -> None:
    case = executed(book)
    assert rebuilding.corrections(book.session) == lost(case, goes_on=True)


def test_what_is_open_waits_for_its_alarms(book: OpenBook) -> None:
    case = executed(book)
    case.tell_books()
    assert rebuilding.corrections(book.session) == lost(case, goes_on=False)


def test_what_a_book_refused_is_tried_again_by_people(book: OpenBook) -> None:
    case = executed(book)
    [order] = case.plan().books
    deeds.stuck(book.session, case.id, order.command_id, "Conflict", case.at)
    assert rebuilding.corrections(book.session) == []


def open_order(book: OpenBook, state: str, age: timedelta = timedelta(hours=1)) -> UUID:
    order_id, homeroom = uuid4(), book.cast.homeroom
    new = orders.NewOrder(
        order_id, book.id, Action.SIGN, ("toan",), homeroom, make_certificate(book.session, homeroom).id, book.records
    )  # fmt: skip
    orders.release(book.session, orders.open_order(book.session, new, NOW))
    mine = update(SigningOrder).where(SigningOrder.id == order_id)
    book.session.execute(mine.values(state=state, created_at=NOW - age))
    return order_id


def test_orders_that_were_confirmed_are_carried(book: OpenBook) -> None:
    wanted = {open_order(book, state) for state in ("asked", "signed")}
    for state in ("preparing", "prepared", "completed", "failed"):
        open_order(book, state)
    open_order(book, "signed", age=timedelta(seconds=1))
    found = rebuilding.confirmed(book.session, NOW - timedelta(minutes=2))
    assert {each.order_id for each in found} == wanted
    assert {each.book for each in found} == {("2026-2027", book.cast.class_id, "hk1")}
    assert rebuilding.unheard(book.session) == []  # nothing is signed in what is completed


def test_orders_are_prepared_as_long_as_they_live(book: OpenBook) -> None:
    order_id = open_order(book, "preparing")
    assert rebuilding.preparing(book.session, NOW) == [(order_id, False)]
    assert rebuilding.preparing(book.session, NOW + orders.LIFETIME) == []


@pytest.fixture
def office(db: Session) -> OfficeWorld:
    return make_office(db)


def test_a_school_knows_which_alarms_went_off_and_when_exceptions_end(db: Session, office: OfficeWorld) -> None:
    campaign, book = office.campaign, office.books[0]
    school_id = book.cast.school.school_id
    alarm = PhaseAlarm(Step.DATA_REVIEW, Cohort.ALL, 7, PhaseEventKind.REMINDER, 5, Owner.ADMIN, NOW)
    columns = {
        "campaign_id": campaign.id, "school_id": school_id, "step": alarm.step.value, "cohort": alarm.cohort.value,
        "version": alarm.version, "happened_at": NOW,
    }  # fmt: skip
    db.add_all(
        [
            PhaseEvent(**columns, kind=alarm.kind.value, days=alarm.days, recipient=alarm.to.value),
            PhaseEvent(**columns, kind=PhaseEventKind.DONE.value),
        ]
    )
    enrolment = db.query(Enrolment).filter_by(class_id=book.cast.class_id).first()
    assert enrolment is not None
    until = NOW.date() + timedelta(days=3)
    case = PupilCase(
        id=uuid4(), campaign_id=campaign.id, school_id=school_id, enrolment_id=enrolment.id,
        state=CaseState.EXCEPTED.value, reason_id=UUID(book.reason()), reported_by=book.cast.homeroom, reported_at=NOW,
        until=until,
    )  # fmt: skip
    db.add(case)
    db.flush()
    [found] = [each for each in rebuilding.campaigns(db) if each.campaign_id == campaign.id]
    school = next(each for each in found.schools if each.school_id == school_id)
    assert (school.fired, school.exceptions) == ((alarm.key,), {str(case.id): end_of_day(until)})
    assert all(not each.fired for each in found.schools if each.school_id != school_id)


def test_moves_of_deadlines_that_not_everybody_heard_of_are_told(db: Session, office: OfficeWorld) -> None:
    campaign, book = office.campaign, office.books[0]
    for version, spread_at in ((1001, NOW), (1002, None), (1003, None)):
        db.add(
            DeadlineDecision(
                version=version, id=uuid4(), campaign_id=campaign.id, step=Step.DATA_REVIEW.value,
                cohort=Cohort.ALL.value, due_on=NOW.date(), decision_no="1", reason_id=UUID(book.reason()),
                decided_by=book.cast.homeroom, spread_at=spread_at,
            )
        )  # fmt: skip
    db.flush()
    [found] = [each for each in rebuilding.campaigns(db) if each.campaign_id == campaign.id]
    assert (found.spread, found.unspread) == (1001, (1002, 1003))


def test_a_closed_campaign_is_over(db: Session, office: OfficeWorld) -> None:
    office.campaign.state = "closed"
    db.flush()
    assert office.campaign.id not in {each.campaign_id for each in rebuilding.campaigns(db)}
