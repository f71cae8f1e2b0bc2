"""What clients send and get: typed bodies, each decision with its own command id."""

import re
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from domain.assessment import Term
from domain.stages import Stage

_DATE = re.compile(r"\d{4}-\d\d-\d\dT")
# Control characters other than tab and line ends cannot be printed, and the database takes no zero.
PRINTABLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"


def _each_once(ids: list[UUID]) -> list[UUID]:
    if len(set(ids)) != len(ids):
        raise ValueError("an id is named twice")
    return ids


def _written_out(value: object) -> object:
    """A number would be taken for seconds since 1970."""
    if not isinstance(value, str) or not _DATE.match(value):
        raise PydanticCustomError("datetime_type", "not a time as RFC 3339 has it")
    return value


# What is described as a number or as true and false is nothing else that could be understood as such.
Whole = Annotated[int, Strict()]
Truth = Annotated[bool, Strict()]
Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
Slot = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,40}$")]
Ids = Annotated[list[UUID], Field(min_length=1, max_length=100), AfterValidator(_each_once)]
ReasonText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000, pattern=PRINTABLE)]
ShortText = Annotated[str, StringConstraints(max_length=10, pattern=PRINTABLE)]


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Command(Form):
    """One decision; the same `command_id` sent again gives the same answer and takes effect once."""

    command_id: UUID
    record_ids: Ids

    def records(self) -> tuple[str, ...]:
        return tuple(str(record_id) for record_id in self.record_ids)


class SubmitForm(Command):
    slot: Slot


class ReviewForm(Command):
    pass


class ReturnForm(Command):
    slot: Slot = Field(description="the slot that acts")
    to_slot: Slot = Field(description="the slot that has to correct")
    reason: ReasonText


class HoldForm(Command):
    slot: Literal["homeroom", "principal"]
    reason: ReasonText


class ReleaseForm(Command):
    slot: Literal["homeroom", "principal"]


class DeadlineForm(Form):
    command_id: UUID
    policy_version: Whole = Field(ge=1)
    due_at: Moment


class OpenForm(Form):
    class_id: UUID
    term: Term


class OpenedView(BaseModel):
    id: UUID
    pupils: int
    due_at: datetime


class FailureView(BaseModel):
    record_id: str
    code: str
    slot: str = Field(default="", description="the subject whose sheet failed; empty for the record's own papers")


class OutcomeView(BaseModel):
    """The answer to a decision: which records went along, which did not and why."""

    seq: int
    done: list[str]
    failed: list[FailureView]
    stage: str


class ClassTermView(BaseModel):
    id: UUID
    class_name: str
    school_year: str
    term: str
    stage: Stage
    pupils: int
    held: int
    counts: dict[Stage, int]
    due_at: datetime
    overdue: bool


class RecordView(BaseModel):
    record_id: UUID
    order_no: int
    full_name: str
    pupil_code: str
    stage: Stage
    revision: int
    held: bool
    open_slots: list[str]
    unsigned_slots: list[str]


class SlotView(BaseModel):
    slot: str
    name: str
    submitted: int
    signed: int


class ClassTermDetail(BaseModel):
    id: UUID
    class_name: str
    school_year: str
    term: str
    stage: str
    my_slots: list[str]
    due_at: datetime
    policy_version: int
    records: list[RecordView]
    slots: list[SlotView]


class DocumentView(BaseModel):
    document_id: UUID
    kind: str
    slot: str
    part: int
    state: str
    lookup_code: str
    sha256: str
    size: int
    sealed_at: datetime | None
    pupils: int
    level: str = Field(description="PAdES level of its last signature; +ERS: time proven by evidence only")
    is_proven: bool = Field(description="whether time and signers' status are proven: it can be handed over")


class AuditView(BaseModel):
    seq: int
    detail: dict[str, object]
    prev_hash: str
    hash: str
    created_at: datetime


class ReviewView(BaseModel):
    """A pupil whose personal id does not fit the other data; `code` says in what."""

    class_name: str
    full_name: str
    pupil_code: str
    code: str


class DeadlineView(BaseModel):
    policy_version: int
