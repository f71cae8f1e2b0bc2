"""Transfers as pages show them: lists by whose turn it is, and one of them step by step. No marks are in either."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from domain.transfers.phases import OVER, Deed, Direction, Ground, Phase
from storage.matters import waits
from storage.staffing import Person
from storage.tables import (
    ClassGroup,
    Enrolment,
    MatterEvent,
    MatterWait,
    PupilRow,
    Reason,
    School,
    Staff,
    Transfer,
)
from storage.transfers import dues, seeing
from storage.transfers.requesting import EXCEPTED

WAITING, LEAVING, ARRIVING, DONE = "", "di", "den", "xong"
_OVER: Final = sorted(each.value for each in OVER)
_SHOWN: Final = 500


@dataclass(frozen=True)
class TransferLine:
    """A pupil on the way; the schools by name, one of them perhaps outside of the system."""

    matter_id: UUID
    pupil: str
    pupil_code: str
    direction: Direction
    from_school: str
    from_class: str
    to_school: str
    to_class: str
    phase: Phase
    requested_on: date
    due_at: datetime | None
    is_mine: bool

    def is_late(self, at: datetime) -> bool:
        return self.due_at is not None and self.due_at <= at and self.phase not in OVER


@dataclass(frozen=True)
class Happened:
    """A step of the diary that somebody did, or (without `by`) the system."""

    deed: str
    at: datetime
    by: str
    school: str
    reason: str
    is_excepted: bool = False  # the application says that the department allowed its day


@dataclass(frozen=True)
class TransferCard:
    """One transfer; `turns` are those it waits for: what, who by office or name, at which school, until when."""

    line: TransferLine
    row: Transfer
    school_year: str
    application: str
    history: tuple[Happened, ...]
    turns: tuple[tuple[str, str, str, datetime | None], ...]

    def when(self, *deeds: Deed | str) -> datetime | None:
        """When the newest of these steps was done."""
        return max((each.at for each in self.history if each.deed in deeds), default=None)

    @property
    def obstacle(self) -> str:
        """Why what should follow by itself does not; "" where nothing keeps it."""
        newest = next((each for each in reversed(self.history) if each.deed != dues.ALARM), None)
        return newest.reason if newest is not None and newest.deed == Deed.STUCK else ""

    @property
    def exception(self) -> Happened | None:
        """Who said, and when, that the department allowed a day outside the windows."""
        return next((each for each in self.history if each.is_excepted), None)

    @property
    def ground(self) -> str:
        return Ground(self.row.ground).label if self.row.ground else ""


def lines(session: Session, person: Person, at: datetime, chosen: str | None = None) -> list[TransferLine]:
    """What the person may see; those whose turn is the person's own first, then the soonest due."""
    query = _query(person).where(seeing.visible(person, at), _chosen(person, chosen))
    rows = session.execute(query.order_by(Transfer.requested_on.desc(), Transfer.matter_id).limit(_SHOWN)).all()
    found = [_line(row) for row in rows]
    return sorted(found, key=lambda each: (not each.is_mine, each.due_at is None, each.due_at or at))


def counts(session: Session, person: Person, at: datetime) -> Mapping[str, int]:
    return {each: len(lines(session, person, at, each)) for each in (WAITING, LEAVING, ARRIVING, DONE)}


def card(session: Session, matter_id: UUID, person: Person, at: datetime) -> TransferCard | None:
    """None for what the person may not see."""
    row = session.execute(_query(person).where(Transfer.matter_id == matter_id, seeing.may_open(person, at))).first()
    if row is None:
        return None
    transfer = session.get_one(Transfer, matter_id)
    former = session.get(Enrolment, transfer.from_enrolment_id) if transfer.from_enrolment_id else None
    application = session.get_one(Reason, transfer.application_reason_id).text
    may_read = _reads_reasons(person)
    return TransferCard(
        _line(row),
        transfer,
        former.school_year if former else "",
        application if may_read else "",
        tuple(_history(session, matter_id, may_read=may_read)),
        tuple(_turns(session, matter_id)),
    )


def _reads_reasons(person: Person) -> bool:
    """Offices of both schools and of the authority; a teacher needs none of them."""
    return bool(person.roles)


def _query(person: Person) -> Select[Transfer, PupilRow, str, str, str, str, datetime | None, bool]:
    sender, receiver, leaves, enters = aliased(School), aliased(School), aliased(ClassGroup), aliased(ClassGroup)
    mine = select(MatterWait.id).where(MatterWait.matter_id == Transfer.matter_id, waits.is_for(person)).exists()
    until = select(MatterWait.due_at).where(MatterWait.matter_id == Transfer.matter_id).limit(1).scalar_subquery()
    return (
        select(Transfer, PupilRow, sender.name, leaves.name, receiver.name, enters.name, until, mine)
        .join(PupilRow, PupilRow.id == Transfer.pupil_id)
        .outerjoin(sender, sender.id == Transfer.from_school_id)
        .outerjoin(receiver, receiver.id == Transfer.to_school_id)
        .outerjoin(Enrolment, Enrolment.id == Transfer.from_enrolment_id)
        .outerjoin(leaves, leaves.id == Enrolment.class_id)
        .outerjoin(enters, enters.id == Transfer.to_class_id)
    )


def _chosen(person: Person, chosen: str | None) -> ColumnElement[bool]:
    under_way = Transfer.phase.not_in(_OVER)
    if chosen == DONE:
        return Transfer.phase.in_(_OVER)
    if chosen == LEAVING:
        return under_way & (Transfer.from_school_id == person.school_id if not person.authority_id else under_way)
    if chosen == ARRIVING:
        return under_way & (Transfer.to_school_id == person.school_id if not person.authority_id else under_way)
    mine = select(MatterWait.id).where(MatterWait.matter_id == Transfer.matter_id, waits.is_for(person)).exists()
    return under_way & mine if chosen == WAITING else Transfer.matter_id.is_not(None)


def _line(found: Sequence[Any]) -> TransferLine:
    """A row of `_query`."""
    row, pupil, sender, leaves, receiver, enters, due_at, is_mine = found
    return TransferLine(
        row.matter_id, pupil.full_name, pupil.pupil_code, Direction(row.direction), sender or row.other_name,
        leaves or "", receiver or row.other_name, enters or "", Phase(row.phase), row.requested_on, due_at, is_mine,
    )  # fmt: skip


def _history(session: Session, matter_id: UUID, *, may_read: bool) -> Sequence[Happened]:
    query = (
        select(MatterEvent.deed, MatterEvent.happened_at, Staff.full_name, School.name, Reason.text, MatterEvent.detail)
        .outerjoin(Staff, Staff.id == MatterEvent.staff_id)
        .outerjoin(School, School.id == Staff.school_id)
        .outerjoin(Reason, Reason.id == MatterEvent.reason_id)
        .where(MatterEvent.matter_id == matter_id)
        .order_by(MatterEvent.seq)
    )
    return [
        Happened(
            deed,
            at,
            by or "",
            school or "",
            (text or "") if may_read and deed != Deed.REQUEST else "",
            EXCEPTED in detail,
        )
        for deed, at, by, school, text, detail in session.execute(query)
    ]


def _turns(session: Session, matter_id: UUID) -> Sequence[tuple[str, str, str, datetime | None]]:
    query = (
        select(MatterWait.what, MatterWait.role, Staff.full_name, School.name, MatterWait.due_at)
        .outerjoin(Staff, Staff.id == MatterWait.staff_id)
        .outerjoin(School, School.id == MatterWait.school_id)
        .where(MatterWait.matter_id == matter_id)
        .order_by(MatterWait.role.desc())
    )
    return [(what, role or name, school or "", due) for what, role, name, school, due in session.execute(query)]
