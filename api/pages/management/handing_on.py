"""What forms say of a change of hands: from which day, until which, to whom and why."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import Form
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.deps import now, today
from api.pages.language import gettext
from domain.calendar import end_of_day, start_of_day
from domain.errors import Invalid, NotFound
from domain.reasons import NO_REASON, in_one_line, is_reason
from storage.staffing import Person
from storage.tables import Staff

_FARTHEST: Final = timedelta(days=800)


@dataclass(frozen=True)
class ChangeForm:
    """As it was typed, to be shown again where it is refused."""

    tu: str
    den: str
    reason: str
    command_id: UUID
    thay: str = ""

    @property
    def at(self) -> datetime:
        """Today means this very moment: what was signed this morning stays what it was."""
        day = day_of_text(self.tu, "Từ ngày")
        return now() if day == today() else start_of_day(day)

    @property
    def until(self) -> datetime | None:
        return end_of_day(day_of_text(self.den, "Đến hết ngày")) if self.den.strip() else None

    @property
    def why(self) -> tuple[UUID, str]:
        """The reason, under the id of the command. Raises Invalid for one that says nothing."""
        text = in_one_line(self.reason)
        if not is_reason(text):
            raise Invalid(NO_REASON)
        return self.command_id, text


def empty_form() -> ChangeForm:
    return ChangeForm(today().isoformat(), "", "", uuid4())


async def change_form(
    command_id: Annotated[UUID, Form()],
    tu: Annotated[str, Form()] = "",
    den: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    thay: Annotated[str, Form()] = "",
) -> ChangeForm:
    return ChangeForm(tu, den, reason, command_id, thay)


async def asked_for(thay: str = "", tu: str = "", den: str = "") -> ChangeForm:
    """What a preview is asked for, in the address."""
    return ChangeForm(tu or today().isoformat(), den, "", uuid4(), thay)


def day_of_text(text: str, label: str) -> date:
    """A day as a browser sends it. Raises Invalid for none, and for one that is years away."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid(gettext("%(label)s: hãy chọn một ngày.") % {"label": gettext(label)}) from error
    if abs(day - today()) > _FARTHEST:
        raise Invalid(gettext("%(label)s: ngày này quá xa, hãy xem lại năm.") % {"label": gettext(label)})
    return day


def id_of_text(text: str) -> UUID:
    """Somebody chosen from a list. Raises Invalid where nobody was."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid("Hãy chọn người nhận việc.") from error


def staff_of_school(session: Session, staff_id: UUID, person: Person) -> Staff:
    query = select(Staff).where(Staff.id == staff_id, Staff.school_id == person.school_id)
    found = session.scalars(query).first()
    if found is None:
        raise NotFound("Không tìm thấy người này trong trường.")
    return found
