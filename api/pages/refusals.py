"""A refusal as people read it: as a page, and in what scripts show."""

from fastapi import Request
from starlette.responses import Response

from api.errors import Problem
from api.pages.language import gettext, language_of, speak
from api.pages.templating import page
from api.services import Services


def told(request: Request, problem: Problem) -> Problem:
    """The same in the visitor's language; its type stays, for programs."""
    speak(language_of(request))
    return problem.model_copy(update={"title": gettext(problem.title), "detail": gettext(problem.detail)})


def refusal_page(request: Request, problem: Problem) -> Response:
    services: Services = request.app.state.services
    return page(services, request, "refusal.html", status=problem.status, problem=problem)
