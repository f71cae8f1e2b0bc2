"""People and their work: who is late, who is nudged, and whose work goes to somebody else."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.calendar import day_of, end_of_day
from domain.decisions import Action
from storage import staffing
from storage.tables import ClassTermRow, Notice
from tests.api.conftest import As
from tests.api.pages import change, reads, words
from tests.api.world import World
from tests.factories import OpenBook, make_staff
from tests.storage.papers import make_order


def make_late(db: Session, world: World) -> None:
    yesterday = day_of(datetime.now(UTC)) - timedelta(days=1)
    db.get_one(ClassTermRow, world.class_term_id).due_at = end_of_day(yesterday)
    db.commit()


def nudges(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Notice).where(Notice.kind == "nudge")) or 0


def holder(db: Session, world: World, slot: str = "toan") -> UUID:
    return staffing.signer_of(db, world.cast.class_id, slot, datetime.now(UTC)).staff_id


async def test_people_are_shown_with_what_waits_for_them(desk: As) -> None:
    page = await reads(desk("admin"), "/nguoi")
    assert "2 người còn việc" in page
    assert "không ai trễ hạn" in page
    assert "Chưa gửi: 8" in page
    assert "chưa vào lần nào" not in page  # the cast has signed in
    everybody = await reads(desk("admin"), "/nguoi?xem=tat-ca")
    assert "Không còn việc" in everybody
    assert "Giáo viên Mẫu 201" not in everybody  # of another school


async def test_whoever_is_late_is_marked_and_may_be_asked_for(desk: As, world: World, db: Session) -> None:
    assert "Không có ai khớp với bộ lọc." in await reads(desk("admin"), "/nguoi?xem=tre")
    make_late(db, world)
    page = await reads(desk("admin"), "/nguoi/danh-sach?xem=tre")
    assert "2 người trễ hạn" in page
    assert "trễ 1 ngày" in page
    assert "<html" not in page


async def test_a_school_without_work_is_told_so(desk: As, world: World, db: Session) -> None:
    db.get_one(ClassTermRow, world.class_term_id).stage = "issued"
    db.commit()
    assert "Không ai còn việc phải làm" in await reads(desk("admin"), "/nguoi")


async def test_all_late_are_nudged_once_a_day(desk: As, world: World, db: Session) -> None:
    make_late(db, world)
    for count in (2, 0):
        answer = await desk("admin").post("/nguoi/nhac", data={"xem": "tre"})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/nguoi?xem=tre&da_nhac={count}")
    assert nudges(db) == 2
    assert "Đã gửi lời nhắc cho 2 người." in await reads(desk("admin"), "/nguoi?da_nhac=2")
    again = await reads(desk("admin"), "/nguoi?da_nhac=0")
    assert "đã được nhắc rồi" in again
    assert "Nhắc lần cuối" in again
    assert "Hôm nay đã nhắc cả 2 người trễ hạn." in again


async def test_one_person_is_nudged_and_nobody_of_another_school(desk: As, world: World, db: Session) -> None:
    answer = await desk("principal").post("/nguoi/nhac", data={"staff_id": str(world.cast.music)})
    assert answer.headers["Location"] == "/nguoi?da_nhac=1"
    foreign = await desk("admin").post("/nguoi/nhac", data={"staff_id": str(world.foreign.homeroom)})
    assert foreign.status_code == 404
    assert nudges(db) == 1


async def test_the_list_is_a_workbook_too(desk: As) -> None:
    answer = await desk("admin").get("/nguoi/bang")
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    assert book.sheet_names == ["Người và việc", "Từng phần việc"]
    assert sum(row[2] == "1A1" for row in book.get_sheet_by_name("Từng phần việc").to_python()) == 9


async def test_everything_a_person_fills_goes_to_another(desk: As, world: World, db: Session) -> None:
    taker, path = make_staff(db, world.school.school_id, 77), f"/nguoi/{world.cast.homeroom}/chuyen"
    db.commit()
    page = await reads(desk("admin"), f"{path}?thay={taker}")
    assert "Những gì sẽ đổi" in page
    assert "Người nhận chưa có chứng thư số" in page
    slots = [slot for slot in world.cast.curriculum.slots if slot != "am_nhac"]
    form = change() | {"phan": [f"{world.cast.class_id}/{slot}/{taker}" for slot in slots]}
    answer = await desk("admin").post(path, data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?da_chuyen={len(slots)}")
    assert {holder(db, world, slot) for slot in slots} == {taker}
    assert holder(db, world, "am_nhac") == world.cast.music
    assert f"Đã chuyển {len(slots)} phần việc." in await reads(desk("admin"), answer.headers["Location"])
    assert "không phụ trách phần việc nào" in await reads(desk("admin"), path)


async def test_the_same_form_sent_again_changes_nothing(desk: As, world: World, db: Session) -> None:
    path, part = f"/nguoi/{world.cast.homeroom}/chuyen", f"{world.cast.class_id}/toan/{world.cast.music}"
    form = change() | {"phan": part}
    first = await desk("admin").post(path, data=form)
    second = await desk("admin").post(path, data=form)
    assert [each.headers["Location"].rpartition("=")[2] for each in (first, second)] == ["1", "0"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"reason": " "}, "Hãy ghi lý do"),
        ({"tu": "hôm qua"}, "Từ ngày: hãy chọn một ngày."),
        ({"tu": "1926-01-01"}, "ngày này quá xa"),
        ({"den": "2020-01-01"}, "ngày này quá xa"),
        ({"phan": ""}, "Chưa chọn người nhận"),
    ],
)
async def test_what_cannot_be_is_said_and_what_was_typed_stays(
    desk: As, world: World, db: Session, more: dict[str, str], said: str
) -> None:
    part = f"{world.cast.class_id}/toan/{world.cast.music}"
    form = change(reason="Nghỉ phép có lý do riêng") | {"phan": part} | more
    page = words(await desk("admin").post(f"/nguoi/{world.cast.homeroom}/chuyen", data=form), 422)
    assert said in page
    assert more.get("reason", "Nghỉ phép có lý do riêng") in page
    assert holder(db, world) == world.cast.homeroom


async def test_nothing_is_moved_behind_a_signature(desk: As, world: World, db: Session, book: OpenBook) -> None:
    order = make_order(book, Action.SIGN, "toan", lease=False)
    order.state, order.signing_time = "completed", datetime.now(UTC) - timedelta(hours=1)
    db.commit()
    part = f"{world.cast.class_id}/toan/{world.cast.music}"
    day = (day_of(datetime.now(UTC)) - timedelta(days=2)).isoformat()
    form = change(tu=day) | {"phan": part}
    page = words(await desk("admin").post(f"/nguoi/{world.cast.homeroom}/chuyen", data=form), 422)
    assert "Chữ ký đã có vẫn giữ nguyên" in page
    assert (
        await desk("admin").post(f"/nguoi/{world.cast.homeroom}/chuyen", data=change() | {"phan": part})
    ).is_redirect


async def test_who_may_miss_the_years_end_is_shown_with_the_reason(desk: As) -> None:
    page = await reads(desk("principal"), "/nguoi?xem=nguy-co")
    assert "Người có thể lỡ hạn (" in page
    assert "Chưa có chứng thư số dùng được" in page
    assert "Giáo viên Mẫu 201" not in page  # of another school


async def test_a_nudge_says_who_sent_it(desk: As, world: World) -> None:
    await desk("principal").post("/nguoi/nhac", data={"staff_id": str(world.cast.music)})
    page = await reads(desk("music"), "/thong-bao")
    assert "(Hiệu trưởng) nhắc thầy/cô làm nốt phần việc của mình." in page
