"""The progress board: whose classes it shows, and what it says of the late, the held and the not yet opened."""

import unicodedata
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from domain.calendar import day_of, end_of_day
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from storage.tables import ClassTermRow, TermRecord
from tests.api.conftest import As
from tests.api.pages import reads
from tests.api.world import World
from tests.factories import OpenBook, fill, open_book

PATHS = ["/tien-do", "/tien-do/dong"]


@pytest.fixture
def book(db: Session, world: World) -> OpenBook:
    return open_book(db, world.cast)


def due_in(db: Session, world: World, days: int) -> None:
    """The last day in time of the class's term lies so many days ahead."""
    db.get_one(ClassTermRow, world.class_term_id).due_at = end_of_day(day_of(datetime.now(UTC)) + timedelta(days=days))
    db.commit()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("person", "classes"),
    [
        ("principal", {"1A1", "1A2"}), ("clerk", {"1A1", "1A2"}), ("admin", {"1A1", "1A2"}),
        ("homeroom", {"1A1"}), ("music", {"1A1"}), ("other", {"1A2"}), ("foreigner", {"1C1"}),
    ],
)  # fmt: skip
async def test_people_see_their_own_classes_only(
    desk: As, world: World, db: Session, path: str, person: str, classes: set[str]
) -> None:
    open_book(db, world.other_cast)
    db.commit()
    page = await reads(desk(person), path)
    assert {name for name in ("1A1", "1A2", "1C1") if f">{name}<" in page} == classes


async def test_a_school_without_open_books_is_told_what_comes(desk: As) -> None:
    page = await reads(desk("other"), "/tien-do")
    assert "Chưa có lớp nào được mở sổ." in page
    assert "<table" not in page


async def test_the_page_names_school_person_and_term(desk: As, world: World) -> None:
    page = await reads(desk("principal"), "/tien-do")
    assert "Trường Tiểu học Mẫu số 1" in page
    assert "Giáo viên Mẫu 101" in page
    assert "Học kì I, năm học 2026-2027" in page
    assert "Trường Tiểu học Mẫu số 2" not in page


async def test_the_page_is_vietnamese_with_its_accents_composed(desk: As) -> None:
    page = await reads(desk("principal"), "/tien-do")
    assert '<html lang="vi" ' in page
    assert "Chờ chủ nhiệm rà soát" in page
    assert unicodedata.is_normalized("NFC", page)


async def test_progress_is_counted_by_stage(desk: As, db: Session, book: OpenBook) -> None:
    book.submit_all()
    book.act(Action.REVIEW, HOMEROOM, book.records[:2])
    db.commit()
    page = await reads(desk("principal"), "/tien-do/dong")
    assert '<td class="count some reviewed" data-name="GVBM ký">2</td>' in page
    assert '<td class="count some submitted" data-name="Rà soát">1</td>' in page
    assert '<span class="step submitted">Chờ chủ nhiệm rà soát</span>' in page
    assert "<strong>0/3</strong>" in page
    assert "0/1 lớp xong" in page


async def test_entry_tells_how_many_parts_came_in(desk: As, db: Session, book: OpenBook) -> None:
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan")
    db.commit()
    assert "Đã gửi 1/9 phần" in await reads(desk("homeroom"), "/tien-do")


async def test_a_late_class_is_marked_and_its_last_day_told(desk: As, world: World, db: Session) -> None:
    assert "còn " in await reads(desk("principal"), "/tien-do")
    due_in(db, world, -3)
    page = await reads(desk("principal"), "/tien-do")
    assert '<strong class="trouble">trễ 3 ngày</strong>' in page
    assert '<tr class="late">' in page
    assert "1 lớp trễ" in page


@pytest.mark.parametrize(("days", "words"), [(0, "hạn hôm nay"), (1, "còn 1 ngày"), (-1, "trễ 1 ngày")])
async def test_a_deadline_is_told_in_days(desk: As, world: World, db: Session, days: int, words: str) -> None:
    due_in(db, world, days)
    assert words in await reads(desk("principal"), "/tien-do")


async def test_an_issued_class_is_never_late(desk: As, world: World, db: Session) -> None:
    due_in(db, world, -3)
    db.get_one(ClassTermRow, world.class_term_id).stage = "issued"
    db.commit()
    page = await reads(desk("principal"), "/tien-do")
    assert "trễ 3 ngày" not in page
    assert "Đã phát hành" in page
    assert "1/1 lớp xong" in page


async def test_a_class_tells_how_long_it_has_stood_at_its_step(desk: As, db: Session, book: OpenBook) -> None:
    db.get_one(ClassTermRow, book.id).created_at = datetime.now(UTC) - timedelta(days=20)
    db.commit()
    assert '<td class="age" data-name="Đã đứng">20 ngày</td>' in await reads(desk("principal"), "/tien-do")
    book.submit_all()
    db.commit()
    assert '<td class="age" data-name="Đã đứng">từ hôm nay</td>' in await reads(desk("principal"), "/tien-do")


async def test_the_board_shows_what_is_asked_for(desk: As, world: World, db: Session) -> None:
    open_book(db, world.other_cast)
    due_in(db, world, -3)
    late = await reads(desk("principal"), "/tien-do?tre=1")
    assert (">1A1<" in late, ">1A2<" in late) == (True, False)
    assert "0/2 lớp xong" in late
    both = await reads(desk("principal"), "/tien-do/dong?ki=hk1&khoi=1&buoc=entry")
    assert (">1A1<" in both, ">1A2<" in both) == (True, True)
    for nothing in ("khoi=2", "ki=year_end", "buoc=sealed"):
        assert "Không có lớp nào khớp với bộ lọc." in await reads(desk("principal"), f"/tien-do?{nothing}")


async def test_the_board_is_a_workbook_too(desk: As, world: World) -> None:
    answer = await desk("principal").get("/tien-do/bang?ki=hk1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="tien-do_hk1.xlsx"'
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert [row[3] for row in rows if row[2] == "Học kì I"] == ["1A1"]


async def test_held_pupils_are_counted(desk: As, world: World, db: Session) -> None:
    db.get_one(TermRecord, UUID(world.records[0])).held = True
    db.commit()
    assert "1 học sinh đang tạm giữ" in await reads(desk("principal"), "/tien-do")


async def test_the_rows_alone_are_a_part_of_a_page(desk: As) -> None:
    rows = await reads(desk("principal"), "/tien-do/dong")
    assert "<html" not in rows
    assert "Cập nhật lúc" in rows


@pytest.mark.parametrize("path", PATHS)
async def test_no_pupil_is_named(desk: As, db: Session, book: OpenBook, path: str) -> None:
    page = await reads(desk("homeroom"), path)
    detail = (await desk("homeroom").get(f"/api/v1/class-terms/{book.id}")).json()
    assert len(detail["records"]) == 3
    assert not [line for line in detail["records"] if line["full_name"] in page or line["pupil_code"] in page]


async def test_a_person_without_a_sign_in_is_shown_the_door(desk: As) -> None:
    answer = await desk("nobody").get("/tien-do")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/dang-nhap?back=/tien-do")


async def test_a_live_board_whose_sign_in_ended_goes_to_the_door(desk: As) -> None:
    answer = await desk("nobody").get("/tien-do/dong", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/dang-nhap")
