"""Everything that waits for one's own signature, class by class: the room's first page."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from activities.certificates import certificate_card
from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.pages.language import gettext
from api.pages.signing.cards import Waiting, waiting_of_line
from api.pages.signing.words import ACTION_NAMES, CONDITION_TODO, CONDITIONS
from api.pages.templating import page
from api.services import Services
from domain.assessment import Term
from domain.decisions import Action
from domain.duties import SIGNERS
from domain.readiness import action_of
from storage import signing_batches, signing_desk
from storage.signing_desk import Line
from storage.staffing import Person

router = APIRouter(include_in_schema=False)


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
def show_desk(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    return page(found, request, "signing/desk.html", **_values(found, person))


@router.get("/ky/dong")
@allow(SIGNERS)
def show_desk_rows(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    """The part of the page that moves."""
    return page(found, request, "signing/_desk_rows.html", **_values(found, person))


def _values(found: Services, person: Person) -> dict[str, Any]:
    moment = now()
    with found.sessions() as session:
        lines = signing_desk.lines(session, person, moment)
        who = signing_desk.people(session, {line.task.class_id for line in lines if line.later}, moment)
        action = action_of(lines[0].slots[0]) if lines else Action.SIGN
        certificate = certificate_card(session, found.confirming, person, action, moment)
        open_batches = signing_batches.open_of(session, person, moment)
    shown = [
        (action_of(line.slots[0]), _shown(line, waiting_of_line(line, who), line.is_late(moment))) for line in lines
    ]
    parts = [_part(each, [line for action, line in shown if action is each]) for each in ACTION_NAMES]
    return {
        "parts": [each for each in parts if each.ready or each.later],
        "action_names": ACTION_NAMES,
        "certificate": certificate,
        "conditions": CONDITIONS,
        "condition_todo": CONDITION_TODO,
        "open_batches": open_batches,
    }


def _part(action: str, lines: list[DeskLine]) -> DeskPart:
    return DeskPart(Action(action), [line for line in lines if line.ready], [line for line in lines if line.waiting])


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
