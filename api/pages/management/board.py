"""The progress board of a school: classes by stages with age and lateness, kept fresh while people look at it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.pages.choices import query_string
from api.pages.language import marked as _
from api.pages.templating import page
from api.services import Services
from api.workbooks import workbook
from domain.assessment import Term
from domain.duties import STAFF
from domain.progress import BoardLine, Tally, tally
from domain.stages import STAGE_NAMES, STAGES, Stage
from interchange.reports.progress import write_progress
from storage import access, board
from storage.staffing import Person

router = APIRouter(include_in_schema=False)

# Headings short enough for a phone; the full sentence is STAGE_NAMES.
SHORT_NAMES: Final[Mapping[Stage, str]] = {
    Stage.ENTRY: _("Nhập"),
    Stage.SUBMITTED: _("Rà soát"),
    Stage.REVIEWED: _("GVBM ký"),
    Stage.SUBJECT_SIGNED: _("GVCN ký"),
    Stage.HOMEROOM_SIGNED: _("Duyệt"),
    Stage.APPROVED: _("Đóng dấu"),
    Stage.SEALED: _("Đã đóng dấu"),
    Stage.ISSUED: _("Phát hành"),
}


@dataclass(frozen=True)
class BoardFilter:
    """What of the board is asked for; an empty text asks for everything, a year for the newest one."""

    nam: str
    ki: str
    khoi: str
    buoc: str
    tre: str

    @property
    def query(self) -> str:
        return query_string(vars(self))

    def takes(self, line: BoardLine, at: datetime) -> bool:
        wanted = (
            (self.ki, line.term.value),
            (self.khoi, str(line.grade)),
            (self.buoc, line.stage.value),
            (self.tre and "True", str(line.is_late(at))),
        )
        return all(not asked or asked == found for asked, found in wanted)


async def _filter(nam: str = "", ki: str = "", khoi: str = "", buoc: str = "", tre: str = "") -> BoardFilter:
    return BoardFilter(nam, ki, khoi, buoc, tre)


Filter = Annotated[BoardFilter, Depends(_filter)]


@dataclass(frozen=True)
class GradeBoard:
    grade: int
    lines: list[BoardLine]
    tally: Tally


@dataclass(frozen=True)
class TermBoard:
    """The classes of one term of one school year, by grade; `due_at` where all of them have the same deadline."""

    term: Term
    school_year: str
    due_at: datetime | None
    grades: list[GradeBoard]
    tally: Tally


@router.get("/tien-do")
@allow(STAFF)
def show_board(request: Request, person: CurrentPerson, found: ServicesDep, asked: Filter) -> Response:
    with found.sessions() as session:
        school = board.school_name(session, person.school_id)
    return page(found, request, "board/show.html", school=school, **_values(found, person, asked))


@router.get("/tien-do/dong")
@allow(STAFF)
def show_rows(request: Request, person: CurrentPerson, found: ServicesDep, asked: Filter) -> Response:
    """The part of the page that changes."""
    return page(found, request, "board/_rows.html", **_values(found, person, asked))


@router.get("/tien-do/bang")
@allow(STAFF)
def download_board(person: CurrentPerson, found: ServicesDep, asked: Filter) -> Response:
    """The same classes as a workbook."""
    at = now()
    with found.sessions() as session:
        school = board.school_name(session, person.school_id)
    lines = [line for line in _lines(found, person, asked)[0] if asked.takes(line, at)]
    return workbook(write_progress(school, lines, at), "tien-do", asked.nam, asked.ki)


def _lines(found: Services, person: Person, asked: BoardFilter) -> tuple[list[BoardLine], list[str]]:
    """The class-terms of the year that is asked for, and the years there are."""
    with found.sessions() as session:
        classes = access.visible_classes(session, person, now())
        years = board.years_of(session, person.school_id, classes)
        year = asked.nam if asked.nam in years or not years else years[0]
        return board.school_board(session, person.school_id, classes, school_year=year), years


def _values(found: Services, person: Person, asked: BoardFilter) -> dict[str, Any]:
    at = now()
    lines, years = _lines(found, person, asked)
    return {
        "terms": _by_term([line for line in lines if asked.takes(line, at)], at),
        "total": tally(lines, at),
        "years": years,
        "year": lines[0].school_year if lines else "",
        "grades": sorted({line.grade for line in lines}),
        "asked": asked,
        "stages": STAGES,
        "stage_names": STAGE_NAMES,
        "short_names": SHORT_NAMES,
        "now": at,
    }


def _by_term(lines: Iterable[BoardLine], at: datetime) -> list[TermBoard]:
    found = []
    for (year, term), group in groupby(lines, key=lambda line: (line.school_year, line.term)):
        members = list(group)
        grades = [(grade, list(each)) for grade, each in groupby(members, key=lambda line: line.grade)]
        boards = [GradeBoard(grade, each, tally(each, at)) for grade, each in grades]
        due = {line.due_at for line in members}
        found.append(TermBoard(term, year, due.pop() if len(due) == 1 else None, boards, tally(members, at)))
    return found
