"""Which certificate signs for a person or a school now."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.decisions import Action
from domain.errors import NotAllowed
from storage.tables import CertificateRow


def certificate_for(session: Session, action: Action, staff_id: UUID, school_id: UUID, at: datetime) -> CertificateRow:
    """The valid certificate for an action: the school's for a seal, else the person's own.

    Raises NotAllowed in the user's words when there is none, or it is not valid at `at`.
    """
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


def _is_usable(row: CertificateRow, at: datetime) -> bool:
    return row.state == "valid" and row.not_before <= at < row.not_after
