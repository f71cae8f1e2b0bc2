"""A reason that somebody gives for a return or a hold, as forms carry it."""

from typing import Final
from uuid import UUID

from pydantic import BaseModel, Field

from api.pages.language import marked as _
from domain.reasons import is_reason

NO_REASON: Final = _("Hãy chọn hoặc ghi lý do (từ 3 đến 1000 ký tự).")


class Reasons(BaseModel):
    """One or more of the common reasons, words of one's own, or both."""

    command_id: UUID
    common: list[str] = Field(default_factory=list)
    reason: str = ""

    def text(self) -> str:
        return " ".join(each.strip() for each in (*self.common, self.reason) if each.strip())

    def problem(self) -> str:
        """Why this cannot be kept as a reason, or nothing."""
        return "" if is_reason(self.text()) else NO_REASON
