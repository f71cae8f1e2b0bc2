"""A refusal as a page, for people."""

from fastapi import Request
from starlette.responses import Response

from api.errors import Problem
from api.pages.templating import page
from api.services import Services


def refusal_page(request: Request, problem: Problem) -> Response:
    services: Services = request.app.state.services
    return page(services, request, "refusal.html", status=problem.status, problem=problem)
