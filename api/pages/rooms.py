"""The rooms of the application, and who has a door to each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.language import marked as _
from domain.duties import OFFICES, STAFF, TEACHERS, Duty


@dataclass(frozen=True)
class Room:
    path: str
    label: str
    icon: str
    duties: frozenset[Duty]


_LEADERS: Final = frozenset({Duty.PRINCIPAL, Duty.VICE_PRINCIPAL})
ROOMS: Final = (
    Room("/viec-cua-toi", _("Việc của tôi"), "list-checks", STAFF),
    Room("/nhap", _("Nhập kết quả"), "table-2", TEACHERS),
    Room("/chu-nhiem", _("Lớp chủ nhiệm"), "users", frozenset({Duty.HOMEROOM})),
    Room("/ky", _("Ký"), "pen-line", TEACHERS),
    Room("/duyet", _("Duyệt"), "file-check-2", _LEADERS),
    Room("/dong-dau", _("Đóng dấu"), "stamp", frozenset({Duty.CLERK})),
    Room("/so-phat-hanh", _("Sổ phát hành"), "book-open-check", frozenset({Duty.CLERK, Duty.ADMIN}) | _LEADERS),
    Room("/tien-do", _("Tiến độ"), "kanban", STAFF),
    Room("/nguoi", _("Người và việc"), "user-check", frozenset({Duty.ADMIN}) | _LEADERS),
    Room("/phan-cong", _("Phân công"), "calendar-clock", frozenset({Duty.ADMIN}) | _LEADERS),
    Room("/chung-thu-so", _("Chứng thư số"), "badge-check", OFFICES),
    Room("/nhap-du-lieu", _("Nhập danh sách"), "file-up", OFFICES),
    Room("/so/mo", _("Mở sổ"), "book-plus", frozenset({Duty.ADMIN})),
    Room("/nguoi-dung", _("Người dùng"), "key-round", frozenset({Duty.ADMIN})),
)


def rooms_of(desk: Duty | None) -> Sequence[Room]:
    """The doors from one desk, in the order of its day."""
    return tuple(room for room in ROOMS if desk in room.duties)
