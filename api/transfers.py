"""What people at two schools ask of a transfer's workflow; the database keeps their words, the workflow carries ids."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from temporalio.client import Client

from api.answers import PATIENCE, answered
from domain.brakes import PUPIL_BRAKES
from domain.errors import Conflict, NotAllowed, NotFound
from domain.transfers.messages import TransferDeed, TransferStanding
from domain.transfers.phases import NEEDS_REASON, OVER, Deed
from storage import attempts, journal
from storage.attempts import Try
from storage.database import Sessions
from storage.matters import steps
from storage.staffing import Person
from storage.tables import Transfer
from storage.transfers import dues, requesting
from storage.transfers import steps as steps_of
from storage.transfers.requesting import Application
from workflows.starting import send_deed, start_transfer

_TOO_OFTEN: Final = "Đã nhập sai mã hoặc ngày sinh nhiều lần. Thầy/cô hãy đối chiếu lại giấy tờ rồi thử lại sau."
_OVER: Final = "Việc chuyển trường này đã kết thúc."


class Transfers:
    def __init__(self, client: Client, sessions: Sessions, patience: timedelta = PATIENCE) -> None:
        self._client = client
        self._sessions = sessions
        self._patience = patience

    async def request(self, person: Person, application: Application) -> UUID:
        """Open a transfer; the same command opens it once. Raises what `requesting.open_transfer` raises."""
        standing = await asyncio.to_thread(self._open, person, application)
        await answered(start_transfer(self._client, standing), self._patience, lambda _: Conflict(_OVER))
        return UUID(standing.matter_id)

    async def act(
        self, person: Person, deed: TransferDeed, reason: str = "", register_no: str = ""
    ) -> TransferStanding:
        """Have it take a decision; raises the refusal. What is typed with it stays in the database."""
        standing, known = await asyncio.to_thread(self._standing, deed)
        if known:
            return standing
        if standing.phase in OVER:
            raise Conflict(_OVER)
        if reason.strip():
            deed = replace(deed, reason_id=str(await asyncio.to_thread(self._keep, person, deed, reason)))
        elif deed.deed in NEEDS_REASON:
            raise NotAllowed(f"Việc “{deed.deed.label}” phải có lý do.")
        if deed.deed in {Deed.CONFIRM, Deed.OVERRULE}:
            await asyncio.to_thread(self._keep_number, person, deed, register_no)
        return await answered(send_deed(self._client, standing, deed), self._patience, lambda _: Conflict(_OVER))

    def _open(self, person: Person, application: Application) -> TransferStanding:
        """A try for a pupil of another school is counted until it was right."""
        attempt = self._tried(person) if application.arrives else None
        with self._sessions.begin() as session:
            matter = requesting.open_transfer(session, person, application, datetime.now(UTC))
            if attempt is not None:
                attempts.take_back(session, attempt)
            return dues.standing(session, session.get_one(Transfer, matter.id))

    def _tried(self, person: Person) -> UUID:
        tried = Try("pupil", str(person.staff_id), "")
        with self._sessions.begin() as session:
            attempt, _until = attempts.begin(session, tried, PUPIL_BRAKES, datetime.now(UTC))
        if attempt is None:
            raise NotAllowed(_TOO_OFTEN)
        return attempt

    def _standing(self, deed: TransferDeed) -> tuple[TransferStanding, bool]:
        """Where it stands, and whether this command has taken effect."""
        with self._sessions() as session:
            row = session.get(Transfer, UUID(deed.matter_id))
            if row is None:
                raise NotFound("Không tìm thấy việc chuyển trường này.")
            return dues.standing(session, row), steps.known(session, row.matter_id, deed.command_id) is not None

    def _keep_number(self, person: Person, deed: TransferDeed, text: str) -> None:
        with self._sessions.begin() as session:
            steps_of.keep_register_no(session, UUID(deed.matter_id), person.staff_id, text, datetime.now(UTC))

    def _keep(self, person: Person, deed: TransferDeed, text: str) -> UUID:
        command_id = UUID(deed.command_id)
        with self._sessions.begin() as session:
            return journal.keep_reason(session, command_id, person.school_id, person.staff_id, text.strip())
