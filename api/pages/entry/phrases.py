"""A teacher's own comment phrases: kept, changed and removed; nobody else sees them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, status
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.pages.templating import page
from api.services import Services
from api.v1.phrases import Level, PhraseText
from domain.duties import TEACHERS
from domain.errors import DomainError, NotFound
from domain.phrases import LEVELS, PHRASE_LIMIT, place_name
from storage import parts, phrases
from storage.phrases import NewPhrase
from storage.staffing import Person
from storage.tables import CommentPhrase

router = APIRouter(include_in_schema=False, prefix="/nhap/mau-nhan-xet")
_PAGE = "/nhap/mau-nhan-xet"


class TextForm(BaseModel):
    level: Level = ""
    text: PhraseText = ""


class PhraseForm(TextForm):
    """`place` is the subject and the item, as the page's list gives them."""

    place: str = Field(default="", max_length=90)


class Typed(PhraseForm):
    """What was typed and refused: into the form of a phrase, or (without one) into that of a new phrase."""

    phrase_id: UUID | None = None
    problem: str = ""


@router.get("")
@allow(TEACHERS)
def show_phrases(
    request: Request,
    person: CurrentPerson,
    found: ServicesDep,
    place: Annotated[str, Query(alias="mon", max_length=90)] = "",
) -> Response:
    return _phrases_page(found, request, person, Typed(place=place))


@router.post("")
@allow(TEACHERS)
def add_phrase(
    request: Request, form: Annotated[PhraseForm, Form()], person: CurrentPerson, found: ServicesDep
) -> Response:
    """Keep a phrase; the same one again changes nothing."""
    subject, _, item = form.place.partition("/")
    try:
        with found.sessions.begin() as session:
            phrases.add(session, person.staff_id, NewPhrase(subject, item, form.level, form.text.replace("\r\n", "\n")))
    except DomainError as error:
        return _phrases_page(found, request, person, Typed(**form.model_dump(), problem=error.message))
    return RedirectResponse(_PAGE, status.HTTP_303_SEE_OTHER)


@router.post("/{phrase_id}")
@allow(TEACHERS)
def change_phrase(
    request: Request,
    phrase_id: UUID,
    form: Annotated[TextForm, Form()],
    person: CurrentPerson,
    found: ServicesDep,
) -> Response:
    """Change one's own phrase; what was written with it stays as it is."""
    try:
        with found.sessions.begin() as session:
            phrases.change(session, person.staff_id, phrase_id, form.level, form.text.replace("\r\n", "\n"))
    except NotFound:
        raise
    except DomainError as error:
        typed = Typed(**form.model_dump(), phrase_id=phrase_id, problem=error.message)
        return _phrases_page(found, request, person, typed)
    return RedirectResponse(_PAGE, status.HTTP_303_SEE_OTHER)


@router.post("/{phrase_id}/xoa")
@allow(TEACHERS)
def remove_phrase(phrase_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """Remove one's own phrase; one that is gone already stays so."""
    with found.sessions.begin() as session:
        phrases.remove(session, person.staff_id, phrase_id)
    return RedirectResponse(_PAGE, status.HTTP_303_SEE_OTHER)


def _phrases_page(found: Services, request: Request, person: Person, typed: Typed) -> Response:
    with found.sessions() as session:
        kept = phrases.own(session, person.staff_id)
        places = dict.fromkeys(parts.comment_places(session, person.staff_id, now()))
    groups: dict[str, list[CommentPhrase]] = {}
    for each in kept:
        groups.setdefault(place_name(each.subject, each.item), []).append(each)
    values: dict[str, Any] = {
        "groups": groups,
        "places": {f"{subject}/{item}": place_name(subject, item) for subject, item in places},
        "levels": LEVELS[1:],
        "limit": PHRASE_LIMIT,
        "typed": typed,
    }
    code = status.HTTP_422_UNPROCESSABLE_CONTENT if typed.problem else status.HTTP_200_OK
    return page(found, request, "entry/phrases.html", status=code, **values)
