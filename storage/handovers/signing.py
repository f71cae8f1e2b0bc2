"""Whose turn it is to sign the minutes of a handover."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from domain.documents import SignatureField, turn_of
from storage.handovers.deciding import Case
from storage.handovers.signers import MinutesSigner, signers
from storage.matters import papers
from storage.matters.waits import Wait


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
