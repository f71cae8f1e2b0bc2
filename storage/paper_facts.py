"""What the papers of a class-term share: school, signers, pupils and the sheets they bind."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import day_of
from domain.curriculum import HOMEROOM, PRINCIPAL, Curriculum
from domain.documents import (
    DocumentKind,
    PaperPart,
    ProfileContent,
    PupilContent,
    SchoolContent,
    SchoolingLine,
    SheetReference,
    SignatureField,
    SignerContent,
    subject_field,
)
from storage import entries, staffing
from storage.among import among
from storage.issuing import issuing_school
from storage.staffing import Signer
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    Document,
    DocumentRecord,
    Enrolment,
    ManagingAuthority,
    PupilRow,
    School,
    SchoolAuthority,
    SignatureRow,
    SigningOrder,
    Staff,
    TermRecord,
    Transfer,
)


@dataclass(frozen=True)
class Stamp:
    """What makes a paper this paper: its id, its part, its look-up code."""

    document_id: UUID
    part: int
    lookup_code: str


class ClassPaperPart(PaperPart):
    """The same of the papers that speak of a whole class."""

    document_id: str
    part: int
    lookup_code: str
    term: str
    term_name: str


@dataclass(frozen=True)
class ClassFacts:
    """What all papers of a class-term share."""

    class_term: ClassTermRow
    group: ClassGroup
    term: Term
    curriculum: Curriculum
    first: Curriculum  # by the rules of the first term
    school: SchoolContent
    date: date

    def of_paper(self) -> PaperPart:
        return PaperPart(
            circular=self.curriculum.rules.circular,
            rule_version=self.curriculum.rules.version,
            school_year=self.group.school_year,
            grade=self.group.grade,
            class_name=self.group.name,
            school=self.school,
            date=self.date.isoformat(),
        )

    def of_class_paper(self, stamp: Stamp) -> ClassPaperPart:
        return ClassPaperPart(
            document_id=str(stamp.document_id),
            part=stamp.part,
            lookup_code=stamp.lookup_code,
            term=self.term.value,
            term_name=self.term.label,
            **self.of_paper(),
        )


@dataclass(frozen=True)
class Member:
    """A pupil as enrolled in the class, with the record of the term."""

    record: TermRecord
    enrolment: Enrolment
    pupil: PupilRow


def class_facts(session: Session, order: SigningOrder) -> ClassFacts:
    return facts_on(session, order.class_term_id, day_of(order.signing_time))


def facts_on(session: Session, class_term_id: UUID, day: date) -> ClassFacts:
    """The facts of a class-term as they are on a day, which is printed as the paper's date."""
    class_term = session.get_one(ClassTermRow, class_term_id)
    group = session.get_one(ClassGroup, class_term.class_id)
    school = school_content(session, group.school_id, day)
    term = Term(class_term.term)
    curriculum, first = (entries.curriculum_of(group, each) for each in (term, Term.HK1))
    return ClassFacts(class_term, group, term, curriculum, first, school, day)


def members(session: Session, records: list[TermRecord]) -> list[Member]:
    """The pupils of these records in the class's own order."""
    by_enrolment = {record.enrolment_id: record for record in records}
    query = (
        select(Enrolment, PupilRow)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .where(among(Enrolment.id, by_enrolment))
        .order_by(Enrolment.order_no, Enrolment.id)
    )
    return [Member(by_enrolment[enrolment.id], enrolment, pupil) for enrolment, pupil in session.execute(query)]


def person_signer(field: str, signer: Signer) -> SignerContent:
    return SignerContent(field, signer.full_name, signer.personal_id, signer.title)


def subject_teachers(session: Session, facts: ClassFacts, at: datetime) -> dict[str, SignerContent]:
    """The designated signer of each subject that is not vacant, with the field of a record that he signs."""
    found = staffing.known_signers(session, facts.group.id, facts.curriculum.slots[:-1], at)
    return {slot: person_signer(subject_field(slot), signer) for slot, signer in found.items()}


def class_signers(session: Session, facts: ClassFacts, at: datetime) -> tuple[SignerContent, ...]:
    """Homeroom teacher, principal and seal, as they are assigned when the paper is written."""
    found = staffing.signers_of(session, facts.group.id, (HOMEROOM, PRINCIPAL), at)
    return (
        person_signer(SignatureField.HOMEROOM, found[HOMEROOM]),
        person_signer(SignatureField.PRINCIPAL, found[PRINCIPAL]),
        SignerContent(SignatureField.SEAL, facts.school.name, facts.school.code, "Con dấu số của nhà trường"),
    )


def pupil_contents(session: Session, facts: ClassFacts, found: list[Member]) -> dict[UUID, PupilContent]:
    """What a record says of each pupil, by pupil."""
    schooling = schooling_of(session, facts.group.school_year, [member.pupil.id for member in found])
    return {
        member.pupil.id: pupil_content(member.pupil, member.enrolment, schooling[member.pupil.id]) for member in found
    }


def pupil_contents_of(session: Session, last: str, pupil: PupilRow, enrolment: Enrolment) -> PupilContent:
    """The same of one pupil, with the years at schools up to the `last`."""
    return pupil_content(pupil, enrolment, schooling_of(session, last, [pupil.id])[pupil.id])


@dataclass(frozen=True)
class SignedSheet:
    """A subject's sheet in force for a record, and who signed it, whoever has the subject now."""

    reference: SheetReference
    signer: SignerContent


def sheets_by_record(
    session: Session, facts: ClassFacts, records: list[TermRecord]
) -> dict[UUID, dict[str, SignedSheet]]:
    """The signed sheets in force for each record by subject, in the order of the form."""
    query = (
        select(DocumentRecord.record_id, Document.slot, Staff.full_name, Staff.personal_id, Document.sha256)
        .join(Document, Document.id == DocumentRecord.document_id)
        .join(SignatureRow, SignatureRow.document_id == Document.id)
        .join(Staff, Staff.id == SignatureRow.staff_id)
        .where(
            among(DocumentRecord.record_id, [record.id for record in records]),
            DocumentRecord.voided_at.is_(None),
            Document.kind == "subject_sheet",
            Document.class_term_id == facts.class_term.id,
            Document.state == "live",
        )
        .order_by(Document.part)
    )
    found: dict[UUID, dict[str, SignedSheet]] = {record.id: {} for record in records}
    for record_id, slot, name, personal_id, sha256 in session.execute(query):
        reference = SheetReference(slot, facts.curriculum.subject(slot).name, name, sha256)
        signer = SignerContent(subject_field(slot), name, personal_id, "Giáo viên bộ môn")
        found[record_id][slot] = SignedSheet(reference, signer)
    subjects = [subject.code for subject in facts.curriculum.subjects]
    return {rid: {code: sheets[code] for code in subjects if code in sheets} for rid, sheets in found.items()}


def with_year_record(session: Session, enrolment_ids: Collection[UUID]) -> set[UUID]:
    """Enrolments whose year record bears a signature and is in force."""
    query = select(Document.enrolment_id).where(
        Document.kind == DocumentKind.YEAR_RECORD, Document.state == "live", among(Document.enrolment_id, enrolment_ids)
    )
    return set(session.scalars(query))


def school_content(session: Session, school_id: UUID, on: date) -> SchoolContent:
    school = session.get_one(School, school_id)
    authority = (
        select(ManagingAuthority.name)
        .join(SchoolAuthority, SchoolAuthority.authority_id == ManagingAuthority.id)
        .where(
            SchoolAuthority.school_id == school_id,
            SchoolAuthority.valid_from <= on,
            or_(SchoolAuthority.valid_to.is_(None), SchoolAuthority.valid_to > on),
        )
    )
    return SchoolContent(
        code=school.code,
        name=school.name,
        commune=school.commune,
        district=school.district,
        province=school.province,
        authority=session.scalar(authority) or "",
        place=school.province,
        department_code=school.department_code,
        department=school.department_name,
        commune_code=school.commune_code,
        province_code=school.province_code,
    )


def pupil_content(pupil: PupilRow, enrolment: Enrolment, schooling: tuple[SchoolingLine, ...] = ()) -> PupilContent:
    return PupilContent(
        pupil_code=pupil.pupil_code,
        personal_id=pupil.personal_id,
        full_name=pupil.full_name,
        birth_date=pupil.birth_date.isoformat(),
        sex=pupil.sex,
        ethnicity=pupil.ethnicity,
        nationality=pupil.nationality,
        place_of_birth=pupil.place_of_birth,
        register_no=enrolment.register_no,
        profile=ProfileContent(**{each.name: getattr(pupil, each.name) for each in fields(ProfileContent)}),
        schooling=schooling,
    )


def schooling_of(session: Session, last: str, pupil_ids: list[UUID]) -> dict[UUID, tuple[SchoolingLine, ...]]:
    """Each pupil's years up to the `last`, oldest first (quatrinhhoctap)."""
    issuing = issuing_school()
    query = (
        select(
            Enrolment.pupil_id, Enrolment.school_year, ClassGroup.name, School.name, School.province,
            func.max(Transfer.moved_on),
        )
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .join(issuing, true())
        .join(School, School.id == issuing.c.id)
        .outerjoin(Transfer, Transfer.to_enrolment_id == Enrolment.id)
        .where(among(Enrolment.pupil_id, pupil_ids), Enrolment.school_year <= last)
        .group_by(Enrolment.id, ClassGroup.id, School.id)
        .order_by(Enrolment.school_year, Enrolment.joined_on, Enrolment.left_on)
    )  # fmt: skip
    found: dict[UUID, list[SchoolingLine]] = {pupil_id: [] for pupil_id in pupil_ids}
    for pupil_id, year, class_name, school, province, arrived_on in session.execute(query):
        arrived = arrived_on.isoformat() if arrived_on else ""
        found[pupil_id].append(SchoolingLine(year, class_name, school, province, arrived))
    return {pupil_id: tuple(lines) for pupil_id, lines in found.items()}
