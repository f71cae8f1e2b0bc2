"""Entry: the cells of a slot are read and saved, each by itself, while the slot is open."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, require_slot
from api.v1.entry_forms import AttendanceForm, CellsForm, CellView, SavedView, saved_view
from api.v1.forms import Slot
from domain.curriculum import HOMEROOM
from domain.errors import NotFound
from storage import access, entries, saving
from storage.saving import Attendance

router = APIRouter(tags=["entry"])


@router.get("/class-terms/{class_term_id}/cells")
def list_cells(
    head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep, slot: Annotated[Slot, Query()]
) -> list[CellView]:
    """What one slot entered; drafts are its teacher's, what was submitted also the homeroom's and the offices'."""
    if not access.may_read_slot(person, head, slot):
        raise NotFound("Không tìm thấy phần này.")
    with found.sessions() as session:
        rows = entries.cells_in(session, head.id, slot, drafts=slot in head.my_slots)
    return [CellView.model_validate(row, from_attributes=True) for row in rows]


@router.put("/class-terms/{class_term_id}/cells/{slot}")
def save_cells(
    slot: Slot, form: CellsForm, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep
) -> SavedView:
    """Save draft cells of one's own slot, each by itself; refused with 409 as a whole once submitted.

    A cell that somebody else changed since the writer saw it is not overwritten: the answer says what it holds, by whom
    and since when. A value outside the rules is answered with the reason.
    """
    require_slot(head, slot)
    with found.sessions.begin() as session:
        result = saving.save_cells(session, head.id, slot, [cell.edit() for cell in form.cells], person.staff_id)
    return saved_view(result)


@router.put("/class-terms/{class_term_id}/attendance", status_code=204)
def save_attendance(rows: list[AttendanceForm], head: VisibleClassTerm, found: ServicesDep) -> None:
    """Absences, health and recognition of the term, kept by the homeroom teacher."""
    require_slot(head, HOMEROOM)
    with found.sessions.begin() as session:
        saving.save_attendance(session, head.id, [Attendance(**row.model_dump()) for row in rows])
