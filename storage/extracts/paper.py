"""What an extract says: the pupil, the files it was copied from, and each former year in the original's own words."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.curriculum import PRINCIPAL
from domain.documents import SignatureField, SignerContent
from domain.errors import Conflict
from domain.matter_papers import OriginalFile, PaperExtractContent
from storage import staffing
from storage.extracts import drafts, steps
from storage.paper_facts import Stamp, person_signer, pupil_contents_of, school_content
from storage.tables import ClassGroup, Document, Enrolment, Extract, Matter, PupilRow, Transfer


def content(session: Session, matter: Matter, stamp: Stamp, at: datetime) -> PaperExtractContent:
    """Raises Conflict while the pupil is in no class, NotAllowed while the school has no principal."""
    row = session.get_one(Extract, matter.id)
    transfer = session.get_one(Transfer, row.transfer_id)
    if transfer.to_enrolment_id is None:
        raise Conflict("Học sinh chưa vào lớp; hãy xác nhận hồ sơ chuyển đến trước.")
    enrolment = session.get_one(Enrolment, transfer.to_enrolment_id)
    group = session.get_one(ClassGroup, enrolment.class_id)
    school = school_content(session, matter.school_id, day_of(at))
    former = session.get(Document, row.former_document) if row.former_document else None
    return PaperExtractContent(
        document_id=str(stamp.document_id),
        version=row.version,
        lookup_code=stamp.lookup_code,
        school=school,
        pupil=pupil_contents_of(session, group.school_year, session.get_one(PupilRow, transfer.pupil_id), enrolment),
        originals=tuple(OriginalFile(each.what.label, each.issuer, each.sha256) for each in drafts.files(row)),
        years=drafts.checked(row, steps.checkers(session, row, at)),
        replaces=former.lookup_code if former else "",
        signers=(
            person_signer(SignatureField.PRINCIPAL, staffing.signer_of(session, group.id, PRINCIPAL, at)),
            SignerContent(SignatureField.SEAL, school.name, school.code, "Con dấu số của nhà trường"),
        ),
        date=day_of(at).isoformat(),
    )


def enrolment_of(session: Session, matter: Matter) -> UUID | None:
    """Where the pupil came to."""
    row = session.get_one(Extract, matter.id)
    return session.get_one(Transfer, row.transfer_id).to_enrolment_id


def version_of(session: Session, matter: Matter) -> int:
    return session.get_one(Extract, matter.id).version
