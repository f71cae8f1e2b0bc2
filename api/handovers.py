"""What schools ask of the workflows of handovers; the database keeps the words, workflows carry ids and dates."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from temporalio.client import Client
from temporalio.exceptions import WorkflowAlreadyStartedError

from api.answers import PATIENCE, answered
from domain.errors import Conflict, NotFound
from domain.matters import MatterKind
from domain.matters.handover_messages import HandoverStep, ItemAsked, OpenHandover
from domain.matters.handovers import Deed, HandoverKind, HandoverStanding
from storage import journal
from storage.database import Sessions
from storage.staffing import Person
from storage.tables import Matter
from workflows.matter_starting import open_handover, step_handover

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Wanted:
    """A handover as a person asks for it; the command's id is the handover's."""

    command_id: UUID
    kind: HandoverKind
    staff_id: UUID
    reason: str
    effective_at: datetime
    until: datetime | None
    items: tuple[ItemAsked, ...]


@dataclass(frozen=True)
class WantedStep:
    """What a person does in a handover; the same command is one step."""

    deed: Deed
    command_id: UUID
    reason: str = ""
    items: tuple[UUID, ...] = ()
    successor_id: UUID | None = None
    at: datetime | None = None


class Handovers:
    def __init__(self, client: Client, sessions: Sessions, patience: timedelta = PATIENCE) -> None:
        self._client = client
        self._sessions = sessions
        self._patience = patience

    async def open(self, person: Person, wanted: Wanted) -> HandoverStanding:
        """Open a handover within the person's own school; opening it again changes nothing."""
        reason_id = await asyncio.to_thread(self._keep_reason, person, wanted.command_id, wanted.reason)
        asked = OpenHandover(
            str(wanted.command_id), wanted.kind.value, str(person.school_id), str(person.staff_id),
            str(wanted.staff_id), str(reason_id), wanted.effective_at, wanted.until, wanted.items,
        )  # fmt: skip
        try:
            return await self._answered(open_handover(self._client, asked))
        except WorkflowAlreadyStartedError as error:
            raise Conflict("Việc bàn giao này đã lập rồi.") from error

    async def step(self, person: Person, matter_id: UUID, wanted: WantedStep) -> HandoverStanding:
        """Raises NotFound for another school's handover, and what the rules refuse."""
        await asyncio.to_thread(self._require_own, person, matter_id)
        command_id, reason_id = str(wanted.command_id), ""
        if wanted.reason:
            reason_id = str(await asyncio.to_thread(self._keep_reason, person, wanted.command_id, wanted.reason))
        message = HandoverStep(
            str(matter_id), wanted.deed, str(person.staff_id), command_id, reason_id, tuple(map(str, wanted.items)),
            str(wanted.successor_id or ""), wanted.at,
        )  # fmt: skip
        return await self._answered(step_handover(self._client, message))

    def _require_own(self, person: Person, matter_id: UUID) -> None:
        with self._sessions() as session:
            matter = session.get(Matter, matter_id)
        if matter is None or (matter.school_id, matter.kind) != (person.school_id, MatterKind.HANDOVER):
            raise NotFound("Không tìm thấy việc bàn giao này.")

    def _keep_reason(self, person: Person, command_id: UUID, text: str) -> UUID:
        with self._sessions.begin() as session:
            return journal.keep_reason(session, command_id, person.school_id, person.staff_id, text)

    async def _answered(self, call: Awaitable[Answer]) -> Answer:
        return await answered(call, self._patience, lambda _: Conflict("Việc bàn giao này đã xong hoặc đã huỷ."))
