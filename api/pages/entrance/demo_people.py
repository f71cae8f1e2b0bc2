"""The people of the demo on the sign-in page: one of each role to begin with, then everybody else by role."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.language import marked as _
from domain.duties import AUTHORITY, OFFICES, Duty
from storage.demo import DemoPerson

MOST: Final = 200
# What each role shows of the system, in one sentence.
WHAT_FOR: Final[Mapping[Duty, str]] = {
    Duty.OFFICE_HEAD: _("Xem mọi trường, đặt và gia hạn, quyết định trường hợp riêng"),
    Duty.OFFICER: _("Theo dõi các trường, nhận gói tin"),
    Duty.PRINCIPAL: _("Xem cả trường, duyệt và ký học bạ"),
    Duty.VICE_PRINCIPAL: _("Theo dõi tiến độ, nhắc việc, phân công"),
    Duty.CLERK: _("Đóng dấu và phát hành học bạ"),
    Duty.ADMIN: _("Mở sổ, phân công, mời người dùng"),
    Duty.HOMEROOM: _("Rà soát kết quả của lớp rồi ký"),
    Duty.SUBJECT_TEACHER: _("Nhập điểm, nhận xét rồi ký"),
}
_GROUPS: Final = (
    (_("Cơ quan quản lý"), AUTHORITY),
    (_("Văn phòng nhà trường"), OFFICES),
    (_("Giáo viên chủ nhiệm"), frozenset({Duty.HOMEROOM})),
    (_("Giáo viên bộ môn"), frozenset({Duty.SUBJECT_TEACHER})),
)


@dataclass(frozen=True)
class DemoGroup:
    title: str
    people: Sequence[DemoPerson]


@dataclass(frozen=True)
class DemoPeople:
    """`first`: of each role whoever has most to do; `groups`: everybody who is not among them."""

    first: Sequence[DemoPerson] = ()
    groups: Sequence[DemoGroup] = ()
    schools: int = 0

    def __bool__(self) -> bool:
        return bool(self.first)


def arranged(people: Sequence[DemoPerson]) -> DemoPeople:
    desks = dict.fromkeys(each.desk for each in people)
    first = [_busiest(each for each in people if each.desk is desk) for desk in desks]
    others = [each for each in people if each not in first]
    groups = [DemoGroup(title, _shown(each for each in others if each.desk in desks)) for title, desks in _GROUPS]
    schools = {each.school for each in people}
    return DemoPeople(sorted(first, key=_rank), [each for each in groups if each.people], len(schools))


def _shown(people: Iterable[DemoPerson]) -> list[DemoPerson]:
    """Those with an account come first; of an office's thirty schools nobody reads all."""
    return sorted(people, key=lambda each: not each.has_account)[:MOST]


def _busiest(people: Iterable[DemoPerson]) -> DemoPerson:
    return max(people, key=lambda each: each.waiting)


def _rank(person: DemoPerson) -> int:
    return list(WHAT_FOR).index(person.desk)
