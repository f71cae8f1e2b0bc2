"""Whoever leaves fills nothing from the moment on, whether or not somebody takes over; until it is cancelled."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from domain.matters.handovers import HandoverKind, full_second
from storage.among import among
from storage.handovers.deciding import Case
from storage.matters import steps
from storage.reassigning import OVERLAP, end_position, flush
from storage.tables import (
    CertificateRow,
    Handover,
    HandoverItem,
    Position,
    StaffLeave,
    TeachingAssignment,
)

SUSPENDED: Final = "suspended"  # in the first step of the diary
_AWAY: Final = "Người này đã có thời gian nghỉ khác trùng với thời gian này."


def suspended_of(session: Session, staff_id: UUID) -> list[UUID]:
    """Certificates of a person that sign nothing for a while."""
    mine = (CertificateRow.staff_id == staff_id) & (CertificateRow.state == "suspended")
    return list(session.scalars(select(CertificateRow.id).where(mine).order_by(CertificateRow.id)))


def end_of_giver(
    session: Session, row: Handover, items: list[HandoverItem], by: UUID, suspended: Sequence[UUID]
) -> None:
    """What a leaving or a leave does by itself at `effective_at`; `suspended`: certificates that end at once."""
    kind = HandoverKind(row.kind)
    if kind.is_for_good(row.until):
        for item in items:
            _end_source(session, row, item, by)
    if kind.revokes:
        mine = (CertificateRow.staff_id == row.staff_id) & (CertificateRow.state == "valid")
        session.execute(update(CertificateRow).where(mine).values(state="revoked", state_since=row.effective_at))
        # It signs no more already; that it comes back before the person leaves is of no use.
        session.execute(update(CertificateRow).where(_is_one(suspended)).values(state="revoked"))
    if kind.is_absence(row.until) and row.staff_id is not None:
        session.add(
            StaffLeave(
                staff_id=row.staff_id, starts_at=row.effective_at, ends_at=row.until, matter_id=row.matter_id,
                kind=row.kind,
            )
        )  # fmt: skip
    flush(session, _AWAY)


def _end_source(session: Session, row: Handover, item: HandoverItem, by: UUID) -> None:
    """What was to begin later lasts no time; the row stays, so that it can be taken up again."""
    source = _source(session, item)
    if isinstance(source, Position) and source.valid_from < row.effective_at:
        end_position(session, source, row.effective_at, (by, row.reason_id))
    elif source is not None:
        source.valid_to = max(row.effective_at, source.valid_from)


def ended_at_once(session: Session, case: Case) -> list[UUID]:
    """The certificates that were suspended when the handover was opened."""
    opened = steps.known(session, case.matter.id, str(case.matter.id))
    found = opened.detail.get(SUSPENDED) if opened else None
    return [UUID(str(each)) for each in found] if isinstance(found, list) else []


def _is_one(ids: Sequence[UUID]) -> ColumnElement[bool]:
    return among(CertificateRow.id, ids)


def _source(session: Session, item: HandoverItem) -> Position | TeachingAssignment | None:
    if item.role:
        return session.get(Position, item.source_id)
    return session.get(TeachingAssignment, item.source_id)


def take_up_again(session: Session, case: Case, now: datetime) -> None:
    """Undo all that a handover has written. What has begun already ends now, and goes on with who had it before."""
    begun = full_second(now) > case.row.effective_at
    at = full_second(now) if begun else case.row.effective_at
    _drop_new(session, case, at)
    for item in case.items:
        _resume(session, case, item, at if begun else None)
        item.applied_at = None
        flush(session, OVERLAP)  # before anything is asked for, which would write it too, and say it in no words
    _stand_again(session, case, at, begun=begun)


def _drop_new(session: Session, case: Case, at: datetime) -> None:
    """What the handover gave to others, and what it had planned to give back."""
    slots = session.scalars(select(TeachingAssignment).where(TeachingAssignment.matter_id == case.matter.id)).all()
    offices = session.scalars(select(Position).where(Position.matter_id == case.matter.id)).all()
    given: list[TeachingAssignment | Position] = [*slots, *offices]
    for row in given:
        if row.valid_from >= at:
            session.delete(row)
        elif row.valid_to is None or row.valid_to > at:
            row.valid_to = at
    session.flush()


def _resume(session: Session, case: Case, item: HandoverItem, since: datetime | None) -> None:
    """The giver's own period as it was; where it has been over for a while (`since`), a new one from now on."""
    source = _source(session, item)
    if source is None or source.valid_to == item.source_until:
        return
    if since is None or source.valid_from >= since:
        source.valid_to = item.source_until
        if isinstance(source, Position):
            source.end_reason_id = source.ended_by = None
        return
    again = {"staff_id": source.staff_id, "valid_from": since, "valid_to": item.source_until}
    trail = {"reason_id": case.row.reason_id, "made_by": case.matter.opened_by, "matter_id": case.matter.id}
    if isinstance(source, Position):
        session.add(Position(school_id=source.school_id, role=source.role, title=source.title, **again, **trail))
    else:
        session.add(TeachingAssignment(class_id=source.class_id, slot=source.slot, **again, **trail))


def _stand_again(session: Session, case: Case, at: datetime, *, begun: bool) -> None:
    """A certificate that nobody has reported yet signs again; a leave is over, or never was."""
    if case.kind.revokes and case.row.reported_at is None:
        was = update(CertificateRow).where(_is_one(ended_at_once(session, case)), CertificateRow.state == "revoked")
        session.execute(was.values(state="suspended"))
        mine = (CertificateRow.staff_id == case.row.staff_id) & (CertificateRow.state == "revoked")
        planned = update(CertificateRow).where(mine, CertificateRow.state_since == case.row.effective_at)
        session.execute(planned.values(state="valid", state_since=None))
    for leave in session.scalars(select(StaffLeave).where(StaffLeave.matter_id == case.matter.id)).all():
        if begun:
            leave.ends_at = at
        else:
            session.delete(leave)
