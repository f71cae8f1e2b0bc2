"""Stories over HTTP: in plain words, by day, with reasons and origins, and only to whom they concern."""

import pytest
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.decisions import Action
from storage import journal
from storage.tables import Staff
from tests.api.conftest import As
from tests.api.rooms.test_homeroom import page
from tests.factories import OpenBook


@pytest.fixture
def told(db: Session, book: OpenBook) -> OpenBook:
    """A class looked over, and one pupil's part sent back."""
    book.review_all()
    reason = book.reason("Điểm chưa khớp với bài làm.")
    back = book.decision(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=reason)
    work = book.take(back)
    journal.add_origin(db, work.command_id, book.cast.homeroom, "Chrome trên Windows", "192.0.2.1")
    db.commit()
    return book


async def test_a_record_tells_who_did_what_why_and_from_where(db: Session, desk: As, told: OpenBook) -> None:
    found = await page(desk("homeroom"), f"/hoc-ba/{told.records[0]}/lich-su")
    name = db.get_one(Staff, told.cast.homeroom).full_name
    assert f"<strong>{name}</strong> trả lại phần Toán để sửa." in found
    assert "Lý do: Điểm chưa khớp với bài làm." in found
    assert "Gửi từ: Chrome trên Windows" in found
    assert "192.0.2.1" not in found  # of a colleague, often at home: for the offices only
    office = await page(desk("principal"), f"/hoc-ba/{told.records[0]}/lich-su")
    assert "Gửi từ: Chrome trên Windows, mạng 192.0.2.1" in office
    assert "Sổ được mở." in found
    assert "nhập phần Toán" in found


async def test_a_story_is_told_in_either_order(desk: As, told: OpenBook) -> None:
    path = f"/hoc-ba/{told.records[0]}/lich-su"
    newest, oldest = [await page(desk("principal"), path + query) for query in ("", "?thu-tu=cu")]
    assert newest.index("trả lại phần") < newest.index("gửi phần")
    assert oldest.index("gửi phần") < oldest.index("trả lại phần")


async def test_a_subject_teacher_is_told_of_own_part_only(desk: As, told: OpenBook) -> None:
    found = await page(desk("music"), f"/hoc-ba/{told.records[0]}/lich-su")
    assert "gửi phần Âm nhạc" in found
    assert "Điểm chưa khớp" not in found
    assert "gửi phần Toán" not in found


@pytest.mark.parametrize("person", ["foreigner", "other"])
async def test_other_peoples_records_do_not_exist(desk: As, told: OpenBook, person: str) -> None:
    assert (await desk(person).get(f"/hoc-ba/{told.records[0]}/lich-su")).status_code == 404


async def test_a_class_names_the_few_whom_a_decision_was_about(desk: As, told: OpenBook) -> None:
    found = await page(desk("homeroom"), f"/lop/{told.id}/lich-su?viec=return_for_rework")
    assert "trả lại phần Toán của 1 học sinh" in found
    assert f'href="/hoc-ba/{told.records[0]}/lich-su"' in found
    assert f'href="/hoc-ba/{told.records[1]}/lich-su"' not in found
    assert "gửi phần" not in found


async def test_reminders_and_filters_of_a_class(desk: As, told: OpenBook) -> None:
    await desk("principal").post(f"/lop/{told.id}/chu-nhiem/nhac", data={"slot": "toan"})
    found = await page(desk("homeroom"), f"/lop/{told.id}/lich-su?viec=reminded&mon=toan")
    assert "được nhắc nhập phần Toán." in found
    empty = await page(desk("homeroom"), f"/lop/{told.id}/lich-su?viec=seal")
    assert "Không có việc nào khớp với cách lọc này." in empty
