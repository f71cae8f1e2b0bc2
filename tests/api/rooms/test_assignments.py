"""Assignments and offices: the matrix, one slot and its history, what is amiss, and who may change an office."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.deps import today
from storage import staffing
from storage.tables import Position, TeachingAssignment
from tests.api.conftest import As
from tests.api.pages import change, reads, words
from tests.api.world import World
from tests.factories import SINCE, make_staff


@pytest.fixture
def newcomer(db: Session, world: World) -> UUID:
    staff_id = make_staff(db, world.school.school_id, 78)
    db.commit()
    return staff_id


def path_of(world: World, slot: str = "toan") -> str:
    return f"/phan-cong/{world.cast.class_id}/{slot}"


def holder(db: Session, world: World, slot: str = "toan") -> UUID:
    return staffing.signer_of(db, world.cast.class_id, slot, datetime.now(UTC)).staff_id


async def test_the_matrix_names_who_fills_each_slot(desk: As, world: World) -> None:
    page = await reads(desk("principal"), "/phan-cong")
    assert ">1A1<" in page
    assert ">1A2<" in page
    assert ">1C1<" not in page
    assert path_of(world) in page
    assert "Mọi phân công có từ 01/08/2026" in page


async def test_the_matrix_shows_one_grade_or_one_persons_classes(desk: As, world: World) -> None:
    mine = await reads(desk("admin"), f"/phan-cong?nguoi={world.cast.music}")
    assert (">1A1<" in mine, ">1A2<" in mine) == (True, False)
    assert "Không có lớp nào khớp với bộ lọc." in await reads(desk("admin"), "/phan-cong?khoi=5")


async def test_what_is_amiss_is_said_where_it_can_be_mended(
    desk: As, world: World, db: Session, newcomer: UUID
) -> None:
    query = select(TeachingAssignment).where(
        TeachingAssignment.class_id == world.cast.class_id, TeachingAssignment.slot.in_(("toan", "am_nhac"))
    )
    for row, days in zip(db.scalars(query.order_by(TeachingAssignment.slot)), (10, -1), strict=True):
        row.valid_to = datetime.now(UTC) + timedelta(days=days)
    clerk = {"school_id": world.school.school_id, "staff_id": newcomer, "role": "seal_clerk", "title": "Văn thư"}
    db.add(Position(**clerk, valid_from=SINCE))
    db.commit()
    page = await reads(desk("admin"), "/phan-cong")
    assert "Lớp 1A1 chưa có người phụ trách: Toán." in page
    assert "Lớp 1A1, Âm nhạc: phân công sắp hết mà chưa có người tiếp theo." in page
    assert "Có 2 văn thư cùng giữ con dấu" in page
    assert "phải ký nhưng chưa có chứng thư số dùng được" in page


async def test_a_slot_goes_to_somebody_else_with_its_history(
    desk: As, world: World, db: Session, newcomer: UUID
) -> None:
    form = change(thay=str(newcomer))
    for _ in range(2):
        answer = await desk("admin").post(path_of(world), data=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{path_of(world)}?xong=1")
    assert holder(db, world) == newcomer
    page = await reads(desk("admin"), answer.headers["Location"])
    assert "Đã ghi phân công." in page
    assert page.count("Lý do: Nghỉ thai sản") == 1
    assert 'Giáo viên Mẫu 78</strong> <span class="chip good">đang phụ trách</span>' in page


async def test_a_change_ahead_is_shown_before_it_comes(desk: As, world: World, db: Session, newcomer: UUID) -> None:
    day = (today() + timedelta(days=40)).isoformat()
    await desk("admin").post(path_of(world), data=change(thay=str(newcomer), tu=day))
    assert holder(db, world) == world.cast.homeroom
    assert "sắp tới" in await reads(desk("admin"), path_of(world))
    assert "Giáo viên Mẫu 78" in await reads(desk("admin"), "/phan-cong")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"thay": ""}, "Hãy chọn người nhận việc."),
        ({"reason": "x"}, "Hãy ghi lý do"),
        ({"tu": ""}, "hãy chọn một ngày"),
    ],
)
async def test_a_form_that_says_too_little_keeps_what_was_typed(
    desk: As, world: World, newcomer: UUID, more: dict[str, str], said: str
) -> None:
    form = {**change(thay=str(newcomer), reason="Đổi theo quyết định mới"), **more}
    page = words(await desk("admin").post(path_of(world), data=form), 422)
    assert said in page
    assert more.get("reason", "Đổi theo quyết định mới") in page


async def test_nobody_of_another_school_is_taken(desk: As, world: World, db: Session) -> None:
    page = words(await desk("admin").post(path_of(world), data=change(thay=str(world.foreign.homeroom))), 422)
    assert "Không tìm thấy người này trong trường." in page
    assert (await desk("admin").get(path_of(world, "hoa_hoc"))).status_code == 404


async def test_the_matrix_is_a_workbook_too(desk: As) -> None:
    answer = await desk("admin").get("/phan-cong/bang")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert sum(row[1] in {"1A1", "1A2"} for row in rows) == 18


async def test_offices_are_given_and_ended(desk: As, world: World, db: Session, newcomer: UUID) -> None:
    form = change(thay=str(newcomer), role="vice_principal", title="Phó Hiệu trưởng", reason="Quyết định số 12")
    for _ in range(2):
        assert (await desk("admin").post("/phan-cong/chuc-vu", data=form)).is_redirect
    page = await reads(desk("principal"), "/phan-cong/chuc-vu")
    assert page.count("Quyết định số 12") == 1
    row = db.scalars(select(Position).where(Position.staff_id == newcomer)).one()
    done = await desk("admin").post(f"/phan-cong/chuc-vu/{row.id}/thoi", data=change(reason="Nghỉ hưu"))
    assert done.is_redirect
    db.refresh(row)
    assert row.ended_by == world.admin
    page = await reads(desk("admin"), "/phan-cong/chuc-vu")
    assert "Đã thôi giữ chức (1)" in page
    assert "Nghỉ hưu" in page


async def test_an_office_does_not_end_without_a_reason(desk: As, world: World, db: Session) -> None:
    row = db.scalars(select(Position).where(Position.staff_id == world.who("clerk"))).one()
    form = change(reason="") | {"tu": "2026-12-24"}
    page = words(await desk("admin").post(f"/phan-cong/chuc-vu/{row.id}/thoi", data=form), 422)
    assert "Hãy ghi lý do" in page
    assert 'value="2026-12-24"' in page
    assert row.valid_to is None


async def test_a_second_head_is_refused_in_words(desk: As, newcomer: UUID) -> None:
    form = change(thay=str(newcomer), role="principal", reason="Quyết định số 13")
    page = words(await desk("admin").post("/phan-cong/chuc-vu", data=form), 422)
    assert "Trường đã có hiệu trưởng trong thời gian này." in page
    assert 'value="Quyết định số 13"' in page
    assert (await desk("admin").post("/phan-cong/chuc-vu", data=form | {"replaces": "1"})).is_redirect


async def test_an_administrator_does_not_make_themselves_head(desk: As, world: World) -> None:
    form = change(thay=str(world.admin), role="principal", reason="Quyết định số 14") | {"replaces": "1"}
    page = words(await desk("admin").post("/phan-cong/chuc-vu", data=form), 422)
    assert "Không tự giao chức vụ cho mình được." in page
    assert 'value="Quyết định số 14"' in page


@pytest.mark.parametrize("more", [{"role": "king"}, {"title": "x" * 61}, {"thay": ""}])
async def test_an_office_that_is_none_is_refused(desk: As, newcomer: UUID, more: dict[str, str]) -> None:
    form = {**change(thay=str(newcomer), role="seal_clerk"), **more}
    assert (await desk("admin").post("/phan-cong/chuc-vu", data=form)).status_code == 422


async def test_the_last_administrator_and_another_schools_office_stay(desk: As, world: World, db: Session) -> None:
    row = db.scalars(select(Position).where(Position.staff_id == world.admin)).one()
    form = change(reason="Đổi việc")
    page = words(await desk("principal").post(f"/phan-cong/chuc-vu/{row.id}/thoi", data=form), 422)
    assert "cán bộ quản trị duy nhất" in page
    theirs = db.scalars(select(Position).where(Position.staff_id == world.foreign.school.principal)).one()
    assert (await desk("admin").post(f"/phan-cong/chuc-vu/{theirs.id}/thoi", data=form)).status_code == 404
