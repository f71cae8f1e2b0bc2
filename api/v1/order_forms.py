"""What signers send and get: orders, confirmations, and what their own devices exchange."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Base64Bytes, BaseModel, Field, SecretStr, model_validator

from api.errors import Problem
from api.v1.forms import FailureView, Form, Ids, OutcomeView, Slot, Whole


class OrderForm(Form):
    order_id: UUID
    action: Literal["sign", "approve", "seal"]
    slot: Slot
    more_slots: list[Slot] = Field(default=[], max_length=20, description="further subjects that the teacher signs")
    record_ids: Ids

    def slots(self) -> tuple[str, ...]:
        return (self.slot, *self.more_slots)

    @model_validator(mode="after")
    def name_each_slot_once(self) -> Self:
        if len(set(self.slots())) != len(self.slots()):
            raise ValueError("a slot is named twice")
        return self


class ConfirmForm(Form):
    """`passphrase` is the key's passphrase or PIN; none for a key that asks its owner by itself."""

    order_ids: Ids
    passphrase: SecretStr = SecretStr("")


class RawSignatureForm(Form):
    position: Whole = Field(ge=0, le=10_000)
    value: Annotated[Base64Bytes, Field(max_length=2048)]


class RawSignaturesForm(Form):
    signatures: list[RawSignatureForm] = Field(min_length=1, max_length=500)


class ToSignView(BaseModel):
    """One item for a token: `to_be_signed` is what is hashed and signed (signed attributes, DER)."""

    position: int
    to_be_signed: Base64Bytes
    digest: str = Field(description="hex, by the mechanism's hash function")


class DigestsView(BaseModel):
    """What a person's own token is to sign, with which certificate and how."""

    order_id: UUID
    summary: str
    certificate_sha256: str
    mechanism: str
    items: list[ToSignView]


class TroubleView(BaseModel):
    """Why an order waits, or why it ended."""

    code: str
    message: str


class OrderView(BaseModel):
    """An order: what is ready to be signed, and where it stands. One that waits (`trouble`) goes on by itself."""

    order_id: UUID
    state: Literal["preparing", "prepared", "asked", "signed", "completed", "failed"]
    level: str = Field(description="PAdES level of its signatures; B-B+ERS: time proven by an evidence record")
    papers: int
    record_ids: list[str]
    slots: list[str]
    failed: list[FailureView]
    expires_at: datetime
    trouble: TroubleView | None = None
    warning: str = Field(default="", description="what the signer should know before confirming")


class ConfirmedView(BaseModel):
    """What became of one order: the class-term's answer, why it did not go through, or that it waits."""

    order_id: UUID
    outcome: OutcomeView | None = None
    problem: Problem | None = None
    waits: bool = False
