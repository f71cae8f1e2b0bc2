"""Everything that waits for one's own signature, class by class: the room's first page."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from activities.certificates import certificate_card
from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.pages.choices import ClassAsked, ClassTermChoice, TermAsked, classes_of, query_string, terms_of
from api.pages.language import counted, gettext
from api.pages.language import marked as _
from api.pages.signing.cards import Waiting, as_seen_by, waiting_of_line
from api.pages.signing.words import ACTION_NAMES, CONDITION_TODO, CONDITIONS
from api.pages.taking import Row, TakenList, take_list
from api.pages.templating import page
from api.services import Services
from domain.assessment import Term
from domain.deadlines import last_day
from domain.decisions import Action
from domain.duties import SIGNERS
from domain.readiness import action_of
from storage import signing_batches, signing_desk
from storage.signing_desk import Line
from storage.staffing import Person

router = APIRouter(include_in_schema=False)
NOW, LATER = "ngay", "chua"
TURNS: Final = {NOW: _("Ký được ngay"), LATER: _("Chưa đến lượt ký")}
_TAKEN: Final = TakenList("cho-ky", _("Chờ thầy/cô ký"), {
    _("Việc"): 16, _("Tình trạng"): 18, _("Lớp"): 9, _("Học kì"): 16, _("Năm học"): 12, _("Ký gì"): 44,
    _("Học sinh"): 9, _("Hạn"): 12, _("Quá hạn"): 9, _("Vì sao chưa ký được, đang chờ ai"): 70,
})  # fmt: skip


@dataclass(frozen=True)
class Wanted(ClassTermChoice):
    """What of the desk is asked for; `turn` is what can be signed now, or later."""

    turn: str = ""

    @property
    def query(self) -> str:
        return query_string({"lop": self.class_name, "hoc-ki": self.term, "luot": self.turn})


async def wanted(
    class_name: ClassAsked = "", term: TermAsked = "", turn: Annotated[str, Query(alias="luot")] = ""
) -> Wanted:
    return Wanted(class_name, term, turn if turn in TURNS else "")


WantedDep = Annotated[Wanted, Depends(wanted)]


@dataclass(frozen=True)
class DeskLine:
    """One thing to sign: `value` is what the link and the checkbox name it by."""

    value: str
    class_name: str
    school_year: str
    term: str
    now: tuple[str, ...]
    later: tuple[str, ...]
    has_records: bool
    is_subject: bool
    ready: int
    line: Line
    is_late: bool
    waiting: list[Waiting]


@dataclass(frozen=True)
class DeskPart:
    """All that is signed with one confirmation: as a teacher, as the principal, or with the school's seal."""

    action: Action
    ready: list[DeskLine]
    later: list[DeskLine]


@router.get("/ky")
@allow(SIGNERS)
def show_desk(request: Request, person: CurrentPerson, found: ServicesDep, asked: WantedDep) -> Response:
    return page(found, request, "signing/desk.html", **_values(found, person, asked))


@router.get("/ky/dong")
@allow(SIGNERS)
def show_desk_rows(request: Request, person: CurrentPerson, found: ServicesDep, asked: WantedDep) -> Response:
    """The part of the page that moves."""
    return page(found, request, "signing/_desk_rows.html", **_values(found, person, asked))


@router.get("/ky.xlsx")
@allow(SIGNERS)
def take_desk(person: CurrentPerson, found: ServicesDep, asked: WantedDep) -> Response:
    parts: list[DeskPart] = _values(found, person, asked)["parts"]
    rows = [_row(part.action, line, is_now=True) for part in parts for line in part.ready]
    rows += [_row(part.action, line, is_now=False) for part in parts for line in part.later]
    return take_list(found, person, _TAKEN, rows, (asked.class_name, gettext(TURNS.get(asked.turn, ""))))


def _values(found: Services, person: Person, asked: Wanted) -> dict[str, Any]:
    moment = now()
    with found.sessions() as session:
        every = signing_desk.lines(session, person, moment)
        lines = [line for line in every if asked.takes(line.task)]
        holders = signing_desk.people(session, {line.task.class_id for line in lines if line.later}, moment)
        action = action_of(every[0].slots[0]) if every else Action.SIGN
        certificate = certificate_card(session, found.confirming, person, action, moment)
        open_batches = signing_batches.open_of(session, person, moment)
    who = as_seen_by(person, holders)
    shown = [
        (action_of(line.slots[0]), _shown(line, waiting_of_line(line, who), line.is_late(moment))) for line in lines
    ]
    parts = [_part(each, asked, [line for action, line in shown if action is each]) for each in ACTION_NAMES]
    return {
        "parts": [each for each in parts if each.ready or each.later],
        "action_names": ACTION_NAMES,
        "certificate": certificate,
        "conditions": CONDITIONS,
        "condition_todo": CONDITION_TODO,
        "open_batches": open_batches,
        "asked": asked,
        "classes": classes_of(line.task for line in every),
        "terms": terms_of(line.task for line in every),
        "turns": TURNS,
    }


def _part(action: str, asked: Wanted, lines: list[DeskLine]) -> DeskPart:
    ready = [line for line in lines if line.ready and asked.turn != LATER]
    return DeskPart(Action(action), ready, [line for line in lines if line.waiting and asked.turn != NOW])


def _row(action: Action, line: DeskLine, *, is_now: bool) -> Row:
    task = line.line.task
    whole = _("Bảng tổng hợp lớp và học bạ") if line.has_records else _("Bảng tổng hợp lớp")
    parts = ", ".join(line.now if is_now else line.later) if line.is_subject else gettext(whole)
    pupils = line.ready if is_now else sum(each.count for each in line.waiting)
    return (
        gettext(ACTION_NAMES[action]), gettext(TURNS[NOW if is_now else LATER]), line.class_name, gettext(line.term),
        line.school_year, parts, pupils, last_day(task.due_at), gettext("Quá hạn") if line.is_late else "",
        "" if is_now else "; ".join(map(_why, line.waiting)),
    )  # fmt: skip


def _why(each: Waiting) -> str:
    told = f"{counted('%(count)s học sinh', each.count)}: {gettext(each.why).lower()}"
    return f"{told} ({', '.join(each.whom)})" if each.whom else told


def _shown(line: Line, waits: list[Waiting], is_late: bool) -> DeskLine:  # noqa: FBT001
    task = line.task
    return DeskLine(
        value=f"{task.class_term_id}:{','.join(line.slots)}",
        class_name=task.class_name,
        school_year=task.school_year,
        term=task.term.label,
        now=tuple(gettext(task.name_of(slot)) for slot in line.ready_slots),
        later=tuple(gettext(task.name_of(slot)) for slot in line.later_slots),
        has_records=task.term is Term.YEAR_END,
        is_subject=line.is_subject,
        ready=line.ready,
        line=line,
        is_late=is_late,
        waiting=waits,
    )
