"""What the forms of handovers say: who leaves, from when until when, and who is to have what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID, uuid4

from pydantic import BaseModel

from api.deps import now, today
from api.handovers import Wanted
from api.pages.management.handing_on import day_of_text
from domain.calendar import TIMEZONE, end_of_day
from domain.errors import Invalid
from domain.matters.handover_messages import ItemAsked
from domain.matters.handovers import HandoverKind
from domain.reasons import NO_REASON, in_one_line, is_reason
from storage.handovers.holding import Held


@dataclass(frozen=True)
class HandoverForm:
    """As it was typed, to be shown again where it is refused; `chosen` by the key of a part."""

    command_id: UUID
    loai: str = ""
    nguoi: str = ""
    tu: str = ""
    gio: str = ""
    den: str = ""
    reason: str = ""
    thay: str = ""
    chosen: Mapping[str, str] | None = None

    @property
    def kind(self) -> HandoverKind | None:
        return HandoverKind(self.loai) if self.loai in set(HandoverKind) else None

    @property
    def staff_id(self) -> UUID | None:
        try:
            return UUID(self.nguoi)
        except ValueError:
            return None

    @property
    def effective_at(self) -> datetime:
        """Today without an hour means this very moment. Raises Invalid."""
        day = day_of_text(self.tu, "Từ ngày")
        if not self.gio.strip() and day == today():
            return now()
        try:
            hour = time.fromisoformat(self.gio.strip() or "00:00")
        except ValueError as error:
            raise Invalid("Giờ phải có dạng 07:30.") from error
        return datetime.combine(day, hour.replace(tzinfo=None), TIMEZONE)

    @property
    def until(self) -> datetime | None:
        return end_of_day(day_of_text(self.den, "Đến hết ngày")) if self.den.strip() else None

    @property
    def why(self) -> str:
        text = in_one_line(self.reason)
        if not is_reason(text):
            raise Invalid(NO_REASON)
        return text

    def taker(self, key: str) -> str:
        """Who is chosen for a part: by its own line, else the one for all."""
        return self.thay if self.chosen is None else self.chosen.get(key, "")

    def wanted(self, kind: HandoverKind, staff_id: UUID, held: Mapping[str, Held]) -> Wanted:
        """Raises Invalid for what cannot be read."""
        items = tuple(_item(held[key], taker) for key, taker in (self.chosen or {}).items() if taker and key in held)
        until = self.until if kind.is_temporary or kind.may_come_back else None
        return Wanted(self.command_id, kind, staff_id, self.why, self.effective_at, until, items)


def key_of(held: Held) -> str:
    return f"{held.class_id or ''}/{held.slot or held.role}"


def _item(held: Held, taker: str) -> ItemAsked:
    try:
        successor = UUID(taker)
    except ValueError as error:
        raise Invalid("Hãy chọn người nhận việc.") from error
    return ItemAsked(str(held.class_id or ""), held.slot, held.role, str(successor))


class AskedForm(BaseModel):
    """Who leaves, why and when: about somebody, so it is sent and stands in no address."""

    loai: str = ""
    nguoi: str = ""
    tu: str = ""
    gio: str = ""
    den: str = ""
    thay: str = ""

    def form(self) -> HandoverForm:
        typed = self.model_dump() | {"tu": self.tu or today().isoformat()}
        return HandoverForm(command_id=uuid4(), **typed)


class SentForm(BaseModel):
    """What is sent; each part comes as its key and who is to have it, "class/slot/person".

    `thay` has every part for which nobody else is chosen.
    """

    command_id: UUID
    loai: str = ""
    nguoi: str = ""
    tu: str = ""
    gio: str = ""
    den: str = ""
    reason: str = ""
    thay: str = ""
    phan: list[str] = []

    def form(self) -> HandoverForm:
        chosen = {each.rpartition("/")[0]: each.rpartition("/")[2] or self.thay for each in self.phan}
        return HandoverForm(**self.model_dump(exclude={"phan"}), chosen=chosen)
