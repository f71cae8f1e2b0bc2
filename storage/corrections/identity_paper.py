"""What an identity page says: the pupil as the row is now, the years at schools, and the sealed records behind them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.documents import SignatureField, SignerContent
from domain.errors import NotAllowed
from domain.matter_papers import IdentityPageContent
from domain.rules.school_levels import level_of
from storage.corrections import civil
from storage.paper_facts import Stamp, person_signer, pupil_contents_of, school_content
from storage.staffing import Signer, in_office
from storage.tables import (
    CivilChange,
    ClassGroup,
    Document,
    Enrolment,
    IdentityPage,
    Matter,
    Position,
    PupilRow,
    Staff,
)
from storage.transfers.year import sealed_years

REASONS = {"opened": "Mở học bạ", "transferred": "Chuyển đến", "civil": "Cải chính hộ tịch"}


def content(session: Session, matter: Matter, stamp: Stamp, at: datetime) -> IdentityPageContent:
    """Raises NotAllowed while the school has no principal."""
    page = session.get_one(IdentityPage, matter.id)
    enrolment = civil.require_pupil(session, page.pupil_id, page.school_id)
    pupil = session.get_one(PupilRow, page.pupil_id)
    group = session.get_one(ClassGroup, enrolment.class_id)
    change = session.get(CivilChange, matter.id)
    former = session.get(Document, page.former_document) if page.former_document else None
    school = school_content(session, page.school_id, day_of(at))
    return IdentityPageContent(
        document_id=str(stamp.document_id),
        version=page.version,
        lookup_code=stamp.lookup_code,
        level_name=level_of(group.grade).label,
        school=school,
        pupil=pupil_contents_of(session, group.school_year, pupil, enrolment),
        reason=REASONS[page.reason],
        decision_no=change.decision_no if change else "",
        decision_date=change.decided_on.isoformat() if change else "",
        replaces=former.lookup_code if former else "",
        past_years=tuple(each.reference for each in sealed_years(session, pupil.id)),
        signers=(
            person_signer(SignatureField.PRINCIPAL, _principal(session, page.school_id, at)),
            SignerContent(SignatureField.SEAL, school.name, school.code, "Con dấu số của nhà trường"),
        ),
        date=day_of(at).isoformat(),
    )


def enrolment_of(session: Session, matter: Matter) -> UUID | None:
    page = session.get_one(IdentityPage, matter.id)
    query = (
        select(Enrolment.id)
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .where(Enrolment.pupil_id == page.pupil_id, ClassGroup.school_id == page.school_id)
        .order_by(Enrolment.school_year.desc(), Enrolment.joined_on.desc())
    )
    return session.scalars(query.limit(1)).first()


def version_of(session: Session, matter: Matter) -> int:
    return session.get_one(IdentityPage, matter.id).version


def _principal(session: Session, school_id: UUID, at: datetime) -> Signer:
    query = (
        select(Staff.id, Staff.full_name, Staff.personal_id, Position.title)
        .join(Position, Position.staff_id == Staff.id)
        .where(in_office(school_id, "principal", at))
    )
    row = session.execute(query.limit(1)).first()
    if row is None:
        raise NotAllowed("Trường chưa có hiệu trưởng để ký trang này.")
    return Signer(*row)
