"""The principal's lists to take along: the queue of classes, and one class's pupils."""

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, now
from api.guard import allow
from api.pages.approval import class_queue, class_view
from api.pages.approval.class_queue import SHOWN, WAITING, Notable
from api.pages.approval.room import LEADERS, Grade, Shown
from api.pages.language import counted, gettext
from api.pages.language import marked as _
from api.pages.taking import TakenList, of_class, take_list
from domain.approval_points import Point, PointKind
from domain.deadlines import last_day

router = APIRouter(include_in_schema=False)
_ENOUGH: Final = 60.0  # seconds: what is taken along is whole, unlike a page that can ask again
_QUEUE: Final = TakenList("duyet", _("Duyệt học bạ"), {
    _("Lớp"): 9, _("Học kì"): 16, _("Năm học"): 12, _("Học sinh"): 9, _("Chờ duyệt"): 9, _("Đã duyệt"): 9,
    _("Chưa tới bước duyệt"): 11, _("Tạm giữ"): 9, _("Hạn"): 12, _("Quá hạn"): 9, _("Cần lưu ý"): 60,
})  # fmt: skip
_PUPILS: Final = TakenList(
    "duyet", _("Duyệt học bạ"),
    {_("Số trong lớp"): 7, _("Học sinh"): 28, _("Bước"): 28, _("Tạm giữ"): 9, _("Cần lưu ý"): 70},
)  # fmt: skip


@router.get("/duyet.xlsx")
@allow(LEADERS)
def take_queue(person: CurrentPerson, found: ServicesDep, shown: Shown = WAITING, grade: Grade = "") -> Response:
    shown = shown if shown in SHOWN else WAITING
    with found.sessions() as session:
        queue = class_queue.read_queue(session, person, found.remembered, now(), _ENOUGH)
    rows = [
        (
            each.line.class_name, gettext(each.line.term.label), each.line.school_year, each.line.pupils,
            each.waiting, each.approved, max(each.before, 0), each.line.held, last_day(each.line.due_at),
            gettext("Quá hạn") if each.is_late else "", "; ".join(map(_in_words, each.notables)),
        )
        for each in class_queue.chosen(queue, shown, grade)
    ]  # fmt: skip
    about = (gettext(SHOWN[shown]), gettext("Khối %(grade)s") % {"grade": grade} if grade in queue.grades else "")
    return take_list(found, person, _QUEUE, rows, about)


@router.get("/lop/{class_term_id}/duyet.xlsx")
@allow(LEADERS)
def take_pupils(head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep, shown: Shown = "") -> Response:
    with found.sessions() as session:
        view = class_view.read_class_view(session, head, person, now(), shown, None)
    rows = [
        (
            each.record.order_no, each.record.full_name, gettext(view.stage_names[each.record.stage]),
            gettext("Đang chuyển trường" if each.record.moving else "Tạm giữ") if each.record.held else "",
            "; ".join(map(_point, each.points)),
        )
        for each in view.lines
    ]  # fmt: skip
    chosen = gettext(view.filters[view.shown])
    return take_list(found, person, _PUPILS, rows, (*of_class(head), chosen))


def _point(point: Point) -> str:
    """As the list of the page has it: why somebody was sent back is said beside the class, not the pupil."""
    return gettext(point.kind.label) if point.kind in {PointKind.RETURNED, PointKind.CHANGED} else point.text


def _in_words(notable: Notable) -> str:
    pupils = counted("%(count)s học sinh", notable.pupils)
    told = f" ({' · '.join(notable.examples)})" if notable.examples else ""
    return f"{gettext(notable.kind.label)}: {pupils}{told}"
