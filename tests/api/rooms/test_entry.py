"""The room of entry over HTTP: whose parts it shows, the form of a sheet, handing in, workbooks, phrases, drafts."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest
from httpx import Response
from sqlalchemy.orm import Session

from api.pages.entry.grid import code_of
from domain.assessment import AssessmentPoint
from domain.attendance import TermFact
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.entry import CellKey
from domain.errors import Incomplete
from domain.scales import CellKind
from storage.attendance import attendance_in
from storage.entries import known_cells
from storage.saving import CellEdit, save_cells
from storage.tables import ClassTermRow, TermRecord
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.factories import OpenBook, fill

SCORE = CellKey("toan", AssessmentPoint.END_HK1, CellKind.SCORE)
COMMENT = CellKey("toan", AssessmentPoint.END_HK1, CellKind.COMMENT)
LEVEL = CellKey("toan", AssessmentPoint.END_HK1, CellKind.LEVEL)


def words(answer: Response) -> str:
    """The page as a reader sees its words: spaces and line ends are one."""
    return " ".join(unescape(answer.text).split())


def path_of(book: OpenBook, slot: str = "toan") -> str:
    return f"/lop/{book.id}/nhap/{slot}"


def field(book: OpenBook, key: CellKey = SCORE, record: int = 0) -> str:
    return f"{book.records[record]} {code_of(key)}"


def typed(book: OpenBook, texts: dict[CellKey, str], seen: str = "0|") -> dict[str, str]:
    """What the form of a page sends for the first pupil."""
    fields: dict[str, str] = {}
    for key, text in texts.items():
        fields |= {field(book, key): text, f"{field(book, key)} seen": seen}
    return fields


def stored(db: Session, book: OpenBook, key: CellKey = SCORE, record: int = 0) -> str:
    record_id = book.opened.record_ids[record]
    found = known_cells(db, "toan", [record_id])
    return found[record_id, key].value if (record_id, key) in found else ""


async def test_the_room_shows_each_part_of_its_teacher_with_one_button(desk: As, book: OpenBook, db: Session) -> None:
    fill(book, ["toan"])
    db.commit()
    page = words(await desk("homeroom").get("/nhap"))
    assert page.count('<li class="panel part') == len(set(book.cast.curriculum.slots) - {"am_nhac"})
    assert "Gửi 3 học sinh" in page
    assert "Bắt đầu nhập" in page
    assert "Âm nhạc" not in page
    assert "Âm nhạc" in words(await desk("music").get("/nhap"))


async def test_parts_that_came_back_stand_first_with_their_reason(desk: As, book: OpenBook, db: Session) -> None:
    book.submit_all()
    book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="dao_duc", reason_id=book.reason("Nhận xét quá ngắn."))
    db.commit()
    page = words(await desk("homeroom").get("/nhap"))
    first = page.index('<li class="panel part')
    assert page.index("Đạo đức · lớp 1A1") < page.index("Toán · lớp 1A1")
    assert "Nhận xét quá ngắn." in page[first:]
    assert page.count("Nhận xét quá ngắn.") == 1
    sheet = words(await desk("homeroom").get(path_of(book, "dao_duc")))
    assert "Trả lại để sửa:" in sheet
    assert "Gửi 1 học sinh" in sheet


async def test_parts_wait_for_their_signature(desk: As, book: OpenBook, db: Session) -> None:
    book.review_all()
    db.commit()
    page = words(await desk("music").get("/nhap"))
    assert "Chờ thầy/cô ký" in page
    assert f"/ky/chuan-bi?viec=sign&slot=am_nhac&lop={book.id}" in page


async def test_parts_are_filtered_by_the_address(desk: As, book: OpenBook, db: Session) -> None:
    db.commit()
    assert "Không có phần nào như thầy/cô lọc." in words(await desk("homeroom").get("/nhap?trang-thai=signed"))
    assert "Toán · lớp 1A1" in words(await desk("homeroom").get("/nhap/danh-sach?trang-thai=open&lop=1A1"))
    assert (await desk("homeroom").get("/nhap?trang-thai=" + "x" * 30)).status_code == 422


async def test_a_teacher_without_an_open_book_is_told_what_comes(desk: As) -> None:
    assert "Chưa có sổ nào được mở cho lớp thầy/cô dạy." in words(await desk("other").get("/nhap"))


async def test_a_late_part_says_so(desk: As, book: OpenBook, db: Session) -> None:
    db.get_one(ClassTermRow, book.id).due_at = datetime.now(UTC) - timedelta(days=2)
    db.commit()
    assert "Quá hạn" in words(await desk("homeroom").get("/nhap"))
    assert "Đã quá hạn" in words(await desk("homeroom").get(path_of(book)))


async def test_the_form_saves_what_was_typed(desk: As, book: OpenBook, db: Session) -> None:
    answer = await desk("homeroom").post(path_of(book), data=typed(book, {SCORE: "8,0", LEVEL: "T"}))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path_of(book)}?trang=1&luu=2")
    assert (stored(db, book), stored(db, book, LEVEL)) == ("8", "T")
    assert "Đã lưu 2 ô." in words(await desk("homeroom").get(answer.headers["Location"]))


async def test_a_bad_value_stays_in_the_form_with_its_reason_and_the_others_are_saved(
    desk: As, book: OpenBook, db: Session
) -> None:
    answer = await desk("homeroom").post(path_of(book), data=typed(book, {SCORE: "8,55", LEVEL: "T"}))
    assert answer.status_code == 422
    assert 'value="8,55"' in answer.text
    assert "không phải là điểm hợp lệ" in words(answer)
    assert (stored(db, book), stored(db, book, LEVEL)) == ("", "T")


async def test_what_somebody_else_wrote_is_shown_beside_what_was_typed(desk: As, book: OpenBook, db: Session) -> None:
    edit = CellEdit(book.opened.record_ids[0], SCORE, "5", 0)
    save_cells(db, book.id, "toan", [edit], book.cast.music).require_all()
    db.commit()
    answer = await desk("homeroom").post(path_of(book), data=typed(book, {SCORE: "9"}))
    assert answer.status_code == 422
    assert "Người khác vừa ghi – Giáo viên Mẫu" in words(answer)
    assert 'value="1|5"' in answer.text
    assert stored(db, book) == "5"
    again = await desk("homeroom").post(path_of(book), data=typed(book, {SCORE: "9"}, seen="1|5"))
    assert again.status_code == 303
    assert stored(db, book) == "9"


async def test_a_cell_that_nobody_touched_is_never_in_the_way(desk: As, book: OpenBook, db: Session) -> None:
    """Somebody else changes a cell that stands unchanged in the form: nothing is overwritten, nothing is refused."""
    for text, version in (("5", 0), ("6", 1)):
        edit = CellEdit(book.opened.record_ids[0], SCORE, text, version)
        save_cells(db, book.id, "toan", [edit], book.cast.music).require_all()
    db.commit()
    answer = await desk("homeroom").post(path_of(book), data=typed(book, {SCORE: "5"}, seen="1|5"))
    assert answer.headers["Location"].endswith("luu=0")
    assert stored(db, book) == "6"


async def test_a_part_that_was_sent_keeps_what_was_typed_on_the_page(desk: As, book: OpenBook, db: Session) -> None:
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan")
    db.commit()
    answer = await desk("homeroom").post(path_of(book), data=typed(book, {SCORE: "7"}, seen="1|9"))
    assert answer.status_code == 422
    assert "Phần này đã gửi, không sửa được nữa" in words(answer)
    assert stored(db, book) == "9"


@pytest.mark.parametrize("broken", [{"x seen": "0|", "x": "1"}, {"a b seen": "0|", "a b": "1"}])
async def test_a_broken_form_is_refused_in_words(desk: As, book: OpenBook, broken: dict[str, str]) -> None:
    answer = await desk("homeroom").post(path_of(book), data=broken)
    assert answer.status_code in {404, 422}
    assert "<html" in answer.text


async def test_the_grid_is_given_everything_it_shows(desk: As, book: OpenBook, db: Session) -> None:
    fill(book, ["toan"], book.records[:1])
    db.commit()
    data = (await desk("homeroom").get(f"{path_of(book)}/du-lieu")).json()
    assert [column["kind"] for column in data["columns"]] == ["level", "level", "score", "comment"]
    assert [pupil["is_open"] for pupil in data["pupils"]] == [True, True, True]
    assert data["pupils"][0]["cells"][2] == ["9", 1]
    assert sum(not each["message"] for each in data["problems"]) == 8
    assert data["to_send"] == list(book.records)


async def test_the_grid_hears_of_each_cell(desk: As, book: OpenBook, db: Session) -> None:
    cells = [
        {"record_id": book.records[0], "code": code_of(SCORE), "value": "9", "version": 0},
        {"record_id": book.records[1], "code": code_of(SCORE), "value": "99", "version": 0},
    ]
    answer = (await desk("homeroom").put(f"{path_of(book)}/o", json={"cells": cells})).json()
    assert [(each["value"], each["version"]) for each in answer["saved"]] == [("9", 1)]
    assert answer["refused"][0]["message"] == "Điểm 99 vượt quá thang điểm 10."
    other = (await desk("homeroom").put(f"{path_of(book)}/o", json={"cells": [cells[0] | {"value": "7"}]})).json()
    assert (other["overtaken"][0]["value"], other["overtaken"][0]["version"]) == ("9", 1)
    assert stored(db, book) == "9"


async def test_a_cell_that_does_not_exist_is_not_found(desk: As, book: OpenBook) -> None:
    for code in ("x", "toan~end_hk1~level~x", code_of(SCORE._replace(item="van"))):
        cell = {"record_id": book.records[0], "code": code, "value": "9", "version": 0}
        assert (await desk("homeroom").put(f"{path_of(book)}/o", json={"cells": [cell]})).status_code == 404


async def test_drafts_are_their_teachers_alone(desk: As, book: OpenBook, db: Session) -> None:
    paths = ("", "/du-lieu", "/xem", "/xem.pdf", "/lich-su?hs=" + book.records[0] + "&o=" + code_of(SCORE))
    for more in paths:
        assert (await desk("principal").get(path_of(book) + more)).status_code == 404
        assert (await desk("music").get(path_of(book) + more)).status_code == 404
    fill(book, ["am_nhac"])
    book.act(Action.SUBMIT, "am_nhac")
    db.commit()
    for person in ("principal", "homeroom"):
        answer = await desk(person).get(path_of(book, "am_nhac"))
        assert answer.status_code == 200
        assert "<input name=" not in answer.text
        assert "Gửi" not in re.findall(r"<button[^>]*>[^<]*", answer.text)
    assert (await desk("homeroom").post(path_of(book, "am_nhac"), data={})).status_code == 403


async def test_a_part_is_sent_once_however_often_it_is_pressed(
    desk: As, book: OpenBook, approvals: FakeApprovals
) -> None:
    fields = {"command_id": str(uuid4()), "record_ids": list(book.records)}
    for _ in range(2):
        answer = await desk("homeroom").post(f"{path_of(book)}/gui", data=fields)
        assert (answer.status_code, answer.headers["Location"]) == (303, path_of(book))
    assert [(each.slot, each.record_ids) for each in approvals.decided.values()] == [("toan", book.records)]


async def test_a_refused_part_says_what_is_missing_and_stays_usable(
    desk: As, book: OpenBook, approvals: FakeApprovals
) -> None:
    approvals.refuses = Incomplete("Còn thiếu dữ liệu của 3 học sinh.", book.records)
    fields = {"command_id": str(uuid4()), "record_ids": list(book.records)}
    answer = await desk("homeroom").post(f"{path_of(book)}/gui", data=fields)
    page = words(answer)
    assert answer.status_code == 422
    assert "Còn thiếu dữ liệu của 3 học sinh." in page
    assert "Còn thiếu 12 ô" in page
    assert str(fields["command_id"]) not in page
    assert (await desk("music").post(f"{path_of(book)}/gui", data=fields)).status_code == 404


async def test_a_sent_part_says_who_holds_it(desk: As, book: OpenBook, db: Session) -> None:
    book.submit_all()
    db.commit()
    page = words(await desk("music").get(path_of(book, "am_nhac")))
    assert "Chờ chủ nhiệm rà soát" in page
    assert "Muốn sửa, hãy nhờ giáo viên chủ nhiệm trả lại." in page


async def test_held_pupils_are_not_sent(desk: As, book: OpenBook, db: Session) -> None:
    db.get_one(TermRecord, UUID(book.records[0])).held = True
    db.commit()
    page = words(await desk("homeroom").get(path_of(book)))
    assert "Gửi 2 học sinh" in page
    assert "1 học sinh đang tạm giữ" in page


async def test_a_draft_of_the_sheet_is_a_paper_without_places_to_sign(desk: As, book: OpenBook, db: Session) -> None:
    fill(book, ["toan"])
    db.commit()
    answer = await desk("homeroom").get(f"{path_of(book)}/xem.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert b"/AcroForm" not in answer.content
    page = await desk("homeroom").get(f"{path_of(book)}/xem")
    assert "Bản nháp không có giá trị." in words(page)
    assert "Gửi 3 học sinh" in words(page)
    assert (await desk("homeroom").get(f"{path_of(book, HOMEROOM)}/xem")).status_code == 404


async def test_the_story_of_a_cell_names_who_when_and_what(desk: As, book: OpenBook, db: Session) -> None:
    for text, version in (("5", 0), ("8", 1)):
        edit = CellEdit(book.opened.record_ids[0], SCORE, text, version)
        save_cells(db, book.id, "toan", [edit], book.cast.music).require_all()
    db.commit()
    query = f"?hs={book.records[0]}&o={code_of(SCORE)}"
    page = await desk("homeroom").get(f"{path_of(book)}/lich-su{query}")
    assert "5 → <strong>8</strong>" in words(page)
    assert page.text.count("Dùng lại giá trị này") == 1
    part = await desk("homeroom").get(f"{path_of(book)}/lich-su{query}", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    back = await desk("homeroom").post(path_of(book), data=typed(book, {SCORE: "5"}, seen="2|8"))
    assert back.status_code == 303
    assert stored(db, book) == "5"


async def test_attendance_is_kept_like_any_other_sheet(desk: As, book: OpenBook, db: Session) -> None:
    path = path_of(book, "chuyen-can")
    facts = {
        TermFact.ABSENT_EXCUSED: "3",
        TermFact.HEIGHT_CM: "120,5",
        TermFact.IS_RECOGNISED: "1",
        TermFact.WEIGHT_KG: "999",
    }
    fields: dict[str, str] = {}
    for fact, text in facts.items():
        fields |= {f"{book.records[0]} {fact}": text, f"{book.records[0]} {fact} seen": "0|"}
    answer = await desk("homeroom").post(path, data=fields)
    assert answer.status_code == 422
    assert "Cân nặng phải là số từ 5 đến 200 kg" in words(answer)
    kept = attendance_in(db, book.id, drafts=True)[0]
    assert (kept.absent_excused, kept.height_cm, kept.is_recognised, kept.weight_kg) == (3, "120,5", True, "")
    assert (await desk("music").get(path)).status_code == 404


async def test_attendance_tells_of_somebody_elses_change_and_of_the_rows_new_version(
    desk: As, book: OpenBook, db: Session
) -> None:
    path = f"{path_of(book, 'chuyen-can')}/o"
    cell = {"record_id": book.records[0], "code": "absent_excused", "value": "2", "version": 0}
    first = (await desk("homeroom").put(path, json={"cells": [cell]})).json()
    assert {each["code"]: each["version"] for each in first["saved"]} == dict.fromkeys(TermFact, 1)
    stale = (await desk("homeroom").put(path, json={"cells": [cell | {"value": "5"}]})).json()
    assert [(each["value"], each["version"]) for each in stale["overtaken"]] == [("2", 1)]
    bad = (await desk("homeroom").put(path, json={"cells": [cell | {"value": "-1", "version": 1}]})).json()
    assert bad["refused"][0]["message"] == "Số buổi nghỉ có phép phải là số nguyên từ 0 đến 400."


async def test_a_workbook_is_looked_over_and_then_written(desk: As, book: OpenBook, db: Session) -> None:
    fill(book, ["toan"])
    db.commit()
    file = await desk("homeroom").get(f"/api/v1/class-terms/{book.id}/marks/toan.xlsx")
    edit = CellEdit(book.opened.record_ids[0], SCORE, "4", 1)
    save_cells(db, book.id, "toan", [edit], book.cast.music).require_all()
    db.commit()
    client = desk("homeroom")
    fields = {"csrf_token": client.headers["X-CSRF-Token"]}
    upload = {"file": ("toan.xlsx", file.content)}
    preview = await client.post(f"{path_of(book)}/tu-tep", data=fields, files=upload)
    page = words(preview)
    assert preview.status_code == 200
    assert "Chưa ghi gì. 1 ô thay đổi" in page
    assert "Ô này đã được lưu lại sau khi tệp được xuất." in page
    preview_id = re.search(r'name="preview_id" value="([^"]+)"', preview.text)
    assert preview_id
    chosen = {"preview_id": preview_id[1], f"mine {field(book)}": "1"}
    written = await client.post(f"{path_of(book)}/tu-tep/ghi", data=chosen)
    assert (written.status_code, written.headers["Location"]) == (303, f"{path_of(book)}?luu=1")
    assert stored(db, book) == "9"
    again = await client.post(f"{path_of(book)}/tu-tep/ghi", data=chosen)
    assert again.status_code == 422
    assert "Bản xem trước này không còn" in words(again)


@pytest.mark.parametrize(("data", "why"), [(b"", "Chưa chọn tệp nào."), (b"not a workbook", "")])
async def test_a_file_that_is_no_workbook_is_refused_in_words(desk: As, book: OpenBook, data: bytes, why: str) -> None:
    client = desk("homeroom")
    fields = {"csrf_token": client.headers["X-CSRF-Token"]}
    answer = await client.post(f"{path_of(book)}/tu-tep", data=fields, files={"file": ("x.xlsx", data)})
    assert answer.status_code == 422
    assert why in words(answer)
    assert 'role="alert"' in answer.text


async def test_phrases_are_kept_changed_and_removed_by_their_owner(desk: As, book: OpenBook) -> None:
    client = desk("homeroom")
    new = {"place": "toan/toan", "level": "T", "text": "Em tính nhanh và chính xác."}
    assert (await client.post("/nhap/mau-nhan-xet", data=new)).status_code == 303
    assert (await client.post("/nhap/mau-nhan-xet", data=new)).status_code == 303
    page = await client.get("/nhap/mau-nhan-xet")
    [phrase] = re.findall(r'action="(/nhap/mau-nhan-xet/[0-9a-f-]{36})"', page.text)
    too_long = await client.post(phrase, data={"level": "T", "text": "ơ" * 501})
    assert too_long.status_code == 422
    assert "ơ" * 501 in too_long.text
    assert (await client.post(phrase, data={"level": "", "text": "Em tính nhanh."})).status_code == 303
    assert "Em tính nhanh.</textarea>" in (await client.get("/nhap/mau-nhan-xet")).text
    assert (await desk("music").post(f"{phrase}/xoa")).status_code == 404
    assert (await client.post(f"{phrase}/xoa")).status_code == 303
    assert "Thầy/cô chưa lưu mẫu nào." in words(await client.get("/nhap/mau-nhan-xet"))


async def test_a_phrase_for_nothing_stays_in_the_form(desk: As, book: OpenBook) -> None:
    for refused in ({"place": "toan/toan", "text": " "}, {"place": "x/y", "text": "Em ngoan."}):
        answer = await desk("homeroom").post("/nhap/mau-nhan-xet", data=refused)
        assert answer.status_code == 422
        assert f"{refused['text']}</textarea>" in answer.text
