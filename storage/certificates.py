"""Which certificate signs for a person or a school now."""

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
    owner = CertificateRow.school_id == school_id if action is Action.SEAL else CertificateRow.staff_id == staff_id
    query = select(CertificateRow).where(owner).order_by(CertificateRow.not_after.desc())
    known = session.scalars(query).all()
    if not known:
        raise NotAllowed("Chưa đăng ký chứng thư số.")
    usable = [each for each in known if each.state == "valid" and each.not_before <= at < each.not_after]
    if not usable:
        raise NotAllowed("Chứng thư số đã hết hạn, bị thu hồi hoặc chưa có hiệu lực.")
    return usable[0]
