"""Jinja2 with nothing forgiven: an undefined name is an error, all output is escaped."""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from api.assets import asset
from api.guard import CSRF_FIELD, csrf_token, visitor_of
from api.pages import language
from api.pages.formats import FILTERS
from api.pages.rooms import room_of, rooms_of
from api.pages.timing import TIMING
from api.services import Services
from domain.duties import DUTY_NAMES
from interchange.catalogues import speak_in

FOLDER = Path(__file__).resolve().parent.parent.parent / "templates" / "pages"
THEME_COOKIE = "hocba_theme"
THEMES = ("auto", "light", "dark")
# What every template finds without being given it by its route.
FRAME = frozenset(
    {
        "csrf_field",
        "csrf_token",
        "desk_names",
        "duties",
        "language",
        "languages",
        "path",
        "room",
        "rooms",
        "theme",
        "visitor",
    }
)


def make_templates() -> Jinja2Templates:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS | TIMING)
    environment.globals["asset"] = asset
    speak_in(environment, language.current_catalogue)
    return Jinja2Templates(env=environment)


def page(services: Services, request: Request, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401 - whatever the template needs
    """A page or a part of one, in the visitor's language."""
    visitor = visitor_of(request)
    if visitor is not None and (visitor.desk is None or visitor.needs_second_factor):
        visitor = None  # a system's key on a page for everybody, or somebody who is not further than the door
    spoken = language.language_of(request)
    language.speak(spoken)
    theme = request.cookies.get(THEME_COOKIE, "")
    rooms = rooms_of(visitor.desk if visitor else None)
    frame = {
        "visitor": visitor,
        "rooms": rooms,
        "room": room_of(rooms, request.url.path),
        "duties": sorted(visitor.person.duties, key=list(DUTY_NAMES).index) if visitor else [],
        "desk_names": DUTY_NAMES,
        "language": spoken,
        "languages": language.LANGUAGES,
        "theme": theme if theme in THEMES else THEMES[0],
        "csrf_token": csrf_token(request),
        "csrf_field": CSRF_FIELD,
        "path": request.url.path,
    }
    return services.templates.TemplateResponse(request, name, frame | values, status_code=status)
