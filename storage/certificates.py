"""Which certificate signs for a person or a school now."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from domain.decisions import Action
from domain.errors import NotAllowed
from storage.staffing import on_leave
from storage.tables import CertificateRow, Staff


def certificate_for(session: Session, action: Action, staff_id: UUID, school_id: UUID, at: datetime) -> CertificateRow:
    """The valid certificate for an action: the school's for a seal, else the person's own.

    Raises NotAllowed in the user's words when there is none, it is not valid at `at`, or the person is on leave.
    """
    if session.scalar(select(exists().where(Staff.id == staff_id, on_leave(Staff.id, at)))):
        raise NotAllowed("Thầy/cô đang trong thời gian nghỉ, nên chưa ký được.")
    known = _known(session, action, staff_id, school_id)
    if not known:
        raise NotAllowed("Chưa đăng ký chứng thư số.")
    usable = [each for each in known if _is_usable(each, at)]
    if not usable:
        raise NotAllowed("Chứng thư số đã hết hạn, bị thu hồi hoặc chưa có hiệu lực.")
    return usable[0]


def best(session: Session, action: Action, staff_id: UUID, school_id: UUID, at: datetime) -> CertificateRow | None:
    """The same for showing: where none can be used, the one that ends last; None where there is none at all."""
    known = _known(session, action, staff_id, school_id)
    usable = [each for each in known if _is_usable(each, at)]
    return next(iter([*usable, *known]), None)


def _known(session: Session, action: Action, staff_id: UUID, school_id: UUID) -> Sequence[CertificateRow]:
    owner = CertificateRow.school_id == school_id if action is Action.SEAL else CertificateRow.staff_id == staff_id
    return session.scalars(select(CertificateRow).where(owner).order_by(CertificateRow.not_after.desc())).all()


def usable(at: datetime) -> ColumnElement[bool]:
    """Certificates that sign at a moment."""
    return stands(at) & (CertificateRow.not_before <= at) & (CertificateRow.not_after > at)


def stands(at: datetime) -> ColumnElement[bool]:
    """One that will be revoked signs until then, with no job in between."""
    return (CertificateRow.state == "valid") | (CertificateRow.state_since > at)


def can_sign(session: Session, staff_id: UUID, at: datetime) -> bool:
    """Whether a person has a certificate of one's own that signs at a moment."""
    return bool(session.scalar(select(exists().where(CertificateRow.staff_id == staff_id, usable(at)))))


def is_standing(row: CertificateRow, at: datetime) -> bool:
    """Neither suspended, revoked nor replaced at a moment."""
    return row.state == "valid" or (row.state_since is not None and at < row.state_since)


def _is_usable(row: CertificateRow, at: datetime) -> bool:
    return is_standing(row, at) and row.not_before <= at < row.not_after
