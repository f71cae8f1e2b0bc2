"""A slot goes out as a file and comes back: previewed, confirmed, and never over what somebody else saved."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from temporalio.testing import ActivityEnvironment

from activities.history import HistoryKeeper, LogBook
from activities.mark_workbooks import MarksPreview, confirm_marks, export_marks, preview_marks
from activities.upkeep import Chore, UpkeepActivities
from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.errors import Conflict, Invalid, NotFound
from domain.scales import CellKind
from domain.slot_marks import Change, Doubt, Place
from signing.log.log import HistoryLog
from signing.log.signers import NoteSigner
from signing.log.store import LocalTiles
from storage import saving
from storage.database import Sessions
from storage.entries import values_of
from storage.previews import LIFETIME, SlotOfPerson
from storage.saving import SaveResult
from storage.slot_marks import slot_marks
from storage.tables import Assessment, MarkPreview
from tests.activities.signing_office import Office
from tests.factories import NOW, OpenBook, edit, fill, make_class, make_school, make_staff, open_book
from tests.interchange.editing import Set, filled_in
from tests.interchange.slot_samples import address, typical
from tests.interchange.workbooks import workbook
from workflows.upkeep import EVERY

ELECTIVES = {
    "optional": ("dia_li", "vat_li", "hoa_hoc", "sinh_hoc"),
    "topics": ("toan", "vat_li", "hoa_hoc"),
}


@pytest.fixture
def book(db: Session) -> OpenBook:
    book = open_book(db)
    db.commit()
    return book


def owner_of(book: OpenBook, slot: str = "toan") -> SlotOfPerson:
    return SlotOfPerson(book.id, slot, book.cast.who(slot))


def exported(sessions: Sessions, book: OpenBook, slot: str = "toan") -> bytes:
    return export_marks(sessions, book.id, slot, NOW, drafts=True)


def preview(sessions: Sessions, book: OpenBook, data: bytes, cells: Mapping[str, Set]) -> MarksPreview:
    return preview_marks(sessions, owner_of(book), filled_in(data, cells), NOW)


def confirm(
    sessions: Sessions, book: OpenBook, seen: MarksPreview, *take_mine: Place, slot: str = "toan"
) -> SaveResult:
    return confirm_marks(sessions, owner_of(book, slot), seen.kept.id, take_mine, NOW)


def somebody_saves(book: OpenBook, value: str, kind: CellKind = CellKind.SCORE, record: int = 0) -> UUID:
    """A colleague changes the score of a pupil at the term's end."""
    colleague = make_staff(book.session, book.cast.school.school_id, 77)
    saving.save_cells(book.session, book.id, "toan", [edit(book, "toan", kind, value, record)], colleague)
    book.session.commit()
    return colleague


def stored(book: OpenBook, record: int = 0) -> dict[str, str]:
    record_id = book.opened.record_ids[record]
    values = values_of(book.session, ["toan"], [record_id]).get(record_id, {}).get("toan", {})
    return {key.kind.value: text for key, text in values.items() if key.point == "end_hk1"}


@pytest.mark.parametrize(
    ("name", "slot", "more"),
    [
        ("1A1", "toan", {}),
        ("1A1", HOMEROOM, {}),
        ("4A1", "khoa_hoc", {}),
        ("6A1", "toan", {}),
        ("6A1", "giao_duc_the_chat", {}),
        ("10A1", "vat_li", ELECTIVES),
    ],
)
@pytest.mark.parametrize("term", Term)
def test_a_class_is_filled_in_at_home_and_written_once(
    db: Session, sessions: Sessions, name: str, slot: str, more: dict[str, Any], term: Term
) -> None:
    book = open_book(db, make_class(db, make_school(db), name, **more), term)
    db.commit()
    marks = slot_marks(db, book.id, slot, NOW, drafts=True)
    typed = {
        address(marks, cell.heading, pupil): typical(cell).replace(".", ",")
        for pupil in range(3)
        for cell in marks.cells[:22]
    }
    data = filled_in(exported(sessions, book, slot), typed)
    seen = preview_marks(sessions, owner_of(book, slot), data, NOW)
    assert {(each.change, each.doubt) for each in seen.differences} == {(Change.SET, None)}
    assert (len(seen.differences), seen.problems) == (len(typed), ())
    assert db.scalar(select(func.count()).select_from(Assessment)) == 0
    assert len(confirm(sessions, book, seen, slot=slot).saved) == len(typed)
    assert db.scalar(select(func.count()).select_from(MarkPreview)) == 0
    assert set(db.scalars(select(Assessment.updated_by))) == {book.cast.who(slot)}
    for again in (data, exported(sessions, book, slot)):
        assert preview_marks(sessions, owner_of(book, slot), again, NOW).differences == ()


def test_values_are_set_changed_cleared_and_left(sessions: Sessions, book: OpenBook) -> None:
    fill(book, ["toan"], book.records[:2])
    book.session.commit()
    seen = preview(sessions, book, exported(sessions, book), {"G8": 10, "H8": None, "G10": "7"})
    assert sorted((each.cell, each.change, each.before.value, each.value) for each in seen.differences) == [
        ("G10", Change.SET, "", "7"),
        ("G8", Change.CHANGED, "9", "10"),
        ("H8", Change.CLEARED, "Có tiến bộ, cần tiếp tục phát huy.", ""),
    ]
    assert seen.left == 12 - 3
    confirm(sessions, book, seen)
    assert stored(book) == {"level": "T", "score": "10"}
    assert stored(book, 2) == {"score": "7"}


def test_what_was_saved_after_the_export_is_told_and_left(sessions: Sessions, book: OpenBook) -> None:
    data = exported(sessions, book)
    colleague = somebody_saves(book, "8")
    seen = preview(sessions, book, data, {"G8": 10, "G9": 6})
    doubtful, sure = seen.differences
    assert (doubtful.cell, doubtful.doubt, doubtful.before.value) == ("G8", Doubt.OVERTAKEN, "8")
    assert (doubtful.before.by, doubtful.before.at is not None) == ("Giáo viên Mẫu 77", True)
    assert sure.doubt is None
    assert [each.value for each in confirm(sessions, book, seen).saved] == ["6"]
    assert stored(book)["score"] == "8"
    assert book.session.scalar(select(Assessment.updated_by).where(Assessment.value == "8")) == colleague


def test_what_was_saved_after_the_export_is_written_over_on_request(sessions: Sessions, book: OpenBook) -> None:
    data = exported(sessions, book)
    somebody_saves(book, "8")
    seen = preview(sessions, book, data, {"G8": 10})
    result = confirm(sessions, book, seen, seen.differences[0].place)
    assert [(each.value, each.version) for each in result.saved] == [("10", 2)]


@pytest.mark.parametrize("before", ["", "7"])
def test_what_is_saved_between_preview_and_confirmation_is_not_overwritten(
    sessions: Sessions, book: OpenBook, before: str
) -> None:
    data = exported(sessions, book)
    somebody_saves(book, before)
    seen = preview(sessions, book, data, {"G8": 10, "E8": "T"})
    somebody_saves(book, "8")
    mine = [each.place for each in seen.differences if each.doubt]
    result = confirm(sessions, book, seen, *mine)
    assert [(each.value, each.by) for each in result.overtaken] == [("8", "Giáo viên Mẫu 77")]
    assert [each.value for each in result.saved] == ["T"]
    assert stored(book)["score"] == "8"


def test_a_submission_between_preview_and_confirmation_stops_it(sessions: Sessions, book: OpenBook) -> None:
    fill(book, ["toan"])
    book.session.commit()
    seen = preview(sessions, book, exported(sessions, book), {"G8": 10})
    book.act(Action.SUBMIT, "toan")
    book.session.commit()
    with pytest.raises(Conflict, match="Phần này đã gửi"):
        confirm(sessions, book, seen)
    assert stored(book)["score"] == "9"


def test_submitted_pupils_stay_and_open_ones_are_written(sessions: Sessions, book: OpenBook) -> None:
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan", book.records[:1])
    book.session.commit()
    seen = preview(sessions, book, exported(sessions, book), {"G8": 1, "G9": 2})
    assert [(each.cell, each.doubt) for each in seen.differences] == [("G8", Doubt.SUBMITTED), ("G9", None)]
    with pytest.raises(Invalid):
        confirm(sessions, book, seen, seen.differences[0].place)
    assert [each.value for each in confirm(sessions, book, seen).saved] == ["2"]


def test_a_slot_submitted_as_a_whole_takes_no_file(sessions: Sessions, book: OpenBook) -> None:
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan")
    book.session.commit()
    with pytest.raises(Conflict, match="cần trả lại trước khi sửa"):
        preview(sessions, book, exported(sessions, book), {"G8": 1})


def test_only_submitted_pupils_are_exported_to_others(sessions: Sessions, book: OpenBook) -> None:
    with pytest.raises(NotFound, match="chưa gửi"):
        export_marks(sessions, book.id, "toan", NOW, drafts=False)
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan", book.records[:2])
    book.session.commit()
    theirs = export_marks(sessions, book.id, "toan", NOW, drafts=False)
    seen = preview_marks(sessions, owner_of(book), theirs, NOW)
    assert [problem.message[:25] for problem in seen.problems] == ["Tệp thiếu học sinh số 3, "]


def test_a_cell_that_is_not_in_the_preview_is_refused_and_the_preview_stays(sessions: Sessions, book: OpenBook) -> None:
    seen = preview(sessions, book, exported(sessions, book), {"G8": 10})
    elsewhere = (uuid4(), seen.differences[0].place[1])
    with pytest.raises(Invalid, match="không nằm trong bản xem trước"):
        confirm(sessions, book, seen, elsewhere)
    assert len(confirm(sessions, book, seen).saved) == 1
    with pytest.raises(NotFound):
        confirm(sessions, book, seen)


def test_of_a_teachers_own_sheet_only_what_is_ticked_is_written(sessions: Sessions, book: OpenBook) -> None:
    pupils = slot_marks(book.session, book.id, "toan", NOW, drafts=True).pupils
    rows = [[pupil.pupil_code, score] for pupil, score in zip(pupils, (9, 8, 7), strict=True)]
    title = [["Lớp: 1A1"], ["Môn: Toán"], ["Học kì: Học kì I"]]
    own = workbook({"Sheet1": [*title, ["Mã học sinh", "Điểm KTĐK"], *rows]})  # type: ignore[list-item]
    seen = preview_marks(sessions, owner_of(book), own, NOW)
    assert (seen.has_versions, {each.doubt for each in seen.differences}) == (False, {Doubt.UNKNOWN_VERSION})
    assert [each.value for each in confirm(sessions, book, seen, seen.differences[1].place).saved] == ["8"]
    again = preview_marks(sessions, owner_of(book), own, NOW)
    assert [each.value for each in again.differences] == ["9", "7"]


def test_forgotten_previews_are_cleared_by_themselves(
    sessions: Sessions, book: OpenBook, office: Office, temporal: ActivityEnvironment, tmp_path: Path
) -> None:
    files = LocalTiles(tmp_path / "log")
    log = HistoryLog(files, NoteSigner.open(tmp_path / "key", "hocba.example/log"), "hocba.example/log")
    keeper = HistoryKeeper(sessions, LogBook(log, files, b"a secret of the tests"))
    upkeep = UpkeepActivities(sessions, office.keeper, keeper, office.preflight, office.objects)
    long_ago = NOW.replace(year=2020)
    preview_marks(sessions, owner_of(book), exported(sessions, book), long_ago)
    assert temporal.run(upkeep.do_chore, Chore.SWEEP) == 1
    assert temporal.run(upkeep.do_chore, Chore.SWEEP) == 0
    assert timedelta(hours=1) == LIFETIME
    assert set(EVERY) == set(Chore)
