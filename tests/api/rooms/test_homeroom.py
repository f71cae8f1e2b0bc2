"""The homeroom room over HTTP: what is missing, who is reminded, what goes back with which reason, who may ask."""

import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.errors import Conflict
from storage.tables import ClassTermRow, Notice, Reason
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.api.world import World
from tests.factories import SLOTS, OpenBook, fill, make_class, open_book
from tests.storage.papers import make_document, make_signature


@pytest.fixture
def room(db: Session, book: OpenBook) -> str:
    db.commit()
    return f"/lop/{book.id}/chu-nhiem"


def words(answer: Response) -> str:
    return " ".join(answer.text.split())


async def page(client: AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return words(answer)


async def test_one_class_and_term_leads_straight_to_its_room(desk: As, room: str) -> None:
    answer = await desk("homeroom").get("/chu-nhiem")
    assert (answer.status_code, answer.headers["Location"]) == (303, room)


async def test_several_terms_are_chosen_from(db: Session, desk: As, room: str, book: OpenBook) -> None:
    year = open_book(db, book.cast, Term.YEAR_END)
    db.commit()
    found = await page(desk("homeroom"), "/chu-nhiem")
    assert f"/lop/{year.id}/chu-nhiem" in found
    assert room in found
    assert "Đã gửi 0/9 phần" in found


async def test_without_an_open_book_the_room_says_what_comes(db: Session, desk: As, world: World) -> None:
    alone = make_class(db, world.school, "1A3")
    db.commit()
    assert alone.homeroom != world.who("homeroom")
    db.query(ClassTermRow).filter_by(class_id=world.cast.class_id).update({"class_id": alone.class_id})
    db.commit()
    assert "Chưa có sổ nào được mở cho lớp thầy/cô chủ nhiệm." in await page(desk("homeroom"), "/chu-nhiem")


async def test_the_matrix_says_every_state_in_words_and_counts(
    db: Session, desk: As, room: str, book: OpenBook
) -> None:
    fill(book, ["toan", "am_nhac"])
    book.act(Action.SUBMIT, "am_nhac")
    db.commit()
    found = await page(desk("homeroom"), room)
    assert "Còn 8 phần của 1 giáo viên" in found
    assert found.count('class="mark submitted"') == 3 + 1  # and the legend
    assert "Đủ, chưa gửi" in found
    assert re.search(r'class="mark missing" title="Tiếng Việt: Còn thiếu \(\d+ ô\)"', found)
    assert 'value="am_nhac:' in found
    assert 'value="toan:' not in found


async def test_pupils_stand_in_the_order_of_the_class(desk: As, room: str, book: OpenBook) -> None:
    found = await page(desk("homeroom"), room)
    places = [found.index(f"/hoc-ba/{record}/lich-su") for record in book.records]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("query", "columns"),
    [("mon=toan", {"toan"}), ("con-thieu=1", set(SLOTS) - {"am_nhac"}), ("trang-thai=issued", set())],
)
async def test_the_address_says_what_is_shown(
    db: Session, desk: As, room: str, book: OpenBook, query: str, columns: set[str]
) -> None:
    fill(book, ["am_nhac"])
    book.act(Action.SUBMIT, "am_nhac")
    db.commit()
    found = await page(desk("homeroom"), f"{room}/bang?{query}")
    table = found.partition("<table")[2].partition("</table")[0]
    assert set(re.findall(r'<a href="\?mon=(\w+)" title', table)) == columns
    assert table.count("<tr") == (4 if columns else 0)
    assert ("Không có gì khớp với cách lọc này." in found) is (not columns)


async def test_one_subject_shows_what_should_be_looked_at(db: Session, desk: As, room: str, book: OpenBook) -> None:
    book.submit_all()
    change = "UPDATE record_slots SET state = 'open', content_sha256 = NULL WHERE slot = 'toan'"
    db.execute(text(change))
    db.execute(text("UPDATE assessments SET value = '3' WHERE slot = 'toan' AND kind = 'score'"))
    db.execute(
        text("UPDATE record_slots SET state = 'submitted', content_sha256 = repeat('a', 64) WHERE slot = 'toan'")
    )
    db.commit()
    assert "Cần xem lại" not in await page(desk("homeroom"), room)
    found = await page(desk("homeroom"), f"{room}?mon=toan")
    assert found.count("nhưng điểm kiểm tra là 3: cần xem lại.") == 3
    assert f'href="/lop/{book.id}/nhap/toan"' in found


async def test_the_changing_part_keeps_the_filter_and_is_no_whole_page(desk: As, room: str) -> None:
    found = await page(desk("homeroom"), f"{room}?mon=toan")
    assert f'hx-get="{room}/bang?mon=toan"' in found
    assert "<html" not in await page(desk("homeroom"), f"{room}/bang")


async def test_a_late_class_says_so(db: Session, desk: As, room: str, book: OpenBook) -> None:
    assert "Quá hạn" not in await page(desk("homeroom"), room)
    db.get_one(ClassTermRow, book.id).due_at = datetime(2026, 11, 1, tzinfo=UTC)
    db.commit()
    assert "Quá hạn" in await page(desk("homeroom"), room)


async def test_an_office_looks_but_decides_nothing(db: Session, desk: As, room: str, book: OpenBook) -> None:
    book.submit_all()
    db.commit()
    found = await page(desk("principal"), room)
    assert "chờ chủ nhiệm rà soát" in found
    assert "chu-nhiem/ra-soat" not in found
    assert 'type="checkbox" name="o"' not in found
    answer = await desk("principal").post(f"{room}/ra-soat", data={"command_id": str(uuid4())})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["", "/bang", "/tra-lai", "/tam-giu"])
@pytest.mark.parametrize(("person", "status"), [("music", 403), ("foreigner", 403), ("other", 403)])
async def test_it_is_nobody_elses_room(desk: As, room: str, path: str, person: str, status: int) -> None:
    answer = await desk(person).get(room + path)
    assert answer.status_code == (404 if person == "foreigner" and path in {"", "/bang"} else status)


async def test_a_teacher_is_reminded_once_a_day(db: Session, desk: As, room: str, world: World) -> None:
    client = desk("homeroom")
    answers = [await client.post(f"{room}/nhac", data={"slot": "am_nhac"}) for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [f"{room}?da=nhac&so=1", f"{room}?da=da-nhac&so=0"]
    [notice] = db.scalars(select(Notice).where(Notice.kind == "nudge")).all()
    assert (notice.staff_id, notice.subject_ref.split("/")[0]) == (world.who("music"), "am_nhac")
    found = await page(client, room)
    assert "Hôm nay đã nhắc" in found
    assert "Đã nhắc lúc" in found


async def test_everybody_who_owes_something_is_reminded_but_not_oneself(
    db: Session, desk: As, room: str, world: World
) -> None:
    answer = await desk("homeroom").post(f"{room}/nhac", data={"slot": "tat-ca"})
    assert answer.headers["Location"] == f"{room}?da=nhac&so=1"
    told = db.scalars(select(Notice.staff_id).where(Notice.kind == "nudge")).all()
    assert told == [world.who("music")]
    await desk("principal").post(f"{room}/nhac", data={"slot": "tat-ca"})
    assert db.scalar(select(func.count()).where(Notice.kind == "nudge")) == len(SLOTS)


async def test_who_handed_everything_in_is_not_reminded(db: Session, desk: As, room: str, book: OpenBook) -> None:
    fill(book, ["am_nhac"])
    book.act(Action.SUBMIT, "am_nhac")
    db.commit()
    await desk("homeroom").post(f"{room}/nhac", data={"slot": "am_nhac"})
    assert db.scalar(select(func.count()).where(Notice.kind == "nudge")) == 0


async def test_complete_pupils_are_looked_over_at_once_and_the_held_left_out(
    db: Session, desk: As, room: str, book: OpenBook, approvals: FakeApprovals
) -> None:
    book.submit_all()
    book.act(Action.HOLD, HOMEROOM, book.records[:1], reason_id=book.reason("Chờ giấy khai sinh."))
    db.commit()
    client = desk("homeroom")
    found = await page(client, room)
    assert "Xác nhận đã rà soát 2 học sinh" in found
    assert "Chờ giấy khai sinh." in found
    form = {"command_id": str(uuid4()), "dong": list(book.records[1:])}
    answers = [await client.post(f"{room}/ra-soat", data=form) for _ in range(2)]
    assert {answer.headers["Location"] for answer in answers} == {f"{room}?da=ra-soat&so=2"}
    [decision] = approvals.decided.values()
    assert (decision.action, decision.slot, decision.record_ids) == (Action.REVIEW, HOMEROOM, book.records[1:])


async def test_a_refused_review_shows_why_in_the_room(
    desk: As, room: str, book: OpenBook, approvals: FakeApprovals
) -> None:
    approvals.refuses = Conflict("Hồ sơ đang ở bước “Đang nhập”, chưa làm được việc này.")
    form = {"command_id": str(uuid4()), "dong": list(book.records)}
    answer = await desk("homeroom").post(f"{room}/ra-soat", data=form)
    assert answer.status_code == 409
    assert "Hồ sơ đang ở bước “Đang nhập”" in words(answer)
    assert "<table" in answer.text


async def test_what_waits_for_the_signature_is_one_link_to_sign(
    db: Session, desk: As, room: str, book: OpenBook
) -> None:
    assert "/ky/chuan-bi" not in await page(desk("homeroom"), room)
    book.review_all()
    for slot in book.term.subject_slots:
        book.act(Action.SIGN, slot)
    db.commit()
    found = await page(desk("homeroom"), room)
    assert f'href="/ky/chuan-bi?viec=sign&amp;slot=homeroom&amp;lop={book.id}"' in found
    assert "Ký 3 học sinh" in found


async def test_a_return_shows_first_what_becomes_void(db: Session, desk: As, room: str, book: OpenBook) -> None:
    book.review_all()
    make_signature(db, make_document(book, kind="subject_sheet", slot="toan", part=1), book)
    db.commit()
    chosen = {"cot": "toan", "o": [f"am_nhac:{book.records[0]}", "nonsense"]}
    found = words(await desk("homeroom").get(f"{room}/tra-lai", params=chosen))
    assert "Trả lại 4 phần" in found
    assert "phiếu môn Toán, phần của 3 học sinh" in found
    assert "Âm nhạc" in found


async def test_nothing_chosen_or_nothing_handed_in_is_said(desk: As, room: str, book: OpenBook) -> None:
    for chosen in ({}, {"dong": book.records[0]}):
        found = words(await desk("homeroom").get(f"{room}/tra-lai", params=chosen))
        assert "Chưa chọn phần nào trả lại được." in found


def returning(book: OpenBook, **more: object) -> dict[str, object]:
    parts = [f"{slot}:{record}" for slot in ("toan", "am_nhac") for record in book.records[:2]]
    return {"command_id": str(uuid4()), "o": parts, **more}


async def test_each_slot_goes_back_by_a_decision_of_its_own_and_once(
    db: Session, desk: As, room: str, book: OpenBook, approvals: FakeApprovals
) -> None:
    book.submit_all()
    db.commit()
    form = returning(book, common=["Nhập nhầm học sinh."], reason="Xem lại bài 3.")
    answers = [await desk("homeroom").post(f"{room}/tra-lai", data=form) for _ in range(2)]
    assert {answer.headers["Location"] for answer in answers} == {f"{room}?da=tra-lai&so=4"}
    decided = list(approvals.decided.values())
    assert sorted(each.to_slot for each in decided) == ["am_nhac", "toan"]
    assert all(each.slot == HOMEROOM and set(each.record_ids) == set(book.records[:2]) for each in decided)
    texts = {db.get_one(Reason, UUID(each.reason_id)).text for each in decided}
    assert texts == {"Nhập nhầm học sinh. Xem lại bài 3."}


async def test_a_return_without_a_reason_keeps_what_was_typed(
    db: Session, desk: As, room: str, book: OpenBook, approvals: FakeApprovals
) -> None:
    book.submit_all()
    db.commit()
    form = returning(book, reason="ab")
    answer = await desk("homeroom").post(f"{room}/tra-lai", data=form)
    found = words(answer)
    assert answer.status_code == 422
    assert "Hãy chọn hoặc ghi lý do" in found
    assert ">ab</textarea>" in found
    assert str(form["command_id"]) in found
    assert found.count('name="o"') == 4
    assert approvals.decided == {}


async def test_a_refused_return_names_its_subject(
    db: Session, desk: As, room: str, book: OpenBook, approvals: FakeApprovals
) -> None:
    book.submit_all()
    db.commit()
    approvals.refuses = Conflict("Phần này đang mở để nhập.")
    answer = await desk("homeroom").post(f"{room}/tra-lai", data=returning(book, reason="Sai điểm."))
    assert answer.status_code == 409
    assert "Toán: Phần này đang mở để nhập." in words(answer)
    assert ">Sai điểm.</textarea>" in answer.text


async def test_a_pupil_is_held_with_a_reason_and_released(
    db: Session, desk: As, room: str, book: OpenBook, approvals: FakeApprovals
) -> None:
    client = desk("homeroom")
    assert "Tạm giữ 1 học sinh" in words(await client.get(f"{room}/tam-giu", params={"dong": book.records[0]}))
    form = {"command_id": str(uuid4()), "dong": book.records[0]}
    refused = await client.post(f"{room}/tam-giu", data=form)
    assert (refused.status_code, "Hãy chọn hoặc ghi lý do" in refused.text) == (422, True)
    answer = await client.post(f"{room}/tam-giu", data={**form, "reason": "Chờ giấy khai sinh."})
    assert answer.headers["Location"] == f"{room}?da=tam-giu&so=1"
    book.act(Action.HOLD, HOMEROOM, book.records[:1], reason_id=book.reason("Chờ giấy khai sinh."))
    db.commit()
    assert "Thôi tạm giữ" in await page(client, room)
    await client.post(f"{room}/bo-tam-giu", data={"command_id": str(uuid4()), "dong": book.records[0]})
    assert [each.action for each in approvals.decided.values()] == [Action.HOLD, Action.RELEASE]


async def test_the_way_to_own_entry_shows_how_far_it_is(desk: As, room: str, book: OpenBook) -> None:
    found = await page(desk("homeroom"), room)
    assert f'href="/lop/{book.id}/nhap/homeroom"' in found
    assert f'href="/lop/{book.id}/nhap/chuyen-can"' in found
    assert "Đã gửi 0/3 học sinh" in found


async def test_what_was_just_done_comes_from_a_list_and_a_number(desk: As, room: str) -> None:
    assert "Đã ghi: rà soát 33 học sinh." in await page(desk("homeroom"), f"{room}?da=ra-soat&so=33")
    assert "&lt;b&gt;" not in await page(desk("homeroom"), f"{room}?da=ra-soat&so=<b>")
    assert "note good" not in await page(desk("homeroom"), f"{room}?da=khac&so=1")
