"""The room of those who enter: every part of every class that is theirs, what came back first."""

from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.pages.choices import ClassAsked, ClassTermChoice, TermAsked, classes_of, query_string, terms_of
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.taking import Row, TakenList, take_list
from api.pages.templating import page
from api.services import Services
from domain.curriculum import HOMEROOM
from domain.deadlines import last_day
from domain.duties import TEACHERS
from domain.parts import PartState
from storage.parts import Part, parts_of
from storage.staffing import Person

router = APIRouter(include_in_schema=False)
_ORDER = list(PartState)
_TAKEN: Final = TakenList("nhap-ket-qua", _("Nhập kết quả"), {
    _("Lớp"): 9, _("Phần việc"): 28, _("Học kì"): 16, _("Năm học"): 12, _("Trạng thái"): 20, _("Học sinh"): 9,
    _("Ô bắt buộc"): 9, _("Ô đã nhập"): 9, _("Học sinh còn thiếu"): 10, _("Tạm giữ"): 9, _("Hạn"): 12,
    _("Quá hạn"): 9, _("Trả lại"): 60,
})  # fmt: skip


@dataclass(frozen=True)
class Wanted(ClassTermChoice):
    """Which parts to show, from the address; empty: all."""

    state: str = ""

    @property
    def query(self) -> str:
        return query_string({"trang-thai": self.state, "lop": self.class_name, "hoc-ki": self.term})

    def fits(self, part: Part) -> bool:
        return self.state in {"", part.state} and self.takes(part)


async def wanted(
    state: Annotated[str, Query(alias="trang-thai", max_length=20)] = "",
    class_name: ClassAsked = "",
    term: TermAsked = "",
) -> Wanted:
    return Wanted(class_name, term, state)


WantedQuery = Annotated[Wanted, Depends(wanted)]


@router.get("/nhap")
@allow(TEACHERS)
def show_room(request: Request, person: CurrentPerson, found: ServicesDep, asked: WantedQuery) -> Response:
    return page(found, request, "entry/room.html", **_values(found, person, asked))


@router.get("/nhap.xlsx")
@allow(TEACHERS)
def take_parts(person: CurrentPerson, found: ServicesDep, asked: WantedQuery) -> Response:
    values = _values(found, person, asked)
    rows = (_row(part, is_late=part.is_late(values["now"])) for part in values["parts"])
    return take_list(found, person, _TAKEN, rows, (asked.class_name,))


@router.get("/nhap/danh-sach")
@allow(TEACHERS)
def show_parts(request: Request, person: CurrentPerson, found: ServicesDep, asked: WantedQuery) -> Response:
    """The part of the page that changes."""
    return page(found, request, "entry/_parts.html", **_values(found, person, asked))


def _row(part: Part, *, is_late: bool) -> Row:
    return (
        part.class_name, gettext(part.name), gettext(part.term.label), part.school_year, gettext(part.state.label),
        len(part.pupils), part.required, part.filled, part.incomplete, part.held, last_day(part.due_at),
        gettext("Quá hạn") if is_late else "", "; ".join(each.reason for each in part.returns),
    )  # fmt: skip


def _values(found: Services, person: Person, asked: Wanted) -> dict[str, Any]:
    at = now()
    with found.sessions() as session:
        parts = parts_of(session, person.staff_id, at)
    return {
        "parts": sorted(filter(asked.fits, parts), key=lambda part: _ORDER.index(part.state)),
        "asked": asked,
        "states": [state for state in PartState if any(part.state is state for part in parts)],
        "classes": classes_of(parts),
        "terms": terms_of(parts),
        "has_any": bool(parts),
        "homeroom": HOMEROOM,
        "now": at,
        "command_ids": {(part.class_term_id, part.slot): uuid4() for part in parts},
    }
