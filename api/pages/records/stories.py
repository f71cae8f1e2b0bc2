"""What happened, in plain words: the story of one record, and of a class's term."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, VisibleRecord, require_readable
from api.guard import allow
from api.pages.choices import query_string
from api.pages.homeroom.room import READERS, frame_of
from api.pages.language import marked as _
from api.pages.templating import page
from domain.curriculum import HOMEROOM
from domain.duties import STAFF
from domain.slot_marks import slot_name
from domain.stories import EventKind, StoryChoice, StoryEvent, by_day, told
from storage import access, entries, stories
from storage.access import ClassTermHead, RecordHead
from storage.staffing import Person

router = APIRouter(include_in_schema=False)
AT_ONCE: Final = 200  # events of a page
FEW: Final = 5  # pupils that an event names; more are counted
DEADLINES: Final = {
    "reminder": _("Hệ thống nhắc: sắp tới hạn."),
    "overdue": _("Quá hạn."),
    "escalation": _("Hệ thống báo lãnh đạo: lớp đã quá hạn."),
}


async def story_choice(
    kind: Annotated[str, Query(alias="viec")] = "",
    slot: Annotated[str, Query(alias="mon")] = "",
    order: Annotated[str, Query(alias="thu-tu")] = "",
) -> StoryChoice:
    return StoryChoice(kind, slot, oldest_first=order == "cu")


ChoiceDep = Annotated[StoryChoice, Depends(story_choice)]
Page = Annotated[int, Query(alias="trang", ge=1, le=1000)]


@router.get("/hoc-ba/{record_id}/lich-su")
@allow(STAFF)
def show_record_story(
    request: Request,
    record: VisibleRecord,
    person: CurrentPerson,
    found: ServicesDep,
    choice: ChoiceDep,
    number: Page = 1,
) -> Response:
    """All of it for the homeroom teacher and the school's offices; a subject teacher is told of his own slots."""
    head = record.class_term
    sees_all = access.may_read_slot(person, head, HOMEROOM)
    with found.sessions() as session:
        values = _told(session, head, record_story(session, record, person), choice, number)
    return page(
        found, request, "stories/record.html", **values | {"record": record, "sees_all": sees_all, "pupils": {}}
    )


@router.get("/lop/{class_term_id}/lich-su")
@allow(READERS)
def show_class_story(
    request: Request,
    head: VisibleClassTerm,
    person: CurrentPerson,
    found: ServicesDep,
    choice: ChoiceDep,
    number: Page = 1,
) -> Response:
    require_readable(head, person, HOMEROOM)
    with found.sessions() as session:
        values = _told(session, head, class_story(session, head, person), choice, number)
        pupils = {pupil.record_id: pupil for pupil in stories.pupils_of(session, head.id)}
    return page(found, request, "stories/class.html", **values | {"pupils": pupils})


def record_story(session: Session, record: RecordHead, person: Person) -> Sequence[StoryEvent]:
    """Of a subject teacher's pupil only what concerns the teacher's own slots."""
    sees_all = access.may_read_slot(person, record.class_term, HOMEROOM)
    return _for_eyes_of(person, stories.of_record(session, record, None if sees_all else record.class_term.my_slots))


def class_story(session: Session, head: ClassTermHead, person: Person) -> Sequence[StoryEvent]:
    return _for_eyes_of(person, stories.of_class(session, head.id))


def _for_eyes_of(person: Person, events: Sequence[StoryEvent]) -> Sequence[StoryEvent]:
    """From which network a colleague works, often that of a home, concerns the school's offices only."""
    return events if person.roles & access.SCHOOL_WIDE else [replace(each, network="") for each in events]


def _told(
    session: Session, head: ClassTermHead, events: Sequence[StoryEvent], choice: StoryChoice, number: int
) -> dict[str, Any]:
    wanted = told(events, choice)
    shown = wanted[(number - 1) * AT_ONCE : number * AT_ONCE]
    return {
        **frame_of(head),
        "days": by_day(shown),
        "choice": choice,
        "kinds": sorted({each.kind for each in events}, key=list(EventKind).index),
        "names": names_of(session, head),
        "deadlines": DEADLINES,
        "few": FEW,
        "older": _address(choice, number + 1) if len(wanted) > number * AT_ONCE else "",
        "newer": _address(choice, number - 1) if number > 1 else "",
        "query": _address(choice, 1).removeprefix("?"),
        "turned": _address(StoryChoice(choice.kind, choice.slot, oldest_first=not choice.oldest_first), 1),
    }


def names_of(session: Session, head: ClassTermHead) -> Mapping[str, str]:
    curriculum, _term = entries.curriculum_in(session, head.id)
    return {slot: slot_name(curriculum, slot) for slot in curriculum.slots}


def _address(choice: StoryChoice, number: int) -> str:
    said = {
        "viec": choice.kind,
        "mon": choice.slot,
        "thu-tu": "cu" if choice.oldest_first else "",
        "trang": str(number) if number > 1 else "",
    }
    return "?" + query_string(said)
