"""A hand-written `Approvals` that remembers what it was asked and refuses on demand, where only HTTP matters."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from activities.orders import PreparedOrder
from api.approvals import Approvals
from api.campaigns import Campaigns
from api.handovers import Handovers
from api.transfers import Transfers
from domain.deadlines import Deadline
from domain.decisions import Decision
from domain.matters.corrections import CorrectionCommand
from domain.transfers.messages import TransferDeed, TransferStanding
from storage.database import Sessions
from storage.staffing import Person
from storage.transfers import steps
from storage.transfers.requesting import Application
from workflows.messages import ClassTermState, Outcome


@dataclass
class FakeApprovals(Approvals):
    """Every decision goes through, each command id once; `refuses` is raised instead when it is set."""

    opened: list[str] = field(default_factory=list)
    prepared: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    carried: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    decided: dict[str, Decision] = field(default_factory=dict)
    corrected: dict[str, CorrectionCommand] = field(default_factory=dict)
    deadlines: list[Deadline] = field(default_factory=list)
    refuses: Exception | None = None
    refuses_orders: dict[str, Exception] = field(default_factory=dict)

    async def open_class_term(self, state: ClassTermState) -> None:
        self._refuse()
        self.opened.append(state.class_term_id)

    async def prepare(self, order_id: str, *, queues: bool = False) -> PreparedOrder:
        self._refuse()
        self.prepared.append(order_id)
        return PreparedOrder(order_id, 1, ())

    async def start_preparing(self, order_id: str, *, queues: bool = False) -> None:
        self._refuse()
        self.started.append(order_id)

    async def start_carrying(self, order_id: str, class_workflow_id: str) -> None:
        self._refuse()
        self.carried.append(order_id)

    async def decide(self, class_workflow_id: str, command_id: str, decision: Decision) -> Outcome:
        self._refuse()
        if command_id in self.refuses_orders:
            raise self.refuses_orders[command_id]
        kept = self.decided.setdefault(command_id, decision)
        return Outcome(list(self.decided).index(command_id) + 1, kept.record_ids, stage="entry")

    async def decide_correction(self, command: CorrectionCommand) -> None:
        self._refuse()
        self.corrected.setdefault(command.command_id, command)

    async def set_deadline(self, class_workflow_id: str, command_id: str, deadline: Deadline) -> int:
        self._refuse()
        self.deadlines.append(deadline)
        return deadline.policy_version

    async def start_sending(self, packet_id: str, urgency: int) -> None:
        self._refuse()
        self.sent.append(packet_id)

    async def ping(self) -> None:
        self._refuse()

    def _refuse(self) -> None:
        if self.refuses is not None:
            raise self.refuses


class FakeTransfers(Transfers):
    """Takes each decision at once, without a workflow; what would follow by itself does not."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def request(self, person: Person, application: Application) -> UUID:
        return UUID(self._open(person, application).matter_id)

    async def act(
        self, person: Person, deed: TransferDeed, reason: str = "", register_no: str = ""
    ) -> TransferStanding:
        if reason.strip():
            deed = replace(deed, reason_id=str(self._keep(person, deed, reason)))
        if register_no:
            self._keep_number(person, deed, register_no)
        with self._sessions.begin() as session:
            return steps.take(session, deed, datetime.now(UTC))


class _Asked:
    """Keeps what it is asked, and does nothing of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        self.refuses: Exception | None = None

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401
        if name.startswith("_") or name in {"asked", "refuses"}:
            return super().__getattribute__(name)

        async def take(person: Person, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            self.asked.append((name, (person, *arguments, *named.values())))
            if self.refuses is not None:
                raise self.refuses
            return uuid4() if name == "open" else 1000

        return take


class FakeCampaigns(_Asked, Campaigns):
    pass


class FakeHandovers(_Asked, Handovers):
    pass
