"""What a link to the signing dialog asks for."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from domain.curriculum import PRINCIPAL, SEAL
from domain.decisions import Action
from domain.errors import Invalid
from storage.signing_batches import Wish

Code = str
_NOTHING_ASKED = "Chưa chọn lớp nào để ký."
_UNREADABLE = "Đường dẫn ký không đúng; hãy mở lại từ trang việc của thầy/cô."


class AskForm(BaseModel):
    """`lop` are class-terms, all with the same `slot`s and of records `hs`; `muc` are single ones, "class-term:slot".

    Without `slot`: all that are the person's. Without `hs`: all records that wait. `tu` asks for what an earlier batch
    left unsigned.
    """

    viec: Literal["sign", "approve", "seal"] = "sign"
    slot: list[Code] = Field(default=[], max_length=30)
    lop: list[UUID] = Field(default=[], max_length=300)
    hs: list[UUID] = Field(default=[], max_length=1000)
    muc: list[str] = Field(default=[], max_length=600)
    tu: UUID | None = None

    @property
    def action(self) -> Action:
        return Action(self.viec)

    def wishes(self) -> list[Wish]:
        """One for each class-term, always in the same order. Raises Invalid when nothing is named."""
        slots = {"approve": {PRINCIPAL}, "seal": {SEAL}}.get(self.viec, set(self.slot))
        by_class: dict[UUID, set[str]] = {each: set(slots) for each in self.lop}
        for named in self.muc:
            class_term_id, _, listed = named.partition(":")
            by_class.setdefault(_uuid(class_term_id), set()).update(filter(None, listed.split(",")))
        if not by_class:
            raise Invalid(_NOTHING_ASKED)
        records = tuple(sorted(str(each) for each in self.hs))
        return [Wish(each, tuple(sorted(by_class[each])), records) for each in sorted(by_class)]


class OpenForm(AskForm):
    """The same, to be prepared: `command_id` becomes the batch's own id, so that pressing twice opens one."""

    command_id: UUID


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid(_UNREADABLE) from error
