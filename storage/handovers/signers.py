"""Who signs the minutes of a handover: the giver, those who take over, the principal."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.documents import SignatureField, taker_fields
from storage import staffing
from storage.handovers.deciding import Case
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
    query = select(Position.staff_id).where(staffing.in_office(case.matter.school_id, "principal", at))
    return session.scalars(query).first() or case.matter.opened_by
