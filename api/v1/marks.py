"""Mark workbooks: a slot is taken home as a file, filled in, looked over and written back."""

import asyncio

from fastapi import APIRouter, Request, Response
from starlette.convertors import StringConvertor, register_url_convertor

from activities import mark_workbooks
from api.bodies import raw
from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, body_of, now, require_readable, require_slot
from api.guard import allow
from api.v1.entry_forms import SavedView, saved_view
from api.v1.forms import Slot
from api.v1.mark_forms import ConfirmMarksForm, MarksPreviewView, preview_view
from api.workbooks import WORKBOOK, XLSX, workbook
from domain.duties import STAFF
from domain.scopes import Scope
from storage.previews import SlotOfPerson

router = APIRouter(tags=["marks"])


class _Undotted(StringConvertor):
    regex = "[^/.]+"


register_url_convertor("undotted", _Undotted())
MAX_WORKBOOK = 5 * 1024 * 1024


@router.get("/class-terms/{class_term_id}/marks/{slot}.xlsx", response_class=Response, responses=WORKBOOK)
@allow(STAFF, Scope.READ)
def export_marks(slot: Slot, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> Response:
    """The workbook of a slot: for its teacher to fill in, for the homeroom teacher and the offices what was submitted.

    What was submitted is locked in the file, and says so.
    """
    require_readable(head, person, slot)
    data = mark_workbooks.export_marks(found.sessions, head.id, slot, now(), drafts=slot in head.my_slots)
    return workbook(data, f"{head.class_name}-{slot}-{head.term}")


@router.post("/class-terms/{class_term_id}/marks/{slot:undotted}", openapi_extra=raw(XLSX))  # "toan.xlsx" is read only
@allow(STAFF, Scope.ENTER)
async def preview_marks(
    slot: Slot, request: Request, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep
) -> MarksPreviewView:
    """What a filled-in workbook (the request's body) would change, and what is wrong in it. Nothing is written yet."""
    require_slot(head, slot)
    data = await body_of(request, MAX_WORKBOOK, "Bảng tính quá lớn (tối đa 5 MB).")
    owner = SlotOfPerson(head.id, slot, person.staff_id)
    return preview_view(await asyncio.to_thread(mark_workbooks.preview_marks, found.sessions, owner, data, now()))


@router.post("/class-terms/{class_term_id}/marks/{slot}/confirm")
@allow(STAFF, Scope.ENTER)
def confirm_marks(
    slot: Slot, form: ConfirmMarksForm, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep
) -> SavedView:
    """Write one's own preview, once. Cells in doubt stay as they are unless `take_mine` names them; what was saved
    since the preview is not overwritten, the answer says what it holds.
    """
    require_slot(head, slot)
    owner = SlotOfPerson(head.id, slot, person.staff_id)
    mine = {(place.record_id, place.key()) for place in form.take_mine}
    return saved_view(mark_workbooks.confirm_marks(found.sessions, owner, form.preview_id, mine, now()))
