"""Việc của tôi: what waits for a person, by deadline and with one button each, and whom that person waits for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, status
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now, today
from api.guard import allow
from api.pages import school_matters
from api.pages.language import counted, gettext, marked
from api.pages.matters.tasks import lines_of, others_of
from api.pages.rooms import OFFICE
from api.pages.templating import page
from api.services import Services
from domain.deadlines import Urgency
from domain.duties import EVERYBODY, STAFF
from domain.tasks import Task
from domain.work import Work
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
    Work.ENTER: marked("Nhập tiếp"),
    Work.REVIEW: marked("Rà soát"),
    Work.SIGN: marked("Ký"),
    Work.APPROVE: marked("Xem và duyệt"),
    Work.SEAL: marked("Đóng dấu"),
}
_CORRECT = marked("Sửa và gửi lại")
_SIGNS = frozenset({Work.SIGN, Work.SEAL})


@dataclass(frozen=True)
class Line:
    """A task as it is shown: what it is, in words, and what its button says."""

    task: Task
    words: str

    @property
    def button(self) -> str:
        return _CORRECT if self.task.is_returned else BUTTONS[self.task.work]

    @property
    def opens_dialog(self) -> bool:
        return self.task.work in _SIGNS


@dataclass(frozen=True)
class Group:
    urgency: Urgency
    title: str
    lines: list[Line]


@router.get("")
@allow(EVERYBODY)
def show_today(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    """Everybody's first page; at an authority that is the radar."""
    if person.authority_id is not None:
        return RedirectResponse(OFFICE, status.HTTP_303_SEE_OTHER)
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
        matters = school_matters.lines_of(person, reading.open_work)
        matter_tasks, matter_waits = lines_of(session, person), others_of(session, person)
    return {
        "groups": _groups(mine, at),
        "waits": others,
        "unread": len(unread),
        "school": school,
        "matters": matters,
        "matter_tasks": matter_tasks,
        "matter_waits": matter_waits,
        "now": at,
        "to_sign": sum(task.work is Work.SIGN for task in mine),
    }


def _groups(mine: Iterable[Task], at: datetime) -> list[Group]:
    grouped: dict[Urgency, list[Line]] = {urgency: [] for urgency in Urgency}
    for task in mine:
        grouped[task.urgency(at)].append(Line(task, _words(task)))
    return [Group(urgency, URGENCIES[urgency], lines) for urgency, lines in grouped.items() if lines]


def _words(task: Task) -> str:
    """One sentence of what is to be done; the count is of pupils."""
    pupils = counted("%(count)s học sinh", task.count)
    if task.is_returned:
        return gettext("Sửa phần bị trả lại của %(pupils)s") % {"pupils": pupils}
    sentence = {
        Work.ENTER: gettext("Nhập và gửi kết quả của %(pupils)s"),
        Work.REVIEW: gettext("Rà soát kết quả của %(pupils)s"),
        Work.SIGN: gettext("Ký kết quả của %(pupils)s"),
        Work.APPROVE: gettext("Duyệt và ký học bạ của %(pupils)s"),
        Work.SEAL: gettext("Đóng dấu học bạ của %(pupils)s"),
    }[task.work]
    return sentence % {"pupils": pupils}
