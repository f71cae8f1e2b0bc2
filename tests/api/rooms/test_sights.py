"""Who looked at which pupil's data: noted on the way to it, told to those who answer for the school alone."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.sights import Sight
from storage import sights
from storage.sights import Seen, ViewChoice
from storage.tables import Enrolment, PupilRow, RecordView, Staff, TermRecord
from tests.api.conftest import As
from tests.api.rooms.test_homeroom import page
from tests.api.world import World
from tests.factories import OpenBook

NOW = datetime.now(UTC)


def name_of(db: Session, staff_id: object) -> str:
    return db.get_one(Staff, staff_id).full_name


def pupil_of(db: Session, record_id: str) -> PupilRow:
    query = select(PupilRow).join(Enrolment).join(TermRecord, TermRecord.enrolment_id == Enrolment.id)
    return db.scalars(query.where(TermRecord.id == record_id)).one()


async def test_the_principal_sees_who_opened_a_pupil_s_record(desk: As, db: Session, book: OpenBook) -> None:
    db.commit()
    record_id = book.records[0]
    for _twice in range(2):
        await page(desk("homeroom"), f"/hoc-ba/{record_id}/lich-su")
    shown = await page(desk("principal"), f"/hoc-ba/{record_id}/da-xem")
    assert f"Ai đã xem học bạ của {pupil_of(db, record_id).full_name}" in shown
    assert shown.count(name_of(db, book.cast.homeroom)) == 1  # one line a day
    assert name_of(db, book.cast.school.principal) in shown  # looking at who looked is looking, too
    assert db.scalar(select(func.count()).select_from(RecordView)) == 2


async def test_looking_at_a_class_is_looking_at_each_of_its_pupils(desk: As, db: Session, book: OpenBook) -> None:
    db.commit()
    await page(desk("homeroom"), f"/lop/{book.id}/chu-nhiem")
    shown = await page(desk("principal"), f"/hoc-ba/{book.records[1]}/da-xem")
    assert name_of(db, book.cast.homeroom) in shown
    assert "Các trang của lớp" in shown


async def test_a_system_is_named_beside_whom_it_works_for(as_: As, desk: As, db: Session, book: OpenBook) -> None:
    db.commit()
    assert (await as_("homeroom").get(f"/api/v1/class-terms/{book.id}")).status_code == 200
    assert "qua hệ thống “" in await page(desk("admin"), "/da-xem")


async def test_what_is_refused_was_not_seen(desk: As, db: Session, book: OpenBook) -> None:
    db.commit()
    for who in ("foreigner", "other", "nobody"):
        assert (await desk(who).get(f"/hoc-ba/{book.records[0]}/lich-su")).status_code in {303, 404}
    assert db.scalar(select(func.count()).select_from(RecordView)) == 0
    assert "Chưa có ai xem." in await page(desk("principal"), "/da-xem")


async def test_the_list_is_narrowed_and_taken_along(desk: As, db: Session, book: OpenBook, world: World) -> None:
    db.commit()
    for who in ("homeroom", "clerk"):
        await page(desk(who), f"/lop/{book.id}/danh-sach")
    homeroom, clerk = name_of(db, book.cast.homeroom), name_of(db, world.school.clerk)
    whole = await page(desk("principal"), "/da-xem")
    assert whole.count(f'<th scope="row">{homeroom}') == whole.count(f'<th scope="row">{clerk}') == 1
    narrowed = await page(desk("principal"), f"/da-xem?nguoi={world.school.clerk}&trong=7")
    assert f'<th scope="row">{homeroom}' not in narrowed
    assert f'<th scope="row">{clerk}' in narrowed
    assert "Chưa có ai xem như vậy." in await page(desk("principal"), f"/da-xem?nguoi={world.school.principal}")
    taken = await desk("principal").get("/da-xem.xlsx")
    assert taken.status_code == 200
    assert taken.content.startswith(b"PK")


@pytest.mark.parametrize("path", ["/da-xem", "/hoc-ba/{record}/da-xem"])
@pytest.mark.parametrize("who", ["homeroom", "clerk"])
async def test_colleagues_are_not_told_who_looked(desk: As, db: Session, book: OpenBook, path: str, who: str) -> None:
    db.commit()
    assert (await desk(who).get(path.format(record=book.records[0]))).status_code == 403


async def test_another_school_s_list_has_none_of_it(desk: As, db: Session, book: OpenBook) -> None:
    db.commit()
    await page(desk("homeroom"), f"/lop/{book.id}/danh-sach")
    assert name_of(db, book.cast.homeroom) not in await page(desk("foreigner"), "/da-xem")
    assert (await desk("foreigner").get(f"/hoc-ba/{book.records[0]}/da-xem")).status_code == 404


def test_noted_twice_a_view_has_one_line_that_grows(db: Session, book: OpenBook) -> None:
    seen = Seen(book.cast.homeroom, Sight.CLASS, book.cast.school.school_id, class_term_id=book.id)
    for at in (NOW, NOW - timedelta(minutes=1), NOW):
        sights.note(db, seen, at)
    (line,) = sights.of_school(db, book.cast.school.school_id, ViewChoice(), 0, 9)
    assert (line.first_at, line.last_at) == (NOW, NOW)
