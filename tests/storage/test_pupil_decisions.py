"""What is decided about a pupil's year: by whom and when is the API's to ask, here is what the rules allow."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.entry import required_cells
from domain.errors import Conflict, Incomplete, NotFound
from domain.scales import CellKind
from storage import pupil_decisions, saving
from storage.attendance import Attendance, save_attendance
from storage.pupil_decisions import Promotions, PupilAssessment
from storage.pupil_results import results_in
from storage.tables import Enrolment, PromotionDecision, PupilTerm, Reason, TermRecord
from tests.factories import NOW, OpenBook, fill, make_class, make_school, open_book, seen
from tests.storage.papers import make_document, make_order

WAIVED, BY_PLAN, AS_USUAL = PupilAssessment(True, False), PupilAssessment(False, True), PupilAssessment(False, False)


def assess(
    book: OpenBook, assessment: PupilAssessment, record: int = 0, reason: str = "Theo hồ sơ khuyết tật."
) -> None:
    reason_id = UUID(book.reason(reason))
    pupil_decisions.set_assessment(book.session, book.id, book.opened.record_ids[record], assessment, reason_id)
    book.session.expire_all()


def kept(book: OpenBook, record: int = 0) -> PupilAssessment | None:
    row = book.session.get(PupilTerm, book.opened.record_ids[record])
    return PupilAssessment(row.assessment_waived, row.individual_plan) if row else None


def test_how_a_pupil_is_assessed_holds_for_the_year_with_its_reason(book: OpenBook) -> None:
    assess(book, WAIVED)
    enrolment = book.session.get_one(
        Enrolment, book.session.get_one(TermRecord, book.opened.record_ids[0]).enrolment_id
    )
    assert (enrolment.assessment_waived, enrolment.individual_plan) == (True, False)
    assert enrolment.assessment_reason_id is not None
    assert book.session.get_one(Reason, enrolment.assessment_reason_id).text == "Theo hồ sơ khuyết tật."
    later = open_book(book.session, book.cast, Term.YEAR_END)
    assert [kept(later, record) for record in range(3)] == [WAIVED, None, None]


def test_it_changes_every_term_that_is_open_and_no_other(book: OpenBook) -> None:
    year = open_book(book.session, book.cast, Term.YEAR_END)
    assess(book, WAIVED)
    fill(book, [HOMEROOM])
    book.act(Action.SUBMIT, HOMEROOM)
    assess(year, BY_PLAN)
    assert (kept(book), kept(year)) == (WAIVED, BY_PLAN)


def test_it_leaves_what_the_homeroom_teacher_keeps_as_it_is(book: OpenBook) -> None:
    given = Attendance(book.opened.record_ids[0], 3, health="Tốt")
    save_attendance(book.session, book.id, [given], book.cast.homeroom)
    assess(book, BY_PLAN)
    assess(book, AS_USUAL)
    row = book.session.get_one(PupilTerm, book.opened.record_ids[0])
    assert (row.absent_excused, row.health, kept(book)) == (3, "Tốt", AS_USUAL)


def test_it_is_refused_once_the_homeroom_teacher_has_handed_in(book: OpenBook) -> None:
    fill(book, [HOMEROOM])
    book.act(Action.SUBMIT, HOMEROOM, book.records[:1])
    with pytest.raises(Conflict, match="Giáo viên chủ nhiệm đã gửi") as refused:
        assess(book, WAIVED)
    assert refused.value.record_ids == book.records[:1]
    assess(book, WAIVED, record=1)


def test_a_record_of_another_class_is_not_found(book: OpenBook) -> None:
    other = open_book(book.session, make_class(book.session, book.cast.school, "1A2"))
    with pytest.raises(NotFound):
        pupil_decisions.set_assessment(book.session, book.id, other.opened.record_ids[0], WAIVED, UUID(book.reason()))


@pytest.fixture
def year(db: Session) -> OpenBook:
    """A primary year, handed in, whose first pupil has not completed maths."""
    return handed_in(open_book(db, term=Term.YEAR_END), low={"toan": "C"})


def handed_in(book: OpenBook, low: dict[str, str]) -> OpenBook:
    """`low`: by slot what the first pupil has at the year's end, and in every other required score or level."""
    fill(book)
    for slot, value in low.items():
        cells = required_cells(book.cast.curriculum, book.opened.term, slot)
        wanted = CellKind.SCORE if value.isdigit() else CellKind.LEVEL
        texts = {(book.opened.record_ids[0], cell.key): value for cell in cells if cell.kind is wanted}
        edits = seen(book, slot, texts)
        saving.save_cells(book.session, book.id, slot, edits, book.cast.homeroom).require_all()
    for slot in book.cast.curriculum.slots:
        book.act(Action.SUBMIT, slot)
    return book


def decide(book: OpenBook, *records: int, promoted: bool = True, at: datetime = NOW) -> None:
    decide_for(book, *(book.opened.record_ids[record] for record in records or (0,)), promoted=promoted, at=at)


def decide_for(book: OpenBook, *record_ids: UUID, promoted: bool = True, at: datetime = NOW) -> None:
    reason_id = UUID(book.reason("Đã tiến bộ rõ trong hè."))
    asked = Promotions(frozenset(record_ids), promoted, reason_id, book.cast.school.principal, at)
    pupil_decisions.decide_promotions(book.session, book.id, asked)
    book.session.expire_all()


def decisions(book: OpenBook) -> dict[UUID, bool]:
    rows = book.session.execute(select(PromotionDecision.record_id, PromotionDecision.is_promoted))
    return dict(rows.all())


@pytest.mark.parametrize("promoted", [True, False])
def test_the_principal_decides_where_the_rules_leave_it_open(year: OpenBook, *, promoted: bool) -> None:
    decide(year, promoted=not promoted)
    decide(year, promoted=promoted)
    assert decisions(year) == {year.opened.record_ids[0]: promoted}
    row = year.session.scalars(select(PromotionDecision)).one()
    assert year.session.get_one(Reason, row.reason_id).text == "Đã tiến bộ rõ trong hè."
    result = results_in(year.session, year.id, (), NOW.date())[0].result
    assert result is not None
    assert result.is_promoted is promoted
    assert ("theo quyết định của Hiệu trưởng" in result.verdicts[1].text) is promoted


def test_nothing_is_decided_where_the_rules_do(year: OpenBook) -> None:
    with pytest.raises(Conflict, match="đã rõ") as refused:
        decide(year, 0, 1)
    assert refused.value.record_ids == year.records[1:2]
    assert decisions(year) == {}


def test_nothing_is_decided_in_the_first_term(book: OpenBook) -> None:
    with pytest.raises(Conflict, match="sổ cuối năm học"):
        decide(book)


def test_nothing_is_decided_before_everything_is_handed_in(db: Session) -> None:
    book = open_book(db, term=Term.YEAR_END)
    fill(book)
    with pytest.raises(Incomplete, match="Chưa gửi: Tiếng Việt") as refused:
        decide(book)
    assert refused.value.record_ids == book.records[:1]


def test_nothing_is_decided_once_the_homeroom_teacher_has_signed(year: OpenBook) -> None:
    year.act(Action.REVIEW, HOMEROOM)
    for slot in (*year.opened.subject_slots, HOMEROOM):
        year.act(Action.SIGN, slot)
    with pytest.raises(Conflict, match="đã được ký; cần trả lại"):
        decide(year)


def test_nothing_is_decided_about_a_record_that_was_signed_before_its_summary_fell_apart(year: OpenBook) -> None:
    make_document(year, kind="year_record", record=0)
    with pytest.raises(Conflict, match="đã được ký") as refused:
        decide(year)
    assert refused.value.record_ids == year.records[:1]


def test_nothing_is_decided_while_the_homeroom_teacher_signs(year: OpenBook) -> None:
    year.act(Action.REVIEW, HOMEROOM)
    for slot in year.opened.subject_slots:
        year.act(Action.SIGN, slot)
    make_order(year, Action.SIGN, HOMEROOM)
    with pytest.raises(Conflict, match="đang được ký"):
        decide(year)
    decide(year, at=NOW + timedelta(hours=1))


def test_pupils_of_another_class_are_not_found(year: OpenBook) -> None:
    other = open_book(year.session, make_class(year.session, year.cast.school, "1A2"), Term.YEAR_END)
    with pytest.raises(NotFound):
        decide_for(year, year.opened.record_ids[0], other.opened.record_ids[0])
    with pytest.raises(NotFound):
        decide_for(year, uuid4())


def secondary(session: Session, low: dict[str, str]) -> OpenBook:
    first = handed_in(open_book(session, make_class(session, make_school(session), "6A1")), low)
    return handed_in(open_book(session, first.cast, Term.YEAR_END), low)


def test_a_pupil_who_must_be_tested_again_may_be_kept_back_but_not_promoted(db: Session) -> None:
    book = secondary(db, {"toan": "0", "tin_hoc": "0"})
    with pytest.raises(Conflict, match="còn phải đánh giá lại"):
        decide(book)
    decide(book, promoted=False)
    assert decisions(book) == {book.opened.record_ids[0]: False}


def test_where_learning_and_conduct_both_failed_the_principal_decides(db: Session) -> None:
    book = secondary(db, {"toan": "0", "tin_hoc": "0", HOMEROOM: "CĐ"})
    decide(book)
    result = results_in(db, book.id, (), NOW.date())[0].result
    assert result is not None
    assert result.is_promoted
    assert "Hiệu trưởng đã quyết định: được lên lớp." in result.reasons[1]
