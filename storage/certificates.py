"""Which certificate signs for a person or a school now."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, exists, literal, or_, select
from sqlalchemy.orm import Session

from domain.decisions import Action
from domain.errors import NotAllowed
from storage.staffing import on_leave
from storage.tables import CertificateRow


def certificate_for(session: Session, action: Action, staff_id: UUID, school_id: UUID, at: datetime) -> CertificateRow:
    """The valid certificate for an action: the school's for a seal, else the person's own.

    Raises NotAllowed in the user's words when there is none, it is not valid at `at`, or the person is on leave.
    """
    [found] = certificates_at(session, action, staff_id, school_id, at)
    return found


def certificates_at(
    session: Session, action: Action, staff_id: UUID, school_id: UUID, *moments: datetime
) -> list[CertificateRow]:
    """The same for each of several moments."""
    away = or_(*(on_leave(literal(staff_id, Uuid), at) for at in moments))
    found = session.execute(_known(action, staff_id, school_id).add_columns(away)).all()
    if found[0][1] if found else session.scalar(select(away)):
        raise NotAllowed("Thầy/cô đang trong thời gian nghỉ, nên chưa ký được.")
    if not found:
        raise NotAllowed("Chưa đăng ký chứng thư số.")
    usable = [next((row for row, _ in found if _is_usable(row, at)), None) for at in moments]
    if None in usable:
        raise NotAllowed("Chứng thư số đã hết hạn, bị thu hồi hoặc chưa có hiệu lực.")
    return [row for row in usable if row is not None]


def best(session: Session, action: Action, staff_id: UUID, school_id: UUID, at: datetime) -> CertificateRow | None:
    """The same for showing: where none can be used, the one that ends last; None where there is none at all."""
    known = session.scalars(_known(action, staff_id, school_id)).all()
    usable = [each for each in known if _is_usable(each, at)]
    return next(iter([*usable, *known]), None)


def _known(action: Action, staff_id: UUID, school_id: UUID) -> Select[CertificateRow]:
    owner = CertificateRow.school_id == school_id if action is Action.SEAL else CertificateRow.staff_id == staff_id
    return select(CertificateRow).where(owner).order_by(CertificateRow.not_after.desc())


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
