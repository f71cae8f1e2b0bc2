"""The paper of a transfer: what the pupil has so far, signed by the head of the school that is left, and sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import day_of
from domain.curriculum import PRINCIPAL
from domain.documents import DocumentKind, SignatureField, SignerContent
from domain.errors import Conflict
from domain.matter_papers import SealedTerm, TransferResultContent
from domain.transfers import results
from storage import staffing
from storage.entries import curriculum_of
from storage.paper_facts import Stamp, person_signer, pupil_contents_of, school_content
from storage.tables import ClassGroup, Document, DocumentRecord, Enrolment, Matter, PupilRow, School, Transfer
from storage.transfers import year
from storage.transfers.year import TermSoFar

_SESSIONS = "buổi"


def transfer_result(session: Session, matter: Matter, stamp: Stamp, at: datetime) -> TransferResultContent:
    """Raises Conflict where no school in the system is left, NotAllowed while it has no head."""
    row = session.get_one(Transfer, matter.id)
    if row.from_enrolment_id is None or row.from_school_id is None:
        raise Conflict("Học sinh đến từ ngoài hệ thống; kết quả học tập do trường nơi đi cấp.")
    enrolment = session.get_one(Enrolment, row.from_enrolment_id)
    group = session.get_one(ClassGroup, enrolment.class_id)
    day, terms = day_of(at), year.terms_so_far(session, enrolment)
    entered = [each.entered for each in terms]
    curriculum = entered[-1].curriculum if entered else curriculum_of(group, Term.YEAR_END)
    school, province = receiving(session, row)
    own = school_content(session, row.from_school_id, day)
    return TransferResultContent(
        document_id=str(stamp.document_id),
        lookup_code=stamp.lookup_code,
        circular=curriculum.rules.circular,
        rule_version=curriculum.rules.version,
        school_year=group.school_year,
        grade=group.grade,
        class_name=group.name,
        school=own,
        receiving_school=school,
        receiving_province=province,
        pupil=pupil_contents_of(session, group.school_year, session.get_one(PupilRow, row.pupil_id), enrolment),
        left_on=day.isoformat(),
        assessment_waived=enrolment.assessment_waived,
        individual_plan=enrolment.individual_plan,
        subject_groups=results.subject_groups(curriculum) if entered else (),
        tables=results.tables(entered),
        absent_excused=sum(each.absent_excused for each in terms),
        absent_unexcused=sum(each.absent_unexcused for each in terms),
        absent_unit=_SESSIONS,
        sealed_term=_sealed_term(session, terms),
        open_items=results.open_items(entered),
        past_years=tuple(each.reference for each in year.sealed_years(session, row.pupil_id)),
        signers=_signers(session, group.id, own.name, own.code, at),
        date=day.isoformat(),
    )


def enrolment_of(session: Session, matter: Matter) -> UUID | None:
    row = session.get(Transfer, matter.id)
    return row.from_enrolment_id if row else None


def receiving(session: Session, row: Transfer) -> tuple[str, str]:
    """Name and province of the school that the pupil goes to."""
    if row.to_school_id is None:
        return row.other_name, row.other_province
    school = session.get_one(School, row.to_school_id)
    return school.name, school.province


def _signers(session: Session, class_id: UUID, name: str, code: str, at: datetime) -> tuple[SignerContent, ...]:
    head = staffing.signer_of(session, class_id, PRINCIPAL, at)
    seal = SignerContent(SignatureField.SEAL, name, code, "Con dấu số của nhà trường")
    return person_signer(SignatureField.PRINCIPAL, head), seal


def _sealed_term(session: Session, terms: list[TermSoFar]) -> SealedTerm | None:
    """The class summary that bears the seal of a term which is issued."""
    issued = next((each for each in terms if each.entered.is_issued and each.entered.term is Term.HK1), None)
    if issued is None:
        return None
    query = (
        select(Document.lookup_code, Document.sha256)
        .join(DocumentRecord, DocumentRecord.document_id == Document.id)
        .where(
            DocumentRecord.record_id == issued.record_id, DocumentRecord.voided_at.is_(None),
            Document.kind == DocumentKind.CLASS_SUMMARY, Document.sealed_at.is_not(None), Document.state == "live",
        )
        .order_by(Document.sealed_at.desc())
    )  # fmt: skip
    found = session.execute(query).first()
    return SealedTerm(results.TERMS[Term.HK1], (), *found) if found else None
