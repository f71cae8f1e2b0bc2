"""Computed results with their reasons, once everything is there that counts, and never from others' drafts."""

from collections.abc import Sequence

import pytest
from sqlalchemy.orm import Session

from domain.assessment import AssessmentPoint, Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.entry import CONDUCT, CellKey, required_cells
from domain.scales import CellKind
from storage import saving
from storage.attendance import Attendance, save_attendance
from storage.pupil_results import RecordResult, results_in
from tests.factories import NOW, OpenBook, fill, make_class, make_school, open_book, seen

TODAY = NOW.date()


def results(book: OpenBook, own: Sequence[str] = ()) -> list[RecordResult]:
    return results_in(book.session, book.id, own, TODAY)


def submit_all(book: OpenBook) -> None:
    fill(book)
    for slot in book.cast.curriculum.slots:
        book.act(Action.SUBMIT, slot)


def save(book: OpenBook, slot: str, key: CellKey, value: str, record: int = 0) -> None:
    edits = seen(book, slot, {(book.opened.record_ids[record], key): value})
    saving.save_cells(book.session, book.id, slot, edits, book.cast.who(slot)).require_all()


def fail(book: OpenBook, subject: str) -> None:
    """Zero for the first pupil in everything."""
    for cell in required_cells(book.cast.curriculum, book.opened.term, subject):
        if cell.kind is CellKind.SCORE:
            save(book, subject, cell.key, "0")


def open_secondary(session: Session) -> tuple[OpenBook, OpenBook]:
    """The first term of a class of grade 6, and the year's end."""
    first = open_book(session, make_class(session, make_school(session), "6A1"))
    return first, open_book(session, first.cast, Term.YEAR_END)


def test_a_primary_year_has_a_result_with_its_reason_and_rules(db: Session) -> None:
    book = open_book(db, term=Term.YEAR_END)
    fill(book)
    recognised = Attendance(book.opened.record_ids[1], is_recognised=True)
    save_attendance(db, book.id, [recognised], book.cast.homeroom)
    save(book, "toan", CellKey("toan", AssessmentPoint.YEAR_END, CellKind.SCORE), "8", record=1)
    save(book, "toan", CellKey("toan", AssessmentPoint.YEAR_END, CellKind.LEVEL), "C", record=2)
    best, good, low = (each.result for each in results(book, book.cast.curriculum.slots))
    assert best is not None
    assert [(each.level, each.text) for each in best.verdicts] == [
        ("HTXS", "Hoàn thành xuất sắc"), ("", "Hoàn thành chương trình lớp 1"), ("", "Học sinh Xuất sắc")
    ]  # fmt: skip
    assert (best.rule_version, best.is_promoted, len(best.reasons)) == ("tt27-2020/1", True, 1)
    assert good is not None
    assert good.verdicts[-1].text == "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện"
    assert low is not None
    assert (low.verdicts[0].level, low.is_promoted) == ("CHT", None)
    assert "Toán" in low.reasons[0]


def test_a_primary_first_term_has_no_result(db: Session) -> None:
    book = open_book(db)
    submit_all(book)
    assert {each.pending for each in results(book)} == {"Ở tiểu học, kết quả giáo dục chỉ được xếp vào cuối năm học."}


def test_what_others_have_not_handed_in_is_named_and_own_drafts_count(db: Session) -> None:
    book = open_book(db, term=Term.YEAR_END)
    fill(book)
    book.act(Action.SUBMIT, "am_nhac", book.records[:1])
    own = [slot for slot in book.cast.curriculum.slots if slot != "am_nhac"]
    assert [each.pending for each in results(book, own)] == ["", "Chưa gửi: Âm nhạc.", "Chưa gửi: Âm nhạc."]
    assert results(book)[0].pending == "Chưa gửi: Tiếng Việt, Toán, Đạo đức và 5 phần khác."


def test_what_is_missing_is_named(db: Session) -> None:
    book = open_book(db, term=Term.YEAR_END)
    fill(book)
    save(book, "toan", CellKey("toan", AssessmentPoint.YEAR_END, CellKind.LEVEL), "")
    assert results(book, book.cast.curriculum.slots)[0] == RecordResult(
        book.opened.record_ids[0], None, "Chưa có mức cuối năm học: Toán."
    )


def test_a_secondary_term_has_averages_and_both_levels(db: Session) -> None:
    book, _ = open_secondary(db)
    submit_all(book)
    found = results(book)[0].result
    assert found is not None
    assert [(each.name, each.level) for each in found.verdicts] == [
        ("Kết quả học tập", "T"),
        ("Kết quả rèn luyện", "T"),
    ]
    shown = {each.subject: each.hk1 for each in found.subjects}
    assert (shown["toan"], shown["giao_duc_the_chat"]) == ("9,0", "Đ")
    assert found.rule_version == "tt22-2021/1"
    assert found.reasons[0].startswith("Tốt:")
    assert found.is_promoted is None


def test_a_secondary_term_waits_for_conduct(db: Session) -> None:
    book, _ = open_secondary(db)
    fill(book)
    save(book, HOMEROOM, CellKey(CONDUCT, AssessmentPoint.END_HK1, CellKind.LEVEL), "", record=1)
    pending = [each.pending for each in results(book, book.cast.curriculum.slots)]
    assert pending == ["", "Chưa có kết quả rèn luyện của học kì.", ""]


def test_a_secondary_year_counts_both_terms(db: Session) -> None:
    first, year = open_secondary(db)
    fill(first)
    submit_all(year)
    waits = results(year)[0].pending
    assert waits == "Chưa gửi: Ngữ văn (học kì I), Toán (học kì I), Ngoại ngữ 1 (học kì I) và 10 phần khác."
    for slot in first.cast.curriculum.slots:
        first.act(Action.SUBMIT, slot)
    found = results(year)[0].result
    assert found is not None
    texts = [each.text for each in found.verdicts]
    assert texts == ["Tốt"] * 6 + ["Được lên lớp 7", "Học sinh Xuất sắc"]
    maths = next(each for each in found.subjects if each.subject == "toan")
    assert maths[2:] == ("9,0", "9,0", "9,0", "")
    assert (found.is_promoted, len(found.reasons)) == (True, 2)


def test_after_the_summer_its_results_are_told_beside_the_year_s(db: Session) -> None:
    first, year = open_secondary(db)
    for book in (first, year):
        fill(book)
    low = ("toan", "tin_hoc")
    for subject in low:
        fail(year, subject)
    before = results(year, year.cast.curriculum.slots)[0].result
    for subject in low:
        save(year, subject, CellKey(subject, AssessmentPoint.SUMMER, CellKind.SCORE), "6.5")
    after = results(year, year.cast.curriculum.slots)[0].result
    assert before is not None
    assert after is not None
    assert (before.is_promoted, after.is_promoted) == (None, True)
    assert [each.retest for each in after.subjects if each.subject in low] == ["6,5", "6,5"]
    names = [each.name for each in after.verdicts]
    assert ("Kết quả học tập sau hè" in names, "Kết quả rèn luyện sau hè" in names) == (True, False)


@pytest.mark.parametrize("name", ["1A1", "6A1"])
def test_pupils_come_in_the_order_of_the_class(db: Session, name: str) -> None:
    book = open_book(db, make_class(db, make_school(db), name), Term.YEAR_END)
    assert [each.record_id for each in results(book)] == list(book.opened.record_ids)
