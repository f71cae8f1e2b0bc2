"""Deadlines on a page: moved one or many at once, once for each form, with a reason that the class is told."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from domain.calendar import day_of, end_of_day
from storage.tables import ClassTermRow, Notice, Reason
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.api.world import World
from tests.factories import open_book

LATER = day_of(datetime.now(UTC)) + timedelta(days=9)


def move(*class_term_ids: object, **more: str) -> dict[str, object]:
    words = {"ngay": LATER.isoformat(), "ly_do": "Bão, trường nghỉ ba ngày.", "command_id": str(uuid4())}
    return {"lop": [str(each) for each in class_term_ids], **words, **more}


async def test_several_are_moved_at_once_and_the_class_is_told_why(
    desk: As, world: World, db: Session, approvals: FakeApprovals
) -> None:
    other = open_book(db, world.other_cast)
    db.commit()
    form = move(world.class_term_id, other.id)
    for _ in range(2):
        answer = await desk("principal").post("/duyet/han", data=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/duyet/han?loc=&xong=2")
    assert {each.due_at for each in approvals.deadlines} == {end_of_day(LATER)}
    versions = [each.policy_version for each in approvals.deadlines]
    assert versions == sorted(set(versions))
    assert versions[0] > 1, "above what the class-terms had"
    told = db.execute(select(Notice.staff_id, Notice.class_term_id, Reason.text).join(Reason)).all()
    assert (world.who("homeroom"), world.class_term_id, "Bão, trường nghỉ ba ngày.") in told
    assert len(told) == len(set(told)) == 4
    page = (await desk("admin").get("/duyet/han?xong=2")).text
    assert page.count("Bão, trường nghỉ ba ngày.") == 2
    assert "Đã dời hạn của 2 lớp." in page


async def test_what_is_missing_is_said_and_what_was_typed_stays(
    desk: As, world: World, approvals: FakeApprovals
) -> None:
    cases = [
        (move(), "Chưa chọn lớp nào."),
        (move(world.class_term_id, ngay=""), "Hãy chọn ngày cuối"),
        (move(world.class_term_id, ngay="2020-01-01"), "phải từ hôm nay trở đi"),
        (move(world.class_term_id, ly_do=" "), "Hãy ghi lý do dời hạn"),
    ]
    for form, words in cases:
        answer = await desk("principal").post("/duyet/han", data=form)
        assert (answer.status_code, words in answer.text) == (422, True)
        assert f'value="{form["ngay"]}"' in answer.text
    assert approvals.deadlines == []


async def test_another_schools_class_is_not_found_and_nothing_moves(
    desk: As, world: World, approvals: FakeApprovals
) -> None:
    form = move(world.class_term_id, world.foreign_class_term_id)
    assert (await desk("principal").post("/duyet/han", data=form)).status_code == 404
    assert approvals.deadlines == []


async def test_teachers_and_clerks_move_nothing(desk: As, world: World) -> None:
    for person in ("homeroom", "clerk"):
        assert (await desk(person).post("/duyet/han", data=move(world.class_term_id))).status_code == 403
        assert (await desk(person).get("/duyet/han")).status_code == 403


async def test_late_classes_are_marked_and_can_be_listed_alone(desk: As, world: World, db: Session) -> None:
    assert "Không có lớp nào quá hạn." in (await desk("principal").get("/duyet/han?loc=qua-han")).text
    db.execute(update(ClassTermRow).where(ClassTermRow.id == world.class_term_id).values(overdue=True))
    db.commit()
    page = (await desk("principal").get("/duyet/han?loc=qua-han")).text
    assert "Quá hạn</strong>" in page
    assert str(world.class_term_id) in page


async def test_the_page_says_what_locks_a_book(desk: As) -> None:
    assert "mỗi phần tự khoá ngay khi giáo viên gửi" in (await desk("principal").get("/duyet/han")).text
