"""A school becomes part of another, or gives classes away: once for each decision, and what was issued stays."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.decisions import Action
from domain.errors import Conflict, Invalid, NotFound
from domain.matters.handovers import HandoverKind, HandoverState
from storage import certificates, chains, journal, paper_facts, staffing
from storage.handovers import merging, reading
from storage.handovers.merging import Merged, Merger
from storage.staffing import Person
from storage.tables import (
    ClassGroup,
    ClassProgress,
    Document,
    Handover,
    HandoverItem,
    Matter,
    Position,
    PupilRow,
    School,
    SigningOrder,
    Staff,
    TeachingAssignment,
    Transfer,
)
from storage.transfers.year import sealed_years
from tests.factories import SUBJECTS, ClassCast, OpenBook, make_certificate, make_class, make_school
from tests.matters import MINUTES, make_matter
from tests.storage.papers import make_document, make_order
from tests.storage.pupil_years import enrolment_of, issued

NOW = datetime(2026, 12, 1, 3, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def there(db: Session) -> ClassCast:
    return make_class(db, make_school(db, 2), "1B1")


def code(db: Session, school_id: UUID) -> str:
    return db.get_one(School, school_id).code


def merge(db: Session, book: OpenBook, there: ClassCast, **more: object) -> Merged:
    schools = code(db, book.cast.school.school_id), code(db, there.school.school_id)
    wanted = Merger("12/QĐ-UBND", *schools, **more)  # type: ignore[arg-type]
    merged = merging.merge(db, wanted, lambda: NOW)
    db.expire_all()
    return merged


def test_classes_and_their_teachers_go_on_at_the_other_school(db: Session, book: OpenBook, there: ClassCast) -> None:
    merged = merge(db, book, there)
    target = there.school.school_id
    assert (merged.classes, merged.is_new) == (1, True)
    assert db.get_one(ClassGroup, book.cast.class_id).school_id == target
    assert db.get_one(Staff, book.cast.homeroom).school_id == target
    assert staffing.signer_of(db, book.cast.class_id, "toan", NOW).staff_id == book.cast.homeroom
    assert staffing.signer_of(db, book.cast.class_id, PRINCIPAL, NOW).staff_id == there.school.principal
    assert set(db.scalars(select(ClassProgress.school_id))) == {target}


def test_the_offices_and_the_seal_of_the_former_school_end(db: Session, book: OpenBook, there: ClassCast) -> None:
    source = book.cast.school.school_id
    seal = make_certificate(db, None, school_id=source)
    merge(db, book, there)
    ends = set(db.scalars(select(Position.valid_to).where(Position.school_id == source)))
    assert ends == {NOW}
    db.refresh(seal)
    assert (seal.state, seal.state_since) == ("revoked", NOW)
    assert certificates.is_standing(seal, NOW - INSTANT)


def test_the_same_decision_takes_effect_once(db: Session, book: OpenBook, there: ClassCast) -> None:
    first = merge(db, book, there)
    before = db.scalars(select(TeachingAssignment.id)).all()
    again = merge(db, book, there)
    assert (again.matter_id, again.classes, again.is_new) == (first.matter_id, 1, False)
    assert db.scalars(select(TeachingAssignment.id)).all() == before
    assert db.scalar(select(func.count()).select_from(Handover)) == 1


def test_it_is_one_handover_with_its_list(db: Session, book: OpenBook, there: ClassCast) -> None:
    merged = merge(db, book, there)
    matter = db.get_one(Matter, merged.matter_id)
    assert (matter.state, matter.school_id) == (HandoverState.DONE, there.school.school_id)
    items = db.scalars(select(HandoverItem).where(HandoverItem.matter_id == merged.matter_id)).all()
    assert {each.slot for each in items if each.class_id} == {*SUBJECTS, HOMEROOM}
    assert {each.role for each in items if each.role} == {"principal", "seal_clerk"}
    head = Person(there.school.principal, there.school.school_id, "", frozenset({"principal"}))
    [line] = reading.of_school(db, head)
    assert line.kind is HandoverKind.MERGER
    view = reading.view_of(db, merged.matter_id, head, NOW)
    assert view is not None
    assert view.to_school.endswith("số 2")


def test_what_was_issued_stays_the_former_schools(db: Session, book: OpenBook, there: ClassCast) -> None:
    document = make_document(book, sealed_at=NOW, school_id=book.cast.school.school_id)
    merge(db, book, there)
    db.refresh(document)
    assert (document.school_id, document.state) == (book.cast.school.school_id, "live")
    assert db.scalar(select(func.count()).select_from(Document)) == 1


def test_half_signed_papers_come_to_their_end_first(db: Session, book: OpenBook, there: ClassCast) -> None:
    book.review_all()
    for slot in SUBJECTS:
        book.act(Action.SIGN, slot)
    book.act(Action.SIGN, HOMEROOM)
    with pytest.raises(Conflict, match="chưa đóng dấu ở lớp 1A1"):
        merge(db, book, there)


def test_orders_under_way_end_unsigned(db: Session, book: OpenBook, there: ClassCast) -> None:
    order_id = make_order(book, Action.SIGN, "toan").id
    merge(db, book, there)
    assert db.get_one(SigningOrder, order_id).state == "failed"


def test_a_name_that_is_taken_needs_an_addition(db: Session, book: OpenBook) -> None:
    there = make_class(db, make_school(db, 2), "1A1")
    with pytest.raises(Conflict, match="đã có lớp 1A1"), db.begin_nested():
        merge(db, book, there)
    merge(db, book, there, suffix="B")
    assert db.get_one(ClassGroup, book.cast.class_id).name == "1A1B"


def test_who_works_at_both_schools_goes_on_as_the_one_there(db: Session, book: OpenBook, there: ClassCast) -> None:
    person = db.get_one(Staff, book.cast.homeroom)
    same = Staff(school_id=there.school.school_id, full_name=person.full_name, personal_id=person.personal_id)
    db.add(same)
    db.flush()
    merge(db, book, there)
    assert staffing.signer_of(db, book.cast.class_id, "toan", NOW - INSTANT).staff_id == book.cast.homeroom
    assert staffing.signer_of(db, book.cast.class_id, "toan", NOW).staff_id == same.id


def test_a_split_moves_some_classes_and_leaves_the_school(db: Session, book: OpenBook, there: ClassCast) -> None:
    staying = make_class(db, book.cast.school, "1A2")
    merge(db, book, there, classes=("1A1",))
    assert db.get_one(ClassGroup, staying.class_id).school_id == book.cast.school.school_id
    assert db.get_one(Staff, book.cast.homeroom).school_id == there.school.school_id
    assert staffing.signer_of(db, staying.class_id, PRINCIPAL, NOW).staff_id == book.cast.school.principal


def test_what_makes_no_sense_is_refused(db: Session, book: OpenBook, there: ClassCast) -> None:
    here = code(db, book.cast.school.school_id)
    for wanted, error in (
        (Merger("", here, code(db, there.school.school_id)), Invalid),
        (Merger("1", here, here), Invalid),
        (Merger("1", here, "0"), NotFound),
        (Merger("1", here, code(db, there.school.school_id), ("9Z9",)), NotFound),
    ):
        with pytest.raises(error):
            merging.merge(db, wanted, lambda: NOW)


def test_open_matters_and_transfers_come_to_their_end_first_and_are_named(
    db: Session, book: OpenBook, there: ClassCast
) -> None:
    matter = make_matter(db, book.cast)
    with pytest.raises(Conflict, match=rf"Chuyển trường \(/chuyen-truong/{matter.id}\)"):
        merge(db, book, there)
    matter.settled_at = NOW
    arriving = make_matter(db, there)
    db.add(transfer_row(db, arriving, there.school.school_id, book.cast.school.school_id))
    with pytest.raises(Conflict, match=f"{arriving.id}"):
        merge(db, book, there)
    arriving.settled_at = NOW
    assert merge(db, book, there).is_new


def test_a_leave_that_goes_on_by_itself_is_looked_after_by_the_other_school(
    db: Session, book: OpenBook, there: ClassCast
) -> None:
    matter = make_matter(db, book.cast, MINUTES)
    matter.state = HandoverState.STANDING.value
    merge(db, book, there)
    assert db.get_one(Matter, matter.id).school_id == there.school.school_id


def transfer_row(db: Session, matter: Matter, from_school: UUID, to_school: UUID) -> Transfer:
    """A transfer within the system that was asked for."""
    pupil_id = db.scalars(select(PupilRow.id)).first()
    reason_id = uuid4()
    journal.add_reason(db, reason_id, to_school, matter.opened_by, "Gia đình chuyển nhà")
    return Transfer(
        matter_id=matter.id, pupil_id=pupil_id, direction="within", from_school_id=from_school, to_school_id=to_school,
        other_name="", other_code="", other_province="", requested_on=NOW.date(), rule_version="tt15-2026/1",
        is_same_province=True, grade=1, application_reason_id=reason_id, phase="requested", counted_from=NOW.date(),
        ground="", register_no="",
    )  # fmt: skip


def test_a_year_that_was_issued_keeps_the_name_of_the_school_that_issued_it(
    db: Session, book: OpenBook, there: ClassCast
) -> None:
    own = enrolment_of(db, book.records[0])
    issued(book, own, "issued")
    name = db.get_one(School, book.cast.school.school_id).name
    merge(db, book, there)
    [line] = paper_facts.schooling_of(db, own.school_year, [own.pupil_id])[own.pupil_id]
    [stay] = chains.stays_of(db, own.pupil_id)
    [past] = sealed_years(db, own.pupil_id)
    assert {line.school, stay.school, past.school} == {name}
    assert stay.school_id == there.school.school_id
