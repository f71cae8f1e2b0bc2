"""Behind which door a page is: the one that the list of rooms marks."""

import pytest

from api.pages.rooms import room_of, rooms_of
from domain.duties import Duty


@pytest.mark.parametrize(
    ("path", "room"),
    [
        ("/nhap", "/nhap"),
        ("/nhap/mau-nhan-xet", "/nhap"),
        ("/lop/1/nhap/toan/xem", "/nhap"),
        ("/lop/1/chu-nhiem/tra-lai", "/chu-nhiem"),
        ("/lop/1/lich-su", "/chu-nhiem"),
        ("/lop/1", "/tien-do"),
    ],
)
def test_a_page_of_a_class_is_behind_the_door_that_leads_to_it(path: str, room: str) -> None:
    found = room_of(rooms_of(Duty.HOMEROOM), path)
    assert found is not None
    assert found.path == room


def test_what_somebody_has_no_door_to_is_behind_the_board_or_nowhere() -> None:
    board = room_of(rooms_of(Duty.SUBJECT_TEACHER), "/lop/1/ket-qua")
    assert board is not None
    assert board.path == "/tien-do"
    assert room_of(rooms_of(Duty.SUBJECT_TEACHER), "/nhap-du-lieu") is None
    assert room_of(rooms_of(Duty.SUBJECT_TEACHER), "/tai-khoan") is None
    assert room_of((), "/lop/1") is None
