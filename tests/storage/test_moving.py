"""The pivot of a transfer in the database: the enrolment, what counts of the year, and what was signed of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4, uuid5

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import day_of
from domain.curriculum import HOMEROOM
from domain.decisions import Action, Decision
from domain.errors import Conflict
from domain.record_states import MATTER
from domain.transfers.phases import Phase
from storage import results, staffing
from storage.paper_facts import facts_on
from storage.tables import (
    DocumentRecord,
    Enrolment,
    LogEvent,
    Notice,
    PupilRow,
    PupilTerm,
    Staff,
    TermRecord,
    Transfer,
)
from storage.transfers import books
from storage.transfers.requesting import Application, open_transfer
from tests.factories import ClassCast, OpenBook, make_class, make_school, open_book
from tests.storage.papers import make_document, make_signature

AT = datetime.now(UTC)


@dataclass
class Two:
    """A book at each of two schools, and the transfer of the first pupil, as far as its confirmation."""

    db: Session
    old: OpenBook
    new: OpenBook
    row: Transfer

    @property
    def leaving(self) -> str:
        return self.old.records[0]

    def decide(self, book: OpenBook, action: Action, *records: str) -> None:
        book.take(Decision(action, MATTER, records, matter_id=str(self.row.matter_id)))

    def attach(self, book: OpenBook | None = None) -> UUID:
        into = book or self.new
        record_id = uuid5(self.row.matter_id, str(into.id))
        self.decide(into, Action.ATTACH, str(record_id))
        self.db.expire_all()
        return record_id


def confirmed(db: Session, old: ClassCast, new: ClassCast) -> Transfer:
    pupil = db.scalars(
        select(PupilRow).join(Enrolment).where(Enrolment.class_id == old.class_id).order_by(Enrolment.order_no)
    ).first()
    clerk = staffing.person(db, AT, Staff.id == new.school.clerk)
    assert pupil is not None
    assert clerk is not None
    matter_id = uuid4()
    asked = Application(
        matter_id=matter_id, command_id=str(matter_id), arrives=True, pupil=pupil.pupil_code,
        birth_date=pupil.birth_date, requested_on=day_of(AT), reason="Gia đình chuyển chỗ ở.",
    )  # fmt: skip
    open_transfer(db, clerk, asked, AT)
    row = db.get_one(Transfer, matter_id)
    row.phase, row.to_class_id = Phase.ATTACHING.value, new.class_id
    db.flush()
    return row


@pytest.fixture
def two(db: Session) -> Two:
    old, new = (open_book(db, make_class(db, make_school(db, number))) for number in (1, 2))
    return Two(db, old, new, confirmed(db, old.cast, new.cast))


def test_nobody_is_taken_from_a_school_that_can_still_sign(two: Two) -> None:
    with pytest.raises(Conflict, match="chưa dừng hết"):
        two.attach()


def test_nobody_is_taken_without_a_transfer_that_says_so(two: Two) -> None:
    two.decide(two.old, Action.DETACH_BEGIN, two.leaving)
    two.row.phase = Phase.CHECKING.value
    two.db.flush()
    with pytest.raises(Conflict, match="không đưa học sinh vào lớp"):
        two.attach()


def test_a_second_book_finds_the_enrolment_there(two: Two) -> None:
    year = open_book(two.db, two.new.cast, Term.YEAR_END)
    two.decide(two.old, Action.DETACH_BEGIN, two.leaving)
    first, second = two.attach(), two.attach(year)
    enrolments = {two.db.get_one(TermRecord, each).enrolment_id for each in (first, second)}
    assert enrolments == {two.row.to_enrolment_id}
    assert books.to_attach(two.db, two.row, 1) == []
    [step] = books.to_commit(two.db, two.row, 1)
    assert step.decision.record_ids == (two.leaving,)


def test_what_was_signed_of_the_pupil_is_void_and_stands_for_the_others(two: Two) -> None:
    sheet = make_document(two.old, kind="subject_sheet", slot="toan", part=1)
    record = make_document(two.old, kind="year_record", record=0, part=1)
    make_signature(two.db, sheet, two.old, "subject_teacher")
    make_signature(two.db, record, two.old)
    two.decide(two.old, Action.DETACH_BEGIN, two.leaving)
    two.attach()
    lines = select(DocumentRecord.record_id).where(
        DocumentRecord.document_id == sheet.id, DocumentRecord.voided_at.is_(None)
    )
    assert {str(each) for each in two.db.scalars(lines)} == set(two.old.records[1:])
    assert (sheet.state, record.state) == ("live", "void")
    told = two.db.scalars(select(Notice.kind).where(Notice.kind == "signature_void")).all()
    assert len(told) == 2


def test_a_sealed_year_goes_along_and_the_log_says_so(two: Two) -> None:
    sealed = make_document(two.old, kind="year_record", record=0, part=1, sealed_at=AT)
    two.decide(two.old, Action.DETACH_BEGIN, two.leaving)
    two.attach()
    kinds = two.db.scalars(select(LogEvent.kind).where(LogEvent.document_id == sealed.id)).all()
    assert kinds == ["transferred"]
    assert sealed.state == "live"


def absences(two: Two, book: OpenBook, record_id: UUID) -> tuple[int, int]:
    facts = facts_on(two.db, book.id, day_of(AT))
    found = results.entered(two.db, facts, [two.db.get_one(TermRecord, record_id)])[record_id]
    return found.absent_excused, found.absent_unexcused


@pytest.mark.parametrize("is_issued", [True, False])
def test_absences_of_the_year_are_counted_once_wherever_they_were(two: Two, *, is_issued: bool) -> None:
    """Those of an issued term at the former school; of one under way they were copied to the new record."""
    two.db.add(PupilTerm(record_id=UUID(two.leaving), absent_excused=3, absent_unexcused=1))
    two.db.flush()
    if is_issued:
        issued = update(TermRecord).where(TermRecord.id == UUID(two.leaving))
        two.db.execute(issued.values(stage="issued", issued_at=AT))
    else:
        two.decide(two.old, Action.DETACH_BEGIN, two.leaving)
    year = open_book(two.db, two.new.cast, Term.YEAR_END)
    if not is_issued:
        two.attach()
    arrived = two.attach(year)
    assert absences(two, year, arrived) == (3, 1)
    first = results.first_terms(two.db, [arrived])[arrived]
    assert (str(first) == two.leaving) is is_issued


def test_a_term_that_is_recalled_at_the_former_school_counts_no_more(two: Two) -> None:
    record = update(TermRecord).where(TermRecord.id == UUID(two.leaving))
    two.db.execute(record.values(stage="issued", issued_at=AT))
    year = open_book(two.db, two.new.cast, Term.YEAR_END)
    arrived = two.attach(year)
    two.db.execute(record.values(stage="entry", issued_at=None))
    assert results.first_terms(two.db, [arrived]) == {}


def test_the_homeroom_teacher_of_the_new_class_goes_on_where_the_old_one_stopped(two: Two) -> None:
    two.db.add(PupilTerm(record_id=UUID(two.leaving), height_cm="121", is_recognised=True))
    two.db.flush()
    two.decide(two.old, Action.DETACH_BEGIN, two.leaving)
    arrived = two.db.get_one(PupilTerm, two.attach())
    assert (arrived.height_cm, arrived.is_recognised, arrived.version) == ("121", False, 1)
    assert two.new.term.records[str(arrived.record_id)].open_slots[-1] == HOMEROOM
