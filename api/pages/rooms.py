"""The rooms of the application, and who has a door to each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.language import marked as _
from domain.duties import AUTHORITY, MANAGERS, OFFICES, STAFF, TEACHERS, Duty


@dataclass(frozen=True)
class Room:
    """A door; pages of a class belong to a room by a word of their address, other pages by how it begins."""

    path: str
    label: str
    icon: str
    duties: frozenset[Duty]
    words: frozenset[str] = frozenset()

    @property
    def places(self) -> tuple[str, ...]:
        return self.path, *(each for each in self.words if each.startswith("/"))


_LEADERS: Final = frozenset({Duty.PRINCIPAL, Duty.VICE_PRINCIPAL})
_HOMEROOM_PAGES: Final = frozenset({"chu-nhiem", "ket-qua", "danh-sach", "lich-su"})
BOARD: Final = "/tien-do"
OFFICE: Final = "/co-quan"
ROOMS: Final = (
    Room("/viec-cua-toi", _("Việc của tôi"), "list-checks", STAFF, frozenset({"/viec"})),
    Room("/nhap", _("Nhập kết quả"), "table-2", TEACHERS, frozenset({"nhap"})),
    Room("/chu-nhiem", _("Lớp chủ nhiệm"), "users", frozenset({Duty.HOMEROOM}), _HOMEROOM_PAGES),
    Room("/ky", _("Ký"), "pen-line", TEACHERS),
    Room("/duyet", _("Duyệt"), "file-check-2", _LEADERS, frozenset({"duyet"})),
    Room("/dong-dau", _("Đóng dấu"), "stamp", frozenset({Duty.CLERK})),
    Room("/mo-khoa", _("Mở khoá"), "lock-open", STAFF),
    Room("/thu-hoi", _("Thu hồi học bạ"), "undo-2", STAFF | {Duty.OFFICE_HEAD, Duty.OFFICER}),
    Room("/trang-thong-tin", _("Trang thông tin"), "id-card", OFFICES),
    Room("/nop", _("Nộp học bạ"), "send", frozenset({Duty.CLERK, Duty.ADMIN}) | _LEADERS),
    Room("/so-phat-hanh", _("Sổ phát hành"), "book-open-check", frozenset({Duty.CLERK, Duty.ADMIN}) | _LEADERS),
    Room("/chuyen-truong", _("Chuyển trường"), "move", OFFICES | AUTHORITY),
    Room(BOARD, _("Tiến độ"), "kanban", STAFF),
    Room("/nguoi", _("Người và việc"), "user-check", frozenset({Duty.ADMIN}) | _LEADERS),
    Room("/phan-cong", _("Phân công"), "calendar-clock", frozenset({Duty.ADMIN}) | _LEADERS),
    Room("/ban-giao", _("Bàn giao"), "arrow-right-left", STAFF, frozenset({"/nghi-ngan-ngay"})),
    Room("/ra-soat", _("Rà soát dữ liệu"), "clipboard-check", OFFICES | {Duty.HOMEROOM}),
    Room("/chung-thu-so", _("Chứng thư số"), "badge-check", OFFICES),
    Room("/nhap-du-lieu", _("Nhập danh sách"), "file-up", OFFICES),
    Room("/so/mo", _("Mở sổ"), "book-plus", frozenset({Duty.ADMIN})),
    Room("/nguoi-dung", _("Người dùng"), "key-round", frozenset({Duty.ADMIN})),
    Room("/da-xem", _("Ai đã xem"), "eye", MANAGERS),
    Room(OFFICE, _("Toàn cảnh"), "radar", AUTHORITY),
    Room(f"{OFFICE}/truong", _("Trường"), "school", AUTHORITY),
    Room(f"{OFFICE}/dot", _("Đợt và kế hoạch"), "calendar", AUTHORITY, frozenset({f"{OFFICE}/ke-hoach"})),
    Room(f"{OFFICE}/gia-han", _("Gia hạn"), "calendar-clock", AUTHORITY),
    Room(f"{OFFICE}/cho-quyet-dinh", _("Chờ quyết định"), "gavel", AUTHORITY),
    Room(f"{OFFICE}/chung-thu-so", _("Chứng thư số của trường"), "badge-check", AUTHORITY),
    Room(f"{OFFICE}/goi-tin", _("Gói tin đã nhận"), "inbox", AUTHORITY),
    Room(f"{OFFICE}/kho", _("Kho học bạ số"), "archive", AUTHORITY),
)


def rooms_of(desk: Duty | None) -> Sequence[Room]:
    """The doors from one desk, in the order of its day."""
    return tuple(room for room in ROOMS if desk in room.duties)


def room_of(rooms: Sequence[Room], path: str) -> Room | None:
    """Behind which of these doors a page is; what else there is of a class belongs to the board."""
    inside = [room for room in rooms if any(path == each or path.startswith(f"{each}/") for each in room.places)]
    if inside or not path.startswith("/lop/"):
        return max(inside, key=lambda room: len(room.path), default=None)
    words = path.split("/")[3:4]
    by_word = next((room for room in rooms if room.words.intersection(words)), None)
    return by_word or next((room for room in rooms if room.path == BOARD), None)
