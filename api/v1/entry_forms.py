"""Forms and views of entry: cells with the version their writer saw, and what became of each."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from api.v1.forms import PRINTABLE, Form, ShortText, Slot, Truth, Whole
from domain.assessment import AssessmentPoint
from domain.entry import CellKey
from domain.scales import CellKind
from storage.attendance import Attendance
from storage.phrases import CommentCopy
from storage.problems import RecordProblems
from storage.saving import CellEdit, Checked, Overtaken, Refused, SavedCell, SaveResult

CellText = Annotated[str, StringConstraints(max_length=4000, pattern=PRINTABLE)]


class CellPlace(BaseModel):
    record_id: UUID
    item: Slot
    point: AssessmentPoint
    kind: CellKind

    def key(self) -> CellKey:
        return CellKey(self.item, self.point, self.kind)


class CellForm(CellPlace, Form):
    value: CellText
    version: Whole = Field(ge=0, description="the one on the writer's screen, 0 for a cell nobody wrote yet")

    def edit(self) -> CellEdit:
        return CellEdit(self.record_id, self.key(), self.value, self.version)


class CellsForm(Form):
    cells: list[CellForm] = Field(min_length=1, max_length=5000)


class CopyForm(Form):
    item: Slot = Field(description="the subject, or which of the homeroom's comments")
    point: AssessmentPoint
    text: Annotated[CellText, StringConstraints(min_length=1)]
    versions: dict[UUID, Annotated[Whole, Field(ge=0)]] = Field(
        min_length=1, max_length=100, description="of each chosen record's cell, as on the writer's screen"
    )
    overwrite: Truth = Field(default=False, description="also where the writer saw a comment already")

    def copy_of(self) -> CommentCopy:
        return CommentCopy(self.item, self.point, self.text, self.versions, self.overwrite)


class AttendanceForm(Form):
    """Only what is sent is written."""

    record_id: UUID
    absent_excused: Whole = Field(default=0, ge=0, le=400)
    absent_unexcused: Whole = Field(default=0, ge=0, le=400)
    is_recognised: Truth = False
    height_cm: ShortText = Field(default="", description="30 to 250 cm, at most one decimal; empty clears it")
    weight_kg: ShortText = Field(default="", description="5 to 200 kg, at most one decimal; empty clears it")
    health: CellText = Field(default="", description="at most 60 characters; empty clears it")
    version: Whole = Field(ge=0, description="the one on the writer's screen, 0 where nothing was entered yet")

    def said(self) -> Attendance:
        return Attendance(**self.model_dump(exclude_unset=True))


class AttendanceView(BaseModel):
    """What is kept of a pupil's term; version 0 where nothing was entered yet."""

    record_id: UUID
    absent_excused: int
    absent_unexcused: int
    is_recognised: bool
    height_cm: str
    weight_kg: str
    health: str
    version: int


class PlaceView(BaseModel):
    record_id: UUID
    point: str
    item: str
    kind: str


class CellView(PlaceView):
    value: str
    version: int


class OvertakenView(CellView):
    """What the cell holds since somebody else wrote it; `tried` is the value that was not saved."""

    tried: str
    by: str
    at: datetime


class RefusedView(PlaceView):
    tried: str
    message: str


class CheckedView(PlaceView):
    """What saving would store, or (`message`) why it would be refused."""

    tried: str
    value: str
    message: str


class ChangeView(BaseModel):
    """One change of a cell; `by` is empty for one that did not come through the application."""

    version: int
    before: str
    after: str
    by: str
    at: datetime


class MissingView(BaseModel):
    point: str
    item: str
    kind: str
    label: str


class DoubtView(BaseModel):
    point: str
    item: str
    kind: str
    message: str


class ProblemsView(BaseModel):
    """What of one pupil is missing, and what somebody should look at before handing it in."""

    record_id: UUID
    missing: list[MissingView]
    doubts: list[DoubtView]


class SavedView(BaseModel):
    """What became of each cell: those of other cells are saved though one was refused or overtaken."""

    saved: list[CellView]
    overtaken: list[OvertakenView]
    refused: list[RefusedView]


def saved_view(result: SaveResult) -> SavedView:
    return SavedView(
        saved=[_cell(each) for each in result.saved],
        overtaken=[_overtaken(each) for each in result.overtaken],
        refused=[_refused(each) for each in result.refused],
    )


def _cell(saved: SavedCell) -> CellView:
    return CellView(record_id=saved.record_id, **saved.key._asdict(), value=saved.value, version=saved.version)


def _overtaken(each: Overtaken) -> OvertakenView:
    return OvertakenView(
        record_id=each.edit.record_id,
        **each.edit.key._asdict(),
        value=each.value,
        version=each.version,
        tried=each.edit.text,
        by=each.by,
        at=each.at,
    )


def _refused(each: Refused) -> RefusedView:
    edit = each.edit
    return RefusedView(record_id=edit.record_id, **edit.key._asdict(), tried=edit.text, message=each.message)


def checked_view(each: Checked) -> CheckedView:
    edit = each.edit
    return CheckedView(
        record_id=edit.record_id, **edit.key._asdict(), tried=edit.text, value=each.value, message=each.message
    )


def problems_view(found: RecordProblems) -> ProblemsView:
    return ProblemsView(
        record_id=found.record_id,
        missing=[MissingView(**cell.key._asdict(), label=cell.label) for cell in found.missing],
        doubts=[DoubtView(**doubt.key._asdict(), message=doubt.message) for doubt in found.doubts],
    )
