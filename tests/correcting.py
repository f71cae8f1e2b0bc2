"""People who correct: commands about unlocks and recalls, and what their matters tell the class-term."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.matters import MatterKind
from domain.matters.corrections import CorrectionCommand, CorrectionPlan, Deed
from storage import journal, registration
from storage.corrections import deeds
from storage.matters import waits
from storage.tables import Matter, MatterEvent, Notice
from tests.factories import NOW, SINCE, OpenBook, make_staff

ADMIN_SERIAL = 77


def make_admin(session: Session, school_id: UUID, number: int) -> UUID:
    admin = make_staff(session, school_id, 100 * number + ADMIN_SERIAL)
    registration.add_position(session, school_id, admin, "system_admin", "Quản trị hệ thống", (SINCE, None))
    return admin


@dataclass
class Correction:
    """One matter; each command goes the way that the workflow's activity goes."""

    book: OpenBook
    kind: MatterKind
    id: UUID = field(default_factory=uuid4)
    at: datetime = NOW + timedelta(hours=5)

    @property
    def session(self) -> Session:
        return self.book.session

    def command(self, deed: Deed, staff_id: UUID, reason: str = "Nhập nhầm điểm.", **more: Any) -> CorrectionCommand:  # noqa: ANN401
        return CorrectionCommand(
            self.kind.value, str(self.id), deed, str(staff_id), command_id=more.pop("command_id", "") or str(uuid4()),
            reason_id=self.reason(staff_id, reason) if reason else "", class_term_id=str(self.book.id), **more,
        )  # fmt: skip

    def reason(self, staff_id: UUID, text: str) -> str:
        reason_id = uuid4()
        journal.add_reason(self.session, reason_id, None, staff_id, text)
        return str(reason_id)

    def do(self, deed: Deed, staff_id: UUID, **more: Any) -> CorrectionCommand:  # noqa: ANN401
        """Take a decision, and have the class-term take what follows from it."""
        self.at += timedelta(minutes=1)
        command = self.command(deed, staff_id, **more)
        deeds.take(self.session, command, self.at)
        self.session.expire_all()
        return command

    def plan(self) -> CorrectionPlan:
        return deeds.plan(self.session, self.id)

    def tell_books(self, *books: OpenBook) -> None:
        by_id = {str(book.id): book for book in (self.book, *books)}
        for order in self.plan().books:
            by_id[order.class_term_id].take(order.decision, order.command_id)

    def ring(self, key: str, at: datetime | None = None) -> None:
        """Let the alarm that begins with `key` go off."""
        due = next(each for each in self.plan().alarms if each.key.startswith(key))
        deeds.alarm(self.session, self.id, due, at or due.at)

    @property
    def state(self) -> str:
        self.session.expire_all()
        return self.session.get_one(Matter, self.id).state

    @property
    def diary(self) -> list[str]:
        query = select(MatterEvent.deed).where(MatterEvent.matter_id == self.id).order_by(MatterEvent.seq)
        return list(self.session.scalars(query))

    def waits(self) -> list[tuple[str, str]]:
        return [(each.what, each.role or str(each.staff_id)) for each in waits.of_matter(self.session, self.id)]

    def told(self, staff_id: UUID) -> list[str]:
        """What of this matter the person was told, in order."""
        query = select(Notice.subject_ref).where(Notice.staff_id == staff_id, Notice.kind == "matter")
        subjects = self.session.scalars(query.order_by(Notice.created_at, Notice.subject_ref)).all()
        return sorted(each.partition("/")[0] for each in subjects if str(self.id) in each)


def unlock(book: OpenBook, staff_id: UUID, slots: Iterable[str], records: Iterable[str]) -> Correction:
    """A teacher has asked for parts to be unlocked."""
    asked = Correction(book, MatterKind.UNLOCK)
    asked.do(Deed.ASK, staff_id, slots=tuple(slots), record_ids=tuple(records))
    return asked


def granted(book: OpenBook, admin: UUID, slots: Iterable[str], records: Iterable[str], until: datetime) -> Correction:
    """A part that was unlocked, for the homeroom teacher, until then."""
    found = unlock(book, book.cast.homeroom, slots, records)
    found.do(Deed.GRANT, book.cast.school.principal, slots=tuple(slots), record_ids=tuple(records), until=until)
    found.do(Deed.EXECUTE, admin)
    found.tell_books()
    return found
