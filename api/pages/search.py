"""Search, as a page and as the palette of Ctrl K. What is typed travels in the body: no name stands in an address."""

import unicodedata
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from api.deps import CurrentPerson, CurrentVisitor, ServicesDep, now
from api.guard import allow
from api.pages.language import gettext, language_of, marked, speak
from api.pages.rooms import Room, rooms_of
from api.pages.templating import page
from domain.duties import STAFF
from interchange.sheets import fold
from storage import searching
from storage.visitors import Visitor

router = APIRouter(include_in_schema=False, prefix="/tim")
KINDS = {
    "class": marked("Lớp"),
    "pupil": marked("Học sinh"),
    "person": marked("Người"),
    "paper": marked("Văn bản"),
}
PLACES = {
    "class": "/lop/{}",
    "pupil": "/hoc-ba/{}/xem",
    "person": "/nguoi?ai={}",
    "paper": "/api/v1/documents/{}",
}


@router.get("")
@allow(STAFF)
def show_search(request: Request, found: ServicesDep) -> Response:
    name = "search/_palette.html" if "HX-Request" in request.headers else "search/search.html"
    return page(found, request, name, words="", hits=[], rooms_found=[], kinds=KINDS, places=PLACES)


@router.post("")
@allow(STAFF)
def search(
    request: Request,
    visitor: CurrentVisitor,
    person: CurrentPerson,
    found: ServicesDep,
    words: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    with found.sessions() as session:
        hits = searching.search(session, person, words, now())
    speak(language_of(request))
    name = "search/_hits.html" if "HX-Request" in request.headers else "search/search.html"
    rooms = _rooms(visitor, words)
    return page(found, request, name, words=words, hits=hits, rooms_found=rooms, kinds=KINDS, places=PLACES)


def _rooms(visitor: Visitor, words: str) -> list[Room]:
    """The rooms whose name has these words in it, accents or not."""
    wanted = _plain(words)
    return [room for room in rooms_of(visitor.desk) if wanted and wanted in _plain(gettext(room.label))]


def _plain(text: str) -> str:
    """Without accents, as people type in a hurry."""
    letters = unicodedata.normalize("NFD", fold(text).replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
