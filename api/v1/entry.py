"""Entry: the cells of a slot are read, checked and saved, each by itself, while the slot is open."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, require_readable, require_slot
from api.guard import allow
from api.v1.entry_forms import (
    AttendanceForm,
    AttendanceView,
    CellPlace,
    CellsForm,
    CellView,
    ChangeView,
    CheckedView,
    CopyForm,
    ProblemsView,
    SavedView,
    checked_view,
    problems_view,
    saved_view,
)
from api.v1.forms import Slot
from domain.curriculum import HOMEROOM
from domain.duties import STAFF
from domain.errors import NotFound
from domain.scopes import Scope
from storage import attendance, entries, phrases, problems, saving

router = APIRouter(tags=["entry"])


@router.get("/class-terms/{class_term_id}/cells")
@allow(STAFF, Scope.READ)
def list_cells(
    head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep, slot: Annotated[Slot, Query()]
) -> list[CellView]:
    """What one slot entered; drafts are its teacher's, what was submitted also the homeroom's and the offices'."""
    require_readable(head, person, slot)
    with found.sessions() as session:
        rows = entries.cells_in(session, head.id, slot, drafts=slot in head.my_slots)
    return [CellView.model_validate(row, from_attributes=True) for row in rows]


@router.put("/class-terms/{class_term_id}/cells/{slot}")
@allow(STAFF, Scope.ENTER)
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


@router.post("/class-terms/{class_term_id}/cells/{slot}/check")
@allow(STAFF, Scope.ENTER)
def check_cells(slot: Slot, form: CellsForm, head: VisibleClassTerm, found: ServicesDep) -> list[CheckedView]:
    """What saving these cells of one's own slot would store, or why a value would be refused; nothing is saved."""
    require_slot(head, slot)
    with found.sessions() as session:
        checked = saving.check_cells(session, head.id, slot, [cell.edit() for cell in form.cells])
    return [checked_view(each) for each in checked]


@router.post("/class-terms/{class_term_id}/cells/{slot}/copy")
@allow(STAFF, Scope.ENTER)
def copy_comment(
    slot: Slot, form: CopyForm, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep
) -> SavedView:
    """Copy a comment to chosen pupils: to those who have none, with `overwrite` also over comments the writer saw.

    Answered as saving is; cells left as they are come back as overtaken. A phrase of the teacher's own counts its use.
    """
    require_slot(head, slot)
    with found.sessions.begin() as session:
        result = phrases.copy(session, head.id, slot, form.copy_of(), person.staff_id)
    return saved_view(result)


@router.get("/class-terms/{class_term_id}/cells/{slot}/history")
@allow(STAFF, Scope.READ)
def show_history(
    slot: Slot,
    place: Annotated[CellPlace, Query()],
    head: VisibleClassTerm,
    person: CurrentPerson,
    found: ServicesDep,
) -> list[ChangeView]:
    """Every change of one cell, newest first: for its teacher; once submitted, also for the homeroom and the offices.

    To undo a change, save the older value with the cell's present version: that is a change like any other.
    """
    require_readable(head, person, slot)
    with found.sessions() as session:
        if place.record_id not in entries.records_in(session, head.id, slot, drafts=slot in head.my_slots):
            raise NotFound("Không tìm thấy phần này.")
        changes = entries.history(session, place.record_id, slot, place.key())
    return [ChangeView.model_validate(each, from_attributes=True) for each in changes]


@router.get("/class-terms/{class_term_id}/cells/{slot}/problems")
@allow(STAFF, Scope.READ)
def list_problems(slot: Slot, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> list[ProblemsView]:
    """Pupils with required cells missing or values to look at; of drafts for their teacher, else of what was submitted.

    Only what is missing keeps a slot from being submitted.
    """
    require_readable(head, person, slot)
    with found.sessions() as session:
        found_problems = problems.problems(session, head.id, slot, drafts=slot in head.my_slots)
    return [problems_view(each) for each in found_problems]


@router.get("/class-terms/{class_term_id}/attendance")
@allow(STAFF, Scope.READ)
def list_attendance(head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> list[AttendanceView]:
    """Absences, health and recognition: drafts for the homeroom teacher, what was submitted also for the offices."""
    require_readable(head, person, HOMEROOM)
    with found.sessions() as session:
        kept = attendance.attendance_in(session, head.id, drafts=HOMEROOM in head.my_slots)
    return [AttendanceView.model_validate(each, from_attributes=True) for each in kept]


@router.put("/class-terms/{class_term_id}/attendance")
@allow(STAFF, Scope.ENTER)
def save_attendance(
    rows: list[AttendanceForm], head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep
) -> list[AttendanceView]:
    """Absences, health and recognition of the term, kept by the homeroom teacher; answers what is kept now.

    A field that is not sent stays as it is; an empty text clears it. 409, and nothing is written, where somebody else
    changed a pupil's facts since the writer saw them.
    """
    require_slot(head, HOMEROOM)
    with found.sessions.begin() as session:
        kept = attendance.save_attendance(session, head.id, [row.said() for row in rows], person.staff_id)
    return [AttendanceView.model_validate(each, from_attributes=True) for each in kept]
