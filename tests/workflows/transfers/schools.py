"""Two schools between which pupils move: real workflows and a real database, only keys and papers are pretended."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from api.transfers import Transfers
from domain.assessment import Term
from domain.calendar import day_of
from domain.curriculum import PRINCIPAL, SEAL
from domain.decisions import Action, Decision
from domain.duties import Duty
from domain.errors import DomainError
from domain.matters.signing import action_of
from domain.transfers.messages import TransferDeed, TransferStanding
from domain.transfers.phases import Deed, Phase
from storage import orders
from storage.campaigns import offices
from storage.database import Sessions
from storage.matters import papers, waits
from storage.opening import OpenedTerm, open_term
from storage.staffing import Person, person
from storage.tables import (
    Enrolment,
    PupilRow,
    SchoolAuthority,
    Staff,
    TermRecord,
    Transfer,
)
from storage.transfers.requesting import Application
from tests.factories import ClassCast, make_certificate, make_class, make_school
from tests.workflows.transfers.pretended import Pretended
from workflows.class_term import workflow_id
from workflows.messages import Outcome
from workflows.opening import opening_state
from workflows.starting import start_class_term
from workflows.transfer import transfer_workflow_id

DUE = datetime(2099, 1, 15, 17, tzinfo=UTC)
_NUMBERS = count(1)


@dataclass
class LiveBook:
    """An open class-term whose workflow runs."""

    client: Client
    opened: OpenedTerm
    cast: ClassCast

    @property
    def records(self) -> tuple[str, ...]:
        return tuple(str(each) for each in self.opened.record_ids)

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        found = self.opened
        return self.client.get_workflow_handle(workflow_id(found.school_year, str(found.class_id), found.term.value))

    async def do(self, action: Action, slot: str, *records: str, **more: Any) -> Outcome:  # noqa: ANN401
        decision = Decision(action, slot, records or self.records, actor_id=str(self.cast.who(slot)), **more)
        answer: Outcome = await self.handle.execute_update(action.value, decision, id=str(uuid4()), result_type=Outcome)
        return answer

    async def is_refused(self, action: Action, slot: str, *records: str) -> bool:
        try:
            await self.do(action, slot, *records)
        except WorkflowUpdateFailedError:
            return True
        return False

    async def state(self, record: str) -> dict[str, Any] | None:
        found = await self.handle.query("snapshot")
        state: dict[str, Any] | None = found["records"].get(record)
        return state


@dataclass
class Journey:
    """A pupil of the first school who goes to the second one, and everybody who has to do with it."""

    sessions: Sessions
    client: Client
    pretended: Pretended
    old: ClassCast
    new: ClassCast
    officer: UUID
    matter_id: UUID = field(default_factory=uuid4)

    @property
    def transfers(self) -> Transfers:
        return Transfers(self.client, self.sessions)

    @property
    def handle(self) -> WorkflowHandle[Any, str]:
        return self.client.get_workflow_handle(transfer_workflow_id(self.matter_id))

    def person(self, staff_id: UUID) -> Person:
        with self.sessions() as session:
            found = person(session, datetime.now(UTC), Staff.id == staff_id)
        assert found is not None
        return found

    def pupil(self, which: int = 0) -> PupilRow:
        with self.sessions() as session:
            query = select(PupilRow).join(Enrolment, Enrolment.pupil_id == PupilRow.id)
            return session.scalars(
                query.where(Enrolment.class_id == self.old.class_id).order_by(Enrolment.order_no)
            ).all()[which]

    def application(self, **more: Any) -> Application:  # noqa: ANN401
        pupil = self.pupil()
        values: dict[str, Any] = {
            "matter_id": self.matter_id, "command_id": str(self.matter_id), "arrives": True,
            "pupil": pupil.pupil_code, "birth_date": pupil.birth_date, "requested_on": day_of(datetime.now(UTC)),
            "reason": "Mẹ làm đơn: gia đình chuyển chỗ ở.",
        }  # fmt: skip
        return Application(**(values | more))

    async def request(self, **more: Any) -> None:  # noqa: ANN401
        clerk = self.new.school.clerk if more.get("arrives", True) else self.old.school.clerk
        await self.transfers.request(self.person(clerk), self.application(**more))

    async def act(
        self,
        deed: Deed,
        staff_id: UUID,
        reason: str = "",
        command_id: str = "",
        **more: Any,  # noqa: ANN401
    ) -> TransferStanding:
        number = more.pop("register_no", "")
        act = TransferDeed(str(self.matter_id), deed, str(staff_id), command_id or str(uuid4()), **more)
        return await self.transfers.act(self.person(staff_id), act, reason, number)

    async def accept(self, **more: Any) -> None:  # noqa: ANN401
        await self.act(Deed.ACCEPT, self.new.school.principal, class_id=str(self.new.class_id), **more)

    async def release(self) -> None:
        await self.act(Deed.RELEASE, self.old.school.principal)

    async def sign(self, signed: str = PRINCIPAL) -> None:
        """The paper's signature, as a confirmed order sends it."""
        staff_id = self.old.who(signed)
        with self.sessions.begin() as session:
            paper = str(papers.current_id(session, self.matter_id))
            certificate = make_certificate(session, staff_id)
            order_id = uuid4()
            orders.insert_order(
                session, datetime.now(UTC), id=order_id, matter_id=self.matter_id, action=action_of(signed).value,
                slot=signed, staff_id=staff_id, certificate_id=certificate.id, record_ids=[paper],
            )  # fmt: skip
        action = action_of(signed)
        decision = Decision(
            action, signed, (paper,), actor_id=str(staff_id), order_id=str(order_id), matter_id=str(self.matter_id)
        )
        await self.handle.execute_update(action.value, decision, id=str(order_id), result_type=Outcome)

    async def write(self) -> None:
        await self.reach(Phase.WRITING)
        await self.sign(PRINCIPAL)
        await self.until(lambda: "seal" in self.waits())
        await self.sign(SEAL)
        await self.reach(Phase.CHECKING)

    async def confirm(self) -> None:
        await self.act(Deed.CONFIRM, self.new.school.clerk, register_no=" 12/2026 ")

    async def up_to(self, phase: Phase) -> None:
        """Everything that leads to a phase in which somebody is waited for."""
        await self.request()
        ahead: dict[Phase, Callable[[], Awaitable[None]]] = {
            Phase.REQUESTED: self.accept,
            Phase.ACCEPTED: self.release,
            Phase.WRITING: self.write,
            Phase.CHECKING: self.confirm,
        }
        for each, go_on in ahead.items():
            await self.reach(each)
            if each is phase:
                return
            await go_on()
        await self.reach(phase)

    def row(self) -> Transfer:
        with self.sessions() as session:
            return session.get_one(Transfer, self.matter_id)

    def waits(self) -> set[str]:
        with self.sessions() as session:
            return {each.what for each in waits.of_matter(session, self.matter_id)}

    async def reach(self, phase: Phase) -> None:
        await self.until(lambda: self.row().phase == phase)

    async def until(self, found: Callable[[], bool], seconds: float = 20) -> None:
        for _ in range(int(seconds * 20)):
            if found():
                return
            await asyncio.sleep(0.05)
        raise TimeoutError(self.row().phase)

    async def open(self, cast: ClassCast, term: Term = Term.HK1) -> LiveBook:
        with self.sessions.begin() as session:
            opened = open_term(session, cast.class_id, term, DUE)
        await start_class_term(self.client, opening_state(opened))
        return LiveBook(self.client, opened, cast)

    def enrolments(self) -> list[Enrolment]:
        """Of the pupil, oldest first."""
        with self.sessions() as session:
            row = session.get_one(Transfer, self.matter_id)
            query = select(Enrolment).where(Enrolment.pupil_id == row.pupil_id)
            return list(session.scalars(query.order_by(Enrolment.left_on.is_(None), Enrolment.joined_on)))

    def record(self, record_id: str) -> TermRecord:
        with self.sessions() as session:
            return session.get_one(TermRecord, UUID(record_id))

    def record_in(self, book: LiveBook) -> str:
        """The pupil's record in the new school's book."""
        with self.sessions() as session:
            query = select(TermRecord.id).where(
                TermRecord.class_term_id == book.opened.class_term_id,
                TermRecord.enrolment_id == session.get_one(Transfer, self.matter_id).to_enrolment_id,
            )
            return str(session.scalars(query).one())


def make_journey(sessions: Sessions, client: Client, pretended: Pretended, grade: int = 1, **more: Any) -> Journey:  # noqa: ANN401
    number = 10 * next(_NUMBERS)
    with sessions.begin() as session:
        old, new = (make_class(session, make_school(session, number + each), f"{grade}A1", **more) for each in (1, 2))
        authority = session.scalars(
            select(SchoolAuthority.authority_id).where(SchoolAuthority.school_id == old.school.school_id)
        ).one()
        officer = offices.add_officer(
            session, authority, (f"0791{number:08}", "Chuyên viên Mẫu"), Duty.OFFICE_HEAD, datetime.now(UTC)
        )
    return Journey(sessions, client, pretended, old, new, officer)


async def refused(call: Awaitable[Any]) -> str:
    """Why something was refused."""
    with pytest.raises((DomainError, WorkflowUpdateFailedError, RPCError)) as error:
        await call
    if isinstance(error.value, WorkflowUpdateFailedError):
        assert isinstance(error.value.cause, ApplicationError)
        return error.value.cause.message
    return str(error.value)
