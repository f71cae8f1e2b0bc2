"""Who looked at pupils' data: for those who answer for the school."""

from datetime import date, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, VisibleRecord, today
from api.guard import allow
from api.pages.choices import query_string
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.taking import Row, TakenList, take_list
from api.pages.templating import page
from api.services import Services
from domain.duties import MANAGERS
from domain.sights import SIGHT_NAMES
from storage import sights
from storage.sights import ViewChoice, ViewLine
from storage.staffing import Person

router = APIRouter(include_in_schema=False)
AT_ONCE: Final = 100
_MOST_TAKEN: Final = 20_000
SPANS: Final = {"7": _("7 ngày qua"), "30": _("30 ngày qua"), "365": _("Một năm qua")}
_TAKEN: Final = TakenList("da-xem", _("Ai đã xem"), {
    _("Ngày"): 12, _("Người xem"): 30, _("Nơi làm việc"): 30, _("Qua hệ thống"): 24, _("Xem gì"): 26,
    _("Của ai"): 30, _("Từ lúc"): 18, _("Đến lúc"): 18,
})  # fmt: skip

Who = Annotated[UUID | None, Query(alias="nguoi")]
Span = Annotated[str, Query(alias="trong", max_length=4)]
Number = Annotated[int, Query(alias="trang", ge=1, le=1000)]


@router.get("/da-xem")
@allow(MANAGERS)
def show_views(
    request: Request, person: CurrentPerson, found: ServicesDep, who: Who = None, span: Span = "", number: Number = 1
) -> Response:
    values = _values(found, person, ViewChoice(who, None, _since(span)), number)
    with found.sessions() as session:
        people = sights.viewers(session, person.school_id)
    asked = {"nguoi": str(who or ""), "trong": span if span in SPANS else ""}
    more: dict[str, Any] = {"people": people, "who": who, "span": span, "spans": SPANS, "record": None}
    return page(found, request, "sights/list.html", **values, **more, **_turns(asked, number, values))


@router.get("/da-xem.xlsx")
@allow(MANAGERS)
def take_views(person: CurrentPerson, found: ServicesDep, who: Who = None, span: Span = "") -> Response:
    with found.sessions() as session:
        lines = sights.of_school(session, person.school_id, ViewChoice(who, None, _since(span)), 0, _MOST_TAKEN)
    return take_list(found, person, _TAKEN, map(_row, lines), (gettext(SPANS.get(span, "")),))


@router.get("/hoc-ba/{record_id}/da-xem")
@allow(MANAGERS)
def show_views_of_pupil(
    request: Request, record: VisibleRecord, person: CurrentPerson, found: ServicesDep, number: Number = 1
) -> Response:
    """Of one pupil, and of the pages of his classes, which show him among others."""
    values = _values(found, person, ViewChoice(pupil_id=record.pupil_id), number)
    more: dict[str, Any] = {"people": [], "who": None, "span": "", "spans": SPANS}
    return page(found, request, "sights/list.html", record=record, **values, **more, **_turns({}, number, values))


def _since(span: str) -> date | None:
    return today() - timedelta(days=int(span)) if span in SPANS else None


def _values(found: Services, person: Person, choice: ViewChoice, number: int) -> dict[str, Any]:
    with found.sessions() as session:
        lines = sights.of_school(session, person.school_id, choice, (number - 1) * AT_ONCE, AT_ONCE + 1)
    return {"lines": lines[:AT_ONCE], "has_more": len(lines) > AT_ONCE, "sight_names": SIGHT_NAMES}


def _turns(asked: dict[str, str], number: int, values: dict[str, Any]) -> dict[str, Any]:
    def address(to: int) -> str:
        return "?" + query_string({**asked, "trang": str(to) if to > 1 else ""})

    return {
        "older": address(number + 1) if values["has_more"] else "",
        "newer": address(number - 1) if number > 1 else "",
        "query": query_string(asked),
    }


def _row(line: ViewLine) -> Row:
    return (
        line.day, line.who, line.whence, line.key_name, gettext(SIGHT_NAMES[line.sight]), line.whose,
        line.first_at, line.last_at,
    )  # fmt: skip
