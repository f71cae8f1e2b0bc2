"""The clocks of a season's workflows: each has its own, and it goes on by itself from where it was turned to."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

_NONE = timedelta(0)


@dataclass
class Clocks:
    """A turn costs about a tenth of a second; the server allows two hundred in one go of a workflow."""

    client: Client
    turns: int = 0
    _ahead: dict[str, timedelta] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._skipper = TimeSkipper(self.client)

    async def bring(self, workflow_id: str, at: datetime, tolerance: timedelta = _NONE) -> None:
        """Turn a workflow's clock to a moment; everything that it waited for until then happens on the way.

        Nothing happens to a clock that is as far, or less than `tolerance` behind; what has ended waits for nothing.
        """
        wait = at - self._now(workflow_id)
        if wait <= tolerance:
            return
        try:
            await self._skipper.fast_forward(self.client.get_workflow_handle(workflow_id), wait)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        self._ahead[workflow_id] = at - datetime.now(UTC)
        self.turns += 1

    def _now(self, workflow_id: str) -> datetime:
        return datetime.now(UTC) + self._ahead.get(workflow_id, _NONE)
