"""The progress board of a school: classes by stages, refreshed while people look at it."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.pages.templating import page
from api.services import Services
from domain.duties import STAFF
from domain.stages import STAGE_NAMES, STAGES, Stage
from storage import access, board
from storage.board import BoardLine
from storage.staffing import Person

router = APIRouter(include_in_schema=False)

# Headings short enough for a phone; the full sentence is STAGE_NAMES.
SHORT_NAMES = {
    Stage.ENTRY: "Nhập",
    Stage.SUBMITTED: "Rà soát",
    Stage.REVIEWED: "GVBM ký",
    Stage.SUBJECT_SIGNED: "GVCN ký",
    Stage.HOMEROOM_SIGNED: "Duyệt",
    Stage.APPROVED: "Đóng dấu",
    Stage.SEALED: "Đã đóng dấu",
    Stage.ISSUED: "Phát hành",
}


@dataclass(frozen=True)
class TermBoard:
    """All classes of one term of one school year."""

    title: str
    lines: list[BoardLine]
    pupils: int
    issued: int


@router.get("/tien-do")
@allow(STAFF)
def show_board(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    with found.sessions() as session:
        school = board.school_name(session, person.school_id)
    values = _values(found, person)
    return page(found, request, "board.html", school=school, **values)


@router.get("/tien-do/dong")
@allow(STAFF)
def show_rows(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    """The part of the page that changes."""
    return page(found, request, "_board_rows.html", **_values(found, person))


def _values(found: Services, person: Person) -> dict[str, Any]:
    with found.sessions() as session:
        lines = board.school_board(session, person.school_id, access.visible_classes(session, person, now()))
    return {
        "terms": _by_term(lines),
        "stages": STAGES,
        "stage_names": STAGE_NAMES,
        "short_names": SHORT_NAMES,
        "now": now(),
    }


def _by_term(lines: list[BoardLine]) -> list[TermBoard]:
    grouped: dict[str, list[BoardLine]] = {}
    for line in lines:
        grouped.setdefault(f"{line.term.label}, năm học {line.school_year}", []).append(line)
    return [
        TermBoard(
            title, group, sum(line.pupils for line in group), sum(line.counts.get(Stage.ISSUED, 0) for line in group)
        )
        for title, group in grouped.items()
    ]
