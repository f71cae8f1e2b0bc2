"""Who signs the minutes of a handover, in which order: the giver, those who take over, the principal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.documents import SignatureField, taker_fields, turn_of
from storage import staffing
from storage.handovers.deciding import Case
from storage.matters import papers
from storage.matters.waits import Wait
from storage.tables import Position


@dataclass(frozen=True)
class MinutesSigner:
    field: str
    staff_id: UUID


def signers(session: Session, case: Case) -> list[MinutesSigner]:
    """In the order of the fields. The head is the one of the moment of the change: who takes the office over, too."""
    giver = [] if case.row.giver_left_out else [MinutesSigner(SignatureField.GIVER.value, case.giver)]
    takers = case.takers
    fields = taker_fields(len(takers))
    head = head_at(session, case, case.row.moment or case.row.effective_at)
    return [
        *giver,
        *(MinutesSigner(name, staff_id) for name, staff_id in zip(fields, takers, strict=True)),
        MinutesSigner(SignatureField.PRINCIPAL.value, head),
    ]


def head_at(session: Session, case: Case, at: datetime) -> UUID:
    """Where nobody holds the office, whoever opened the handover answers for it."""
    query = select(Position.staff_id).where(
        Position.school_id == case.matter.school_id, Position.role == "principal", staffing.in_force(Position, at)
    )
    return session.scalars(query).first() or case.matter.opened_by


def unsigned(session: Session, case: Case) -> list[MinutesSigner]:
    signed = papers.signed_fields(session, papers.current_id(session, case.matter.id))
    return [each for each in signers(session, case) if each.field not in signed]


def awaited(session: Session, case: Case) -> tuple[str, ...]:
    """The fields whose turn it is: those who take over sign in any order, but after the giver."""
    return tuple(each.field for each in _next(unsigned(session, case)))


def _next(left: Sequence[MinutesSigner]) -> list[MinutesSigner]:
    return [each for each in left if turn_of(each.field) == turn_of(left[0].field)]


def waits_of(session: Session, case: Case) -> list[Wait]:
    """The giver signs before the moment from which the certificate signs no more."""
    due = case.row.effective_at if case.kind.revokes or case.kind.is_leave else None
    return [
        Wait("sign", due if each.field == SignatureField.GIVER else None, staff_id=each.staff_id, field=each.field)
        for each in _next(unsigned(session, case))
    ]
