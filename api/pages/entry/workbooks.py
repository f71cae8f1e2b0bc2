"""A filled-in workbook comes back: what it would change is looked over, and written on the person's word."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, status
from starlette.responses import RedirectResponse, Response

from activities import mark_workbooks
from activities.mark_workbooks import MarksPreview
from api.deps import ServicesDep, now
from api.guard import allow
from api.pages.entry.desk import OwnSheet, SheetHead, Shown, ShownSheet, show
from api.pages.entry.grid import code_of, key_of
from api.pages.entry.saved import of_marks
from api.pages.entry.typed import Fields
from api.pages.templating import page
from api.services import Services
from api.uploads import own_upload
from api.v1.marks import MAX_WORKBOOK
from domain.duties import TEACHERS
from domain.errors import DomainError, Invalid, NotFound
from domain.slot_marks import Doubt, Place
from storage.previews import SlotOfPerson

router = APIRouter(include_in_schema=False)
_TOO_LARGE = "Bảng tính quá lớn (tối đa 5 MB)."
_NO_FILE = "Chưa chọn tệp nào."
_TAKEN = "mine "


@dataclass(frozen=True)
class Change:
    """A cell that the file would change, in words."""

    name: str
    cell: str
    order_no: int
    pupil: str
    label: str
    old: str
    new: str
    doubt: Doubt | None
    by: str
    at: datetime | None


@router.get("/lop/{class_term_id}/nhap/{slot}/tu-tep")
@allow(TEACHERS)
def show_upload(request: Request, shown: ShownSheet, found: ServicesDep) -> Response:
    """Where a file is handed in."""
    _require_marks(shown.asked)
    return _upload_page(found, request, shown, "")


@router.post("/lop/{class_term_id}/nhap/{slot}/tu-tep")
@allow(TEACHERS, takes_upload=True)
async def preview_file(request: Request, asked: OwnSheet, found: ServicesDep) -> Response:
    """What the file would change, cell by cell; nothing is written yet, so a reload only looks again."""
    _require_marks(asked)
    upload = await own_upload(request, MAX_WORKBOOK, _TOO_LARGE)
    return await asyncio.to_thread(_preview, request, asked, found, upload.data)


def _preview(request: Request, asked: SheetHead, found: Services, data: bytes) -> Response:
    with found.sessions() as session:
        shown = show(session, asked)
    try:
        if not data:
            raise Invalid(_NO_FILE)
        preview = mark_workbooks.preview_marks(found.sessions, _owner(asked), data, now())
    except DomainError as error:
        return _upload_page(found, request, shown, error.message)
    values: dict[str, Any] = {
        "shown": shown,
        "preview": preview,
        "changes": list(_changes(shown, preview)),
        "doubts": Doubt,
    }
    return page(found, request, "entry/workbook_preview.html", **values)


@router.post("/lop/{class_term_id}/nhap/{slot}/tu-tep/ghi")
@allow(TEACHERS)
def write_file(request: Request, fields: Fields, asked: OwnSheet, found: ServicesDep) -> Response:
    """Write one's own preview, once; what somebody saved since is left, and shown with both values."""
    _require_marks(asked)
    try:
        preview_id, mine = _confirmed(fields)
        result = mark_workbooks.confirm_marks(found.sessions, _owner(asked), preview_id, mine, now())
    except DomainError as error:
        with found.sessions() as session:
            shown = show(session, asked)
        return _upload_page(found, request, shown, error.message)
    saved = of_marks(result)
    if not saved.overtaken and not saved.refused:
        return RedirectResponse(f"{asked.path}?luu={len(saved.saved)}", status.HTTP_303_SEE_OTHER)
    with found.sessions() as session:
        shown = show(session, asked)
    lines = {line.record_id: line for line in shown.grid.lines}
    return page(found, request, "entry/workbook_left.html", shown=shown, saved=saved, lines=lines)


def _require_marks(asked: SheetHead) -> None:
    if asked.is_attendance:
        raise NotFound("Bảng này không có tệp Excel.")
    asked.require_mine()


def _owner(asked: SheetHead) -> SlotOfPerson:
    return SlotOfPerson(asked.head.id, asked.slot, asked.person.staff_id)


def _upload_page(found: Services, request: Request, shown: Shown, problem: str) -> Response:
    code = status.HTTP_422_UNPROCESSABLE_CONTENT if problem else status.HTTP_200_OK
    return page(found, request, "entry/workbook.html", status=code, shown=shown, problem=problem)


def _changes(shown: Shown, preview: MarksPreview) -> Iterator[Change]:
    lines = {line.record_id: line for line in shown.grid.lines}
    for each in preview.differences:
        record_id, key = each.place
        column, line = shown.grid.column(code_of(key)), lines[record_id]
        name = f"{_TAKEN}{record_id} {column.code}"
        old, new = column.shown(each.before.value), column.shown(each.value)
        who = (line.order_no, line.full_name, column.heading)
        yield Change(name, each.cell, *who, old, new, each.doubt, each.before.by, each.before.at)


def _confirmed(fields: Mapping[str, str]) -> tuple[UUID, set[Place]]:
    """Raises Invalid for a form that the preview never gave."""
    try:
        taken = [name.removeprefix(_TAKEN).split(" ") for name in fields if name.startswith(_TAKEN)]
        return UUID(fields.get("preview_id", "")), {(UUID(record_id), key_of(code)) for record_id, code in taken}
    except ValueError as error:
        raise Invalid("Không đọc được biểu mẫu đã gửi; hãy tải tệp lên lại.") from error
