"""Results and lists of a class over HTTP: reasons and rule versions, what is pending, in the order of the class."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.reports.year_lists import YearList
from tests.api.conftest import As
from tests.api.rooms.test_homeroom import page
from tests.api.world import World
from tests.factories import OpenBook, fill, make_class, open_book


@pytest.fixture
def year(db: Session, world: World) -> OpenBook:
    book = open_book(db, world.cast, Term.YEAR_END)
    db.commit()
    return book


async def test_a_result_says_why_and_by_which_rules(db: Session, desk: As, year: OpenBook) -> None:
    year.submit_all()
    db.commit()
    found = await page(desk("homeroom"), f"/lop/{year.id}/ket-qua")
    assert found.count("Vì sao?") == 3
    assert "Kết quả giáo dục" in found
    assert "Tính theo bộ quy tắc" in found
    places = [found.index(f"/hoc-ba/{record}/lich-su") for record in year.records]
    assert places == sorted(places)


async def test_what_is_missing_for_a_result_is_said_once_if_it_is_the_same(desk: As, year: OpenBook) -> None:
    found = await page(desk("homeroom"), f"/lop/{year.id}/ket-qua")
    assert found.count("Chưa gửi: ") == 1
    assert "Đã có kết quả của 0/3 học sinh." in found


async def test_only_the_pending_can_be_asked_for(db: Session, desk: As, year: OpenBook) -> None:
    fill(year)
    for slot in year.cast.curriculum.slots:
        year.act(Action.SUBMIT, slot, year.records[:2] if slot == "am_nhac" else None)
    db.commit()
    path = f"/lop/{year.id}/ket-qua"
    assert "Chỉ xem 1 học sinh chưa có kết quả" in await page(desk("principal"), path)
    found = await page(desk("principal"), f"{path}?con-thieu=1")
    assert "Chưa gửi: Âm nhạc." in found
    assert "Vì sao?" not in found


async def test_a_secondary_term_shows_its_subjects(db: Session, desk: As, world: World) -> None:
    book = open_book(db, make_class(db, world.school, "6A1"))
    book.submit_all()
    db.commit()
    found = await page(desk("principal"), f"/lop/{book.id}/ket-qua")
    assert "Kết quả rèn luyện" in found
    assert "9,0" in found


async def test_lists_come_with_the_book_of_the_years_end(db: Session, desk: As, year: OpenBook, world: World) -> None:
    first = await page(desk("homeroom"), f"/lop/{world.class_term_id}/danh-sach")
    assert "Danh sách lên lớp và khen thưởng có ở sổ cuối năm học" in first
    assert (await desk("homeroom").get(f"/lop/{world.class_term_id}/danh-sach.xlsx")).status_code == 404
    unknown = await page(desk("homeroom"), f"/lop/{year.id}/danh-sach")
    assert "Chưa đủ dữ liệu <small>3 học sinh" in unknown
    year.submit_all()
    db.commit()
    found = await page(desk("homeroom"), f"/lop/{year.id}/danh-sach")
    assert "Lên lớp <small>3 học sinh" in found


async def test_the_lists_of_a_class_are_a_workbook_without_numbers_of_the_school(
    db: Session, desk: As, year: OpenBook
) -> None:
    year.submit_all()
    db.commit()
    answer = await desk("homeroom").get(f"/lop/{year.id}/danh-sach.xlsx")
    assert answer.status_code == 200
    sheets = CalamineWorkbook.from_filelike(BytesIO(answer.content)).sheet_names
    assert sheets == [*(each.label for each in YearList), "Khen thưởng"]


@pytest.mark.parametrize("path", ["ket-qua", "danh-sach", "danh-sach.xlsx", "lich-su"])
async def test_results_are_for_homeroom_and_offices(desk: As, year: OpenBook, path: str) -> None:
    assert HOMEROOM not in year.term.subject_slots
    statuses = {who: (await desk(who).get(f"/lop/{year.id}/{path}")).status_code for who in ("music", "foreigner")}
    assert statuses == {"music": 403, "foreigner": 404}
