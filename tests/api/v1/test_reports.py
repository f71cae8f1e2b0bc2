"""Workbooks for the people whose they are; a subject's teacher gets none."""

import pytest
from sqlalchemy.orm import Session

from api.workbooks import XLSX, workbook
from tests.api.conftest import As
from tests.api.world import World
from tests.factories import open_book
from tests.interchange.reading_back import rows_of, table_of


async def test_a_class_summary_is_a_file_that_is_named_after_the_class_alone(world: World, as_: As) -> None:
    answer = await as_("homeroom").get(f"/api/v1/class-terms/{world.class_term_id}/reports/summary")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == XLSX
    assert answer.headers["Content-Disposition"] == 'attachment; filename="bang-tong-hop_1A1_hk1_2026-2027.xlsx"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    rows = rows_of(answer.content, "Tổng hợp")
    assert rows[5][0] == "Lớp: 1A1"
    assert [row[0] for row in rows[12:15]] == ["1", "2", "3"]


async def test_a_subject_teacher_gets_no_summary_of_the_class(world: World, as_: As) -> None:
    answer = await as_("music").get(f"/api/v1/class-terms/{world.class_term_id}/reports/summary")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "Không tìm thấy báo cáo này."


async def test_the_same_state_gives_the_same_file(db: Session, world: World, as_: As) -> None:
    book = open_book(db, world.cast)
    book.submit_all()
    path = f"/api/v1/class-terms/{world.class_term_id}/reports/summary"
    first, second = [(await as_("principal").get(path)).content for _ in range(2)]
    assert first == second
    assert rows_of(first, "Tổng hợp")[12][3:5] == ["T", "9"]


async def test_the_lists_of_a_year_are_those_of_the_own_school(world: World, as_: As) -> None:
    path = "/api/v1/years/2026-2027/reports/year-lists"
    answer = await as_("clerk").get(path)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ket-qua-cuoi-nam_2026-2027.xlsx"'
    own = [row["Lớp"] for row in table_of(answer.content, "Theo lớp")]
    foreign = [row["Lớp"] for row in table_of((await as_("foreigner").get(path)).content, "Theo lớp")]
    assert own == ["1A1", "1A2", "Toàn trường"]
    assert len(foreign) == 2
    assert not {"1A1", "1A2"} & set(foreign)


async def test_the_lists_are_for_the_schools_offices(as_: As) -> None:
    answer = await as_("homeroom").get("/api/v1/years/2026-2027/reports/year-lists")
    assert answer.status_code == 403
    assert "lãnh đạo, văn thư" in answer.json()["detail"]


async def test_a_year_that_is_none_is_refused(as_: As) -> None:
    answer = await as_("principal").get("/api/v1/years/2026-2028/reports/year-lists")
    assert answer.status_code == 422
    assert "2023-2024" in answer.json()["detail"]


async def test_what_is_missing_in_a_class_names_its_teachers(world: World, as_: As) -> None:
    path = f"/api/v1/class-terms/{world.class_term_id}/reports/missing"
    answer = await as_("homeroom").get(path)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="con-thieu_1A1_hk1_2026-2027.xlsx"'
    assert {row["Lớp"] for row in table_of(answer.content, "Theo giáo viên")} == {"1A1"}
    assert (await as_("music").get(path)).status_code == 404


async def test_what_is_missing_in_a_school_is_for_its_offices(as_: As) -> None:
    path = "/api/v1/years/2026-2027/terms/hk1/reports/missing"
    answer = await as_("admin").get(path)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="con-thieu_hk1_2026-2027.xlsx"'
    assert {row["Lớp"] for row in table_of(answer.content, "Ô còn thiếu")} == {"1A1"}
    assert (await as_("homeroom").get(path)).status_code == 403
    assert (await as_("principal").get(path.replace("hk1", "hk3"))).status_code == 422


@pytest.mark.parametrize(("name", "plain"), [("1A1", "1A1"), ("6Đ1", "6D1"), ("Lớp 5 đặc biệt", "Lop-5-dac-biet")])
def test_the_name_of_a_file_keeps_the_letters_of_its_class(name: str, plain: str) -> None:
    header = workbook(b"", "con-thieu", name, "hk1").headers["Content-Disposition"]
    assert header == f'attachment; filename="con-thieu_{plain}_hk1.xlsx"'
