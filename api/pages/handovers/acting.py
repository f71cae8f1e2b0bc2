"""What people do in a handover: one address for each deed, each asked once by its command."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, status
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep
from api.guard import allow
from api.handovers import WantedStep
from api.pages.handovers.reading import values_of
from api.pages.management.handing_on import day_of_text
from api.pages.templating import page
from domain.calendar import start_of_day
from domain.duties import STAFF
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.matters.handovers import Deed
from domain.reasons import NO_REASON, in_one_line, is_reason

router = APIRouter(include_in_schema=False, prefix="/ban-giao")
DEEDS: Final[Mapping[str, Deed]] = {
    "xac-nhan": Deed.CONFIRM,
    "quyet-dinh": Deed.OVERRIDE,
    "nhan": Deed.ACCEPT,
    "tu-choi": Deed.DECLINE,
    "chon-nguoi": Deed.NAME_SUCCESSOR,
    "huy": Deed.CANCEL,
    "tra-lai": Deed.RETURN,
    "da-bao": Deed.REPORT,
    "khong-nguoi-giao": Deed.WITHOUT_GIVER,
}
_WITH_REASON: Final = frozenset({Deed.OVERRIDE, Deed.DECLINE, Deed.CANCEL, Deed.WITHOUT_GIVER})


@dataclass(frozen=True)
class StepForm:
    """As it was typed; `phan` are the parts that it is about."""

    command_id: UUID
    reason: str
    thay: str
    ngay: str
    phan: tuple[str, ...]

    def wanted(self, deed: Deed) -> WantedStep:
        """Raises Invalid for what cannot be read."""
        text = in_one_line(self.reason)
        if deed in _WITH_REASON and not is_reason(text):
            raise Invalid(NO_REASON)
        return WantedStep(
            deed,
            self.command_id,
            text if deed in _WITH_REASON else "",
            _ids(self.phan),
            _ids((self.thay,))[0] if self.thay else None,
            self._day if deed is Deed.RETURN else None,
        )

    @property
    def _day(self) -> datetime | None:
        """Without a day: now."""
        return start_of_day(day_of_text(self.ngay, "Từ ngày")) if self.ngay.strip() else None


def _ids(texts: tuple[str, ...]) -> tuple[UUID, ...]:
    try:
        return tuple(UUID(each) for each in texts)
    except ValueError as error:
        raise Invalid("Hãy chọn phần việc và người nhận trong danh sách.") from error


async def step_form(
    command_id: Annotated[UUID, Form()],
    reason: Annotated[str, Form()] = "",
    thay: Annotated[str, Form()] = "",
    ngay: Annotated[str, Form()] = "",
    phan: Annotated[list[str] | None, Form()] = None,
) -> StepForm:
    return StepForm(command_id, reason, thay, ngay, tuple(phan or ()))


@router.post("/{handover_id}/{viec}")
@allow(STAFF)
async def act(
    request: Request,
    handover_id: UUID,
    viec: str,
    person: CurrentPerson,
    found: ServicesDep,
    form: Annotated[StepForm, Depends(step_form)],
) -> Response:
    """Take a step; whoever has no part in the handover does not find it."""
    values = await asyncio.to_thread(values_of, found, person, handover_id)
    if viec not in DEEDS:
        raise NotFound("Không tìm thấy việc này.")
    deed = DEEDS[viec]
    try:
        await found.handovers.step(person, handover_id, form.wanted(deed))
    except (Conflict, Invalid, NotAllowed) as refused:
        typed = {"deed": deed.value, "reason": form.reason}
        return page(
            found, request, "handovers/one.html", status=422, **values, done="", problem=refused.message, typed=typed
        )
    return RedirectResponse(f"/ban-giao/{handover_id}?xong={deed.value}", status.HTTP_303_SEE_OTHER)
