"""Việc của tôi and search: one button for each thing to do, in words; names never stand in an address."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.decisions import Action
from storage.matters import waits
from storage.matters.waits import Wait
from storage.tables import ClassTermRow, PupilRow, Staff, TermRecord
from tests.api.conftest import As
from tests.api.pages import reads
from tests.api.world import World
from tests.factories import open_book
from tests.matters import make_matter

TODAY = "/viec-cua-toi"


async def test_a_teacher_gets_each_slot_with_its_button(desk: As, world: World) -> None:
    page = await reads(desk("music"), TODAY)
    assert "Nhập và gửi kết quả của 3 học sinh" in page
    assert f'href="/lop/{world.class_term_id}/nhap/am_nhac"' in page
    assert "/nhap/toan" not in page


async def test_who_has_nothing_to_do_is_told_so(desk: As) -> None:
    page = await reads(desk("clerk"), TODAY)
    assert "Thầy/cô đã làm xong mọi việc." in page
    assert "Đang chờ người khác" in page


async def test_signing_opens_the_dialog_for_that_class(desk: As, world: World, db: Session) -> None:
    open_book(db, world.cast).review_all()
    db.commit()
    page = await reads(desk("music"), TODAY)
    assert f"/ky/chuan-bi?viec=sign&amp;slot=am_nhac&amp;lop={world.class_term_id}" in page
    assert "data-dialog" in page


async def test_the_principal_goes_to_the_class_and_the_clerk_to_the_seal(desk: As, world: World, db: Session) -> None:
    for stage, person, link in (
        ("homeroom_signed", "principal", f"/lop/{world.class_term_id}/duyet"),
        ("approved", "clerk", "/ky/chuan-bi?viec=seal&amp;slot=seal"),
    ):
        db.query(TermRecord).filter_by(class_term_id=world.class_term_id).update({"stage": stage})
        db.commit()
        assert link in await reads(desk(person), TODAY)


async def test_what_was_sent_back_comes_first_and_what_is_late_is_said(desk: As, world: World, db: Session) -> None:
    book = open_book(db, world.cast)
    book.submit_all()
    book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="am_nhac", reason_id=book.reason())
    db.get_one(ClassTermRow, world.class_term_id).due_at = datetime.now(UTC) - timedelta(days=1)
    db.commit()
    page = await reads(desk("music"), f"{TODAY}/phan")
    assert "Đã quá hạn" in page
    assert "Sửa phần bị trả lại của 1 học sinh" in page
    assert "<html" not in page


async def test_another_school_sees_its_own_only(desk: As, world: World) -> None:
    page = await reads(desk("foreigner"), TODAY)
    assert str(world.class_term_id) not in page
    assert str(world.foreign_class_term_id) in page


async def test_search_answers_in_the_page_and_never_by_an_address(desk: As, db: Session, world: World) -> None:
    name = db.query(PupilRow.full_name).first()
    assert name is not None
    answer = await desk("principal").post("/tim", data={"words": name[0]})
    assert answer.status_code == 200
    assert "/xem" in answer.text
    assert (await desk("principal").get("/tim", params={"words": name[0]})).text.count(name[0]) == 0


async def test_search_finds_rooms_without_accents_and_says_when_there_is_nothing(desk: As) -> None:
    part = await desk("clerk").post("/tim", data={"words": "dong dau"}, headers={"HX-Request": "true"})
    assert 'href="/dong-dau"' in part.text
    assert "<html" not in part.text
    nothing = await desk("clerk").post("/tim", data={"words": "khong co gi"})
    assert "Không tìm thấy gì với những chữ này." in nothing.text
    assert (await desk("clerk").post("/tim", data={"words": "x" * 101})).status_code == 422


async def test_whoever_manages_the_school_sees_what_is_late(desk: As, world: World, db: Session) -> None:
    db.get_one(ClassTermRow, world.class_term_id).due_at = datetime.now(UTC) - timedelta(days=1)
    db.commit()
    page = await reads(desk("admin"), TODAY)
    assert "1 lớp đã quá hạn mà chưa phát hành xong" in page
    assert 'href="/nguoi?xem=tre"' in page
    assert "Cả trường" not in await reads(desk("music"), TODAY)


async def test_what_matters_wait_for_is_listed_with_one_button_each(desk: As, world: World, db: Session) -> None:
    matter = make_matter(db, world.cast)
    db.commit()
    page = await reads(desk("principal"), TODAY)
    assert "Việc chuyển, bàn giao, chỉnh sửa" in page
    assert "Ký kết quả học tập của học sinh chuyển đi" in page
    assert f'href="/viec/{matter.id}/ky?phan=principal"' in page
    assert "phan=seal" not in page
    assert "chờ Hiệu trưởng" in await reads(desk("admin"), TODAY)
    late = datetime.now(UTC) - timedelta(days=2)
    waits.wait_for(db, matter.id, [Wait("decide", late, staff_id=world.who("music"))], datetime.now(UTC))
    db.commit()
    page = await reads(desk("music"), f"{TODAY}/phan")
    assert f'href="/chuyen-truong/{matter.id}"' in page
    assert "trễ 2 ngày" in page
    page = await reads(desk("principal"), TODAY)
    assert 'id="matter-tasks"' not in page
    assert "chỉnh sửa đang chờ người khác" in page
    assert f"chờ {db.get_one(Staff, world.who('music')).full_name}" in page
    assert "Việc chuyển" not in await reads(desk("homeroom"), TODAY)
