"""Việc của tôi: what waits for a person, by deadline and with one button each, and whom that person waits for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, now, today
from api.guard import allow
from api.pages.language import gettext, marked, ngettext
from api.pages.templating import page
from api.services import Services
from domain.duties import STAFF
from domain.tasks import Task, Urgency, Work
from storage import board, tasks
from storage.staffing import Person
from storage.tables import Notice

router = APIRouter(include_in_schema=False, prefix="/viec-cua-toi")
NEWEST = 5

URGENCIES = {
    Urgency.LATE: marked("Đã quá hạn"),
    Urgency.TODAY: marked("Hạn hôm nay"),
    Urgency.SOON: marked("Hạn trong 7 ngày tới"),
    Urgency.LATER: marked("Còn thời gian"),
}
BUTTONS = {
    Work.CORRECT: marked("Sửa và gửi lại"),
    Work.ENTER: marked("Nhập tiếp"),
    Work.REVIEW: marked("Rà soát"),
    Work.SIGN: marked("Ký"),
    Work.APPROVE: marked("Xem và duyệt"),
    Work.SEAL: marked("Đóng dấu"),
}
_SIGNS = frozenset({Work.SIGN, Work.SEAL})


@dataclass(frozen=True)
class Line:
    """A task as it is shown: what it is, in words, and where its button leads."""

    task: Task
    words: str
    button: str
    href: str

    @property
    def opens_dialog(self) -> bool:
        return self.task.work in _SIGNS


@dataclass(frozen=True)
class Group:
    urgency: Urgency
    title: str
    lines: list[Line]


@router.get("")
@allow(STAFF)
def show_today(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    return page(found, request, "today/today.html", today=today(), **_values(found, person, now()))


@router.get("/phan")
@allow(STAFF)
def show_moving_part(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    """The part of the page that changes while other people work."""
    return page(found, request, "today/_tasks.html", **_values(found, person, now()))


def _values(found: Services, person: Person, at: datetime) -> dict[str, Any]:
    with found.sessions() as session:
        reading = tasks.Today(session, person, at)
        mine, others = reading.tasks(), reading.waits()
        unread = session.scalars(
            select(Notice.id).where(Notice.staff_id == person.staff_id, Notice.read_at.is_(None)).limit(NEWEST)
        ).all()
        school = board.school_name(session, person.school_id)
    return {
        "groups": _groups(mine, at),
        "waits": others,
        "unread": len(unread),
        "school": school,
        "to_sign": sum(task.work is Work.SIGN for task in mine),
    }


def _groups(mine: Iterable[Task], at: datetime) -> list[Group]:
    grouped: dict[Urgency, list[Line]] = {urgency: [] for urgency in Urgency}
    for task in mine:
        grouped[task.urgency(at)].append(Line(task, _words(task), BUTTONS[task.work], _href(task)))
    return [Group(urgency, URGENCIES[urgency], lines) for urgency, lines in grouped.items() if lines]


def _words(task: Task) -> str:
    """One sentence of what is to be done; the count is of pupils."""
    count = ngettext("%(count)s học sinh", "%(count)s học sinh", task.count) % {"count": task.count}
    sentence = {
        Work.CORRECT: gettext("Sửa phần bị trả lại của %(count)s"),
        Work.ENTER: gettext("Nhập và gửi kết quả của %(count)s"),
        Work.REVIEW: gettext("Rà soát kết quả của %(count)s"),
        Work.SIGN: gettext("Ký kết quả của %(count)s"),
        Work.APPROVE: gettext("Duyệt và ký học bạ của %(count)s"),
        Work.SEAL: gettext("Đóng dấu học bạ của %(count)s"),
    }[task.work]
    return sentence % {"count": count}


def _href(task: Task) -> str:
    match task.work:
        case Work.CORRECT | Work.ENTER:
            return f"/lop/{task.class_term_id}/nhap/{task.slot}"
        case Work.REVIEW:
            return f"/lop/{task.class_term_id}/chu-nhiem"
        case Work.APPROVE:
            return f"/lop/{task.class_term_id}/duyet"
        case _:
            asked = {"viec": task.work.value, "slot": task.slot, "lop": str(task.class_term_id)}
            return f"/ky/chuan-bi?{urlencode(asked)}"
