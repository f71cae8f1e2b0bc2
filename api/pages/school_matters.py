"""What a school's management looks after today, as lines that lead to the room where each is put right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.pages.language import gettext
from api.pages.language import marked as _
from domain.duties import MANAGERS
from domain.risks import Concern, Matter
from storage.attention import matters
from storage.open_work import OpenWork
from storage.staffing import Person

_LINES: Final[Mapping[Concern, tuple[str, str, str]]] = {
    Concern.LATE_CLASSES: (_("%(count)s lớp đã quá hạn mà chưa phát hành xong"), _("Xem lớp trễ"), "/tien-do?tre=1"),
    Concern.LATE_PEOPLE: (_("%(count)s người còn việc đã quá hạn"), _("Xem và nhắc"), "/nguoi?xem=tre"),
    Concern.NOBODYS_PARTS: (
        _("%(count)s phần việc chưa có ai phụ trách"),
        _("Phân công"),
        "/phan-cong#canh-bao",
    ),
    Concern.CERTIFICATES: (
        _("%(count)s chứng thư số còn thiếu, không dùng được hoặc sắp hết hạn"),
        _("Xem chứng thư số"),
        "/chung-thu-so?tinh_trang=can-lam",
    ),
    Concern.UNOPENED: (_("%(count)s lớp chưa mở sổ của học kì đã bắt đầu"), _("Mở sổ"), "/so/mo"),
    Concern.RISKS: (_("%(count)s người có thể lỡ hạn cuối năm học"), _("Xem vì sao"), "/nguoi?xem=nguy-co"),
    Concern.NO_ACCOUNT: (
        _("%(count)s người có nhiệm vụ mà chưa có tài khoản"),
        _("Mời"),
        "/nguoi-dung?trang-thai=none",
    ),
    Concern.NO_SECOND_FACTOR: (
        _("%(count)s người giữ chức vụ chưa bật mã xác thực"),
        _("Xem là ai"),
        "/nguoi-dung?xac-thuc=need",
    ),
    Concern.LOST_MAILS: (_("%(count)s thư không gửi được trong 7 ngày qua"), _("Xem thư"), "/thong-bao/thu"),
    Concern.PERSONAL_IDS: (
        _("%(count)s học sinh chưa có hoặc cần xem lại số định danh cá nhân"),
        _("Xem danh sách"),
        "/nhap-du-lieu/can-xem",
    ),
}
_LATE: Final = frozenset({Concern.LATE_CLASSES, Concern.LATE_PEOPLE})


@dataclass(frozen=True)
class MatterLine:
    words: str
    button: str
    href: str
    is_late: bool


def lines_of(person: Person, open_work: OpenWork) -> list[MatterLine] | None:
    """None for people who do not manage the school; `open_work` is what they see, the whole of it."""
    if not person.duties & MANAGERS:
        return None
    return [_line(each) for each in matters(person, open_work)]


def _line(matter: Matter) -> MatterLine:
    words, button, href = _LINES[matter.concern]
    return MatterLine(gettext(words) % {"count": matter.count}, button, href, matter.concern in _LATE)
