"""A school in which work is handed over, with a clock that tests turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from domain.errors import NotAllowed
from domain.matters.handovers import Deed, HandoverKind, HandoverState
from storage import journal, registration, staffing
from storage.handovers import opening, steps
from storage.handovers.deciding import Case, case_of
from storage.handovers.opening import NewHandover, Wish
from storage.handovers.steps import Move
from storage.staffing import Signer
from tests.factories import SINCE, OpenBook, make_certificate, make_staff, open_book

NOW = datetime(2026, 12, 1, 3, 0, 0, 250_000, tzinfo=UTC)
AT = datetime(2026, 12, 10, tzinfo=UTC)
UNTIL = AT + timedelta(days=60)
INSTANT = timedelta(microseconds=1)


@dataclass
class Stage:
    """A book with its people; the homeroom teacher teaches everything but music."""

    session: Session
    book: OpenBook
    now: datetime = NOW
    serial: int = 900
    wishes: dict[tuple[str, str], UUID] = field(default_factory=dict)

    @classmethod
    def make(cls, session: Session) -> "Stage":
        stage = cls(session, open_book(session))
        for staff_id in (stage.leaver, stage.head, stage.book.cast.music):
            make_certificate(session, staff_id)
        return stage

    @property
    def school_id(self) -> UUID:
        return self.book.cast.school.school_id

    @property
    def class_id(self) -> UUID:
        return self.book.cast.class_id

    @property
    def leaver(self) -> UUID:
        return self.book.cast.homeroom

    @property
    def head(self) -> UUID:
        return self.book.cast.school.principal

    def newcomer(self, *, equipped: bool = True) -> UUID:
        self.serial += 1
        staff_id = make_staff(self.session, self.school_id, self.serial)
        if equipped:
            make_certificate(self.session, staff_id)
        return staff_id

    def office(self, role: str, title: str, staff_id: UUID | None = None) -> UUID:
        holder = staff_id or self.newcomer()
        registration.add_position(self.session, self.school_id, holder, role, title, (SINCE, None))
        return holder

    def reason(self, text: str = "Theo quyết định của trường") -> UUID:
        reason_id = uuid4()
        journal.add_reason(self.session, reason_id, self.school_id, self.head, text)
        return reason_id

    def clock(self) -> datetime:
        return self.now

    def open(
        self,
        kind: HandoverKind,
        wishes: Mapping[str, UUID | None] | None = None,
        *,
        who: UUID | None = None,
        by: UUID | None = None,
        at: datetime = AT,
        until: datetime | None = None,
    ) -> "Handing":
        """`wishes`: by slot of the class, or by role of an office."""
        matter_id = uuid4()
        new = NewHandover(
            matter_id, kind, self.school_id, by or self.head, who or self.leaver, self.reason(), at, until,
            tuple(self._wish(name, staff_id) for name, staff_id in (wishes or {}).items()),
        )  # fmt: skip
        if opening.open_handover(self.session, new, self.clock):
            steps.begin(self.session, matter_id, self.clock)
        self.session.expire_all()
        return Handing(self, matter_id, new)

    def _wish(self, name: str, staff_id: UUID | None) -> Wish:
        is_office = name in {"principal", "vice_principal", "seal_clerk", "system_admin"}
        return Wish((None, "", name) if is_office else (self.class_id, name, ""), staff_id)

    def signer(self, slot: str, at: datetime) -> Signer | None:
        try:
            return staffing.signer_of(self.session, self.class_id, slot, at)
        except NotAllowed:
            return None

    def holder(self, slot: str, at: datetime) -> UUID | None:
        found = self.signer(slot, at)
        return found.staff_id if found else None

    def holders(self, slot: str, *moments: datetime) -> list[UUID | None]:
        return [self.holder(slot, at) for at in moments]


@dataclass
class Handing:
    """One handover of it."""

    stage: Stage
    id: UUID
    new: NewHandover

    @property
    def case(self) -> Case:
        self.stage.session.expire_all()
        return case_of(self.stage.session, self.id)

    def state(self) -> HandoverState:
        return self.case.state

    def do(
        self,
        deed: Deed,
        staff_id: UUID,
        *,
        reason: str = "",
        items: tuple[UUID, ...] = (),
        successor_id: UUID | None = None,
        at: datetime | None = None,
        command: str = "",
    ) -> bool:
        reason_id = self.stage.reason(reason) if reason else None
        move = Move(deed, command or str(uuid4()), staff_id, reason_id, items, successor_id, at)
        with self.stage.session.begin_nested():
            return steps.take(self.stage.session, self.id, move, self.stage.clock)

    def item(self, name: str) -> UUID:
        return next(each.id for each in self.case.items if name in {each.slot, each.role})

    def tick(self) -> None:
        steps.tick(self.stage.session, self.id, None, self.stage.now)
