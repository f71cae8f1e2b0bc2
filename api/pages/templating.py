"""Jinja2 with nothing forgiven: an undefined name is an error, all output is escaped."""

from datetime import datetime, timedelta
from pathlib import Path

from fastapi import Request
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from api.services import Services
from domain.calendar import TIMEZONE

FOLDER = Path(__file__).resolve().parent.parent.parent / "templates" / "pages"


def make_templates() -> Jinja2Templates:
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
    environment.filters["last_day"] = _last_day
    environment.filters["moment"] = _moment
    environment.filters["day"] = _day
    return Jinja2Templates(env=environment)


def page(services: Services, request: Request, name: str, **values: object) -> HTMLResponse:
    return services.templates.TemplateResponse(request, name, values)


def _last_day(due_at: datetime) -> str:
    """The last day in time: `due_at` is the first instant that is late."""
    return _day(due_at - timedelta(seconds=1))


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(TIMEZONE).strftime("%H:%M:%S, %d/%m/%Y") if moment else "–"


def _day(moment: datetime) -> str:
    return moment.astimezone(TIMEZONE).strftime("%d/%m/%Y")
