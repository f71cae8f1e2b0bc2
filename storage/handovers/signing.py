"""Whose turn it is to sign the minutes of a handover."""

from sqlalchemy.orm import Session

from domain.documents import SignatureField
from domain.matters.handovers import next_turn
from storage.handovers.deciding import Case
from storage.handovers.signers import MinutesSigner, signers
from storage.matters import papers
from storage.matters.waits import Wait


def unsigned(session: Session, case: Case) -> list[MinutesSigner]:
    signed = papers.signed_fields(session, papers.current_id(session, case.matter.id))
    return [each for each in signers(session, case) if each.field not in signed]


def waits_of(session: Session, case: Case) -> list[Wait]:
    """The giver signs before the moment from which the certificate signs no more."""
    due = case.row.effective_at if case.kind.revokes or case.kind.is_leave else None
    left = unsigned(session, case)
    turn = next_turn([each.field for each in left])
    return [
        Wait("sign", due if each.field == SignatureField.GIVER else None, staff_id=each.staff_id, field=each.field)
        for each in left
        if each.field in turn
    ]
