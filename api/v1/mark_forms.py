"""Forms and views of mark workbooks: what an imported file would change, and the word of the person who imports it."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from activities.mark_workbooks import MarksPreview
from api.v1.entry_forms import CellPlace, PlaceView
from api.v1.forms import Form
from domain.slot_marks import Change, Difference, Doubt
from interchange.sheets import Problem, Severity


class ConfirmMarksForm(Form):
    preview_id: UUID
    take_mine: list[CellPlace] = Field(
        default=[], max_length=5000, description="the cells in doubt that are to hold what the file says"
    )


class MarkDifferenceView(PlaceView):
    """A cell that the file would change; `doubt` says why it is left as it is unless the person takes it."""

    cell: str = Field(description="where in the file, as E7")
    change: Change
    old: str
    new: str
    doubt: Doubt | None
    reason: str = Field(description="the doubt in words; empty without one")
    by: str = Field(description="who wrote what the cell holds now")
    at: datetime | None


class MarksProblemView(BaseModel):
    """What is wrong in the file: with an error the cell or row is left out, a review is for information."""

    cell: str
    row: int
    message: str
    severity: Severity


class MarksPreviewView(BaseModel):
    """Nothing is written yet. `has_versions` is false for a file that was not exported from here."""

    preview_id: UUID
    expires_at: datetime
    has_versions: bool
    counts: dict[Change, int]
    left: int
    differences: list[MarkDifferenceView]
    problems: list[MarksProblemView]


def preview_view(preview: MarksPreview) -> MarksPreviewView:
    changes = [each.change for each in preview.differences]
    return MarksPreviewView(
        preview_id=preview.kept.id,
        expires_at=preview.kept.expires_at,
        has_versions=preview.has_versions,
        counts={change: changes.count(change) for change in Change},
        left=preview.left,
        differences=[_difference(each) for each in preview.differences],
        problems=[_problem(each) for each in preview.problems],
    )


def _difference(each: Difference) -> MarkDifferenceView:
    record_id, key = each.place
    return MarkDifferenceView(
        record_id=record_id,
        **key._asdict(),
        cell=each.cell,
        change=each.change,
        old=each.before.value,
        new=each.value,
        doubt=each.doubt,
        reason=each.doubt.label if each.doubt else "",
        by=each.before.by,
        at=each.before.at,
    )


def _problem(each: Problem) -> MarksProblemView:
    return MarksProblemView(cell=each.cell, row=each.row, message=each.message, severity=each.severity)
