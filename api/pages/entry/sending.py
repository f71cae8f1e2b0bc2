"""Handing a part in: its pupils' results are frozen and go to the homeroom teacher."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, status
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api import deciding
from api.deps import ServicesDep
from api.errors import Unavailable
from api.guard import allow
from api.pages.entry.desk import OwnSheet, shown
from api.pages.entry.sheet import refused_page
from domain.decisions import Action
from domain.duties import TEACHERS
from domain.errors import DomainError

router = APIRouter(include_in_schema=False)


class SendForm(BaseModel):
    command_id: UUID
    record_ids: list[UUID] = Field(min_length=1, max_length=100)


@router.post("/lop/{class_term_id}/nhap/{slot}/gui")
@allow(TEACHERS)
async def send_part(
    request: Request, form: Annotated[SendForm, Form()], asked: OwnSheet, found: ServicesDep
) -> Response:
    """Hand in one's own part of these pupils; refused with the sheet and what is missing in it."""
    decision = deciding.decision_of(asked.person, asked.slot, Action.SUBMIT, dict.fromkeys(form.record_ids))
    try:
        await deciding.decide(found, asked.head, form.command_id, decision)
    except (DomainError, Unavailable) as error:
        now_shown = await run_in_threadpool(shown, asked, found)
        return refused_page(found, request, now_shown, error.message)
    return RedirectResponse(asked.path, status.HTTP_303_SEE_OTHER)
