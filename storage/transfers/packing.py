"""What a transfer's package holds, by rows: the sealed papers of the pupil, and the data beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.documents import PupilContent, SchoolContent
from domain.errors import Conflict
from domain.transfers import contents
from domain.transfers.contents import PackedCell, PaperKind, RunningTerm, RunningYear
from storage.entries import curriculum_of
from storage.paper_facts import pupil_contents_of, school_content
from storage.tables import Assessment, ClassGroup, Document, Enrolment, PupilRow, Transfer
from storage.transfers import year
from storage.transfers.year import TermSoFar


@dataclass(frozen=True)
class PaperToPack:
    document_id: UUID
    kind: PaperKind
    lookup_code: str
    sha256: str
    school_year: str


@dataclass(frozen=True)
class ToPack:
    """Papers by their hashes; of an unfinished year what was entered, as the sealed paper says it."""

    pupil: PupilContent
    school: SchoolContent
    papers: tuple[PaperToPack, ...]
    running: RunningYear | None


def to_pack(session: Session, matter_id: UUID, at: datetime) -> ToPack:
    row = session.get_one(Transfer, matter_id)
    if row.from_enrolment_id is None or row.from_school_id is None or row.document_id is None:
        raise Conflict("Hồ sơ chưa đủ để đóng gói.")
    enrolment = session.get_one(Enrolment, row.from_enrolment_id)
    group, result = session.get_one(ClassGroup, enrolment.class_id), session.get_one(Document, row.document_id)
    papers = [
        PaperToPack(each.document_id, PaperKind.YEAR_RECORD, each.lookup_code, each.sha256, each.school_year)
        for each in year.sealed_years(session, row.pupil_id)
    ]
    papers.append(
        PaperToPack(result.id, PaperKind.TRANSFER_RESULT, result.lookup_code, result.sha256, group.school_year)
    )
    return ToPack(
        pupil_contents_of(session, group.school_year, session.get_one(PupilRow, row.pupil_id), enrolment),
        school_content(session, row.from_school_id, day_of(at)),
        (*papers, *_identity_page(session, row.pupil_id), *_extracts(session, row.pupil_id)),
        _running(session, enrolment, group),
    )


def whose(session: Session, matter_id: UUID) -> Mapping[str, str]:
    """Of whom a package that is brought has to speak, as `contents.differing` takes it."""
    pupil = session.get_one(PupilRow, session.get_one(Transfer, matter_id).pupil_id)
    return {name: str(getattr(pupil, name)) for name in contents.WHO}


def _identity_page(session: Session, pupil_id: UUID) -> Sequence[PaperToPack]:
    """The newest school's."""
    return _in_force(session, pupil_id, PaperKind.IDENTITY_PAGE)[:1]


def _extracts(session: Session, pupil_id: UUID) -> Sequence[PaperToPack]:
    """Those of each school that has made one: of the years before the pupil came there."""
    return _in_force(session, pupil_id, PaperKind.PAPER_EXTRACT)


def _in_force(session: Session, pupil_id: UUID, kind: PaperKind) -> Sequence[PaperToPack]:
    """Sealed papers of no one year that nothing has replaced, the newest first."""
    query = (
        select(Document.id, Document.lookup_code, Document.sha256)
        .join(Enrolment, Enrolment.id == Document.enrolment_id)
        .where(
            Enrolment.pupil_id == pupil_id, Document.kind == kind.value, Document.state == "live",
            Document.sealed_at.is_not(None),
        )
        .order_by(Document.sealed_at.desc(), Document.id)
    )  # fmt: skip
    return [PaperToPack(row[0], kind, row[1], row[2], "") for row in session.execute(query)]


def _running(session: Session, enrolment: Enrolment, group: ClassGroup) -> RunningYear | None:
    terms = year.terms_so_far(session, enrolment)
    if not terms:
        return None
    curriculum = curriculum_of(group, terms[-1].entered.term)
    return RunningYear(
        record_uid=str(enrolment.record_uid),
        school_year=group.school_year,
        grade=group.grade,
        class_name=group.name,
        rule_version=curriculum.rules.version,
        optional=tuple(group.optional_subjects),
        topics=tuple(group.study_topics),
        terms=tuple(_term(session, each) for each in terms),
    )


def _term(session: Session, term: TermSoFar) -> RunningTerm:
    query = (
        select(Assessment.slot, Assessment.item, Assessment.point, Assessment.kind, Assessment.value)
        .where(
            Assessment.record_id == term.record_id,
            Assessment.value != "",
            Assessment.slot.in_(term.entered.curriculum.slots),
        )
        .order_by(Assessment.slot, Assessment.point, Assessment.item, Assessment.kind)
    )
    cells = tuple(PackedCell(*cell) for cell in session.execute(query))
    return RunningTerm(term.entered.term.value, term.absent_excused, term.absent_unexcused, cells)
