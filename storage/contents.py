"""Builds the content of documents from what was entered; called once per paper, before anyone signs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from domain.assessment import points_of, score_text
from domain.curriculum import Trait
from domain.documents import (
    ClassSummaryContent,
    PupilContent,
    SheetPupilLine,
    SheetReference,
    SignatureField,
    SignerContent,
    SubjectSheetContent,
    SummaryColumn,
    YearRecordContent,
)
from domain.entry import SubjectEntry
from storage import entries, staffing
from storage.paper_facts import (
    ClassFacts,
    Member,
    Stamp,
    class_facts,
    class_signers,
    members,
    person_signer,
    sheets_by_record,
)
from storage.results import Results
from storage.tables import SigningOrder, TermRecord


def subject_sheets(
    session: Session, order: SigningOrder, stamps: Mapping[str, Stamp], records: list[TermRecord]
) -> dict[str, SubjectSheetContent]:
    """The sheets of these subjects for these pupils, by subject."""
    facts = class_facts(session, order)
    found = entries.subject_entries(session, facts.term, stamps, [record.id for record in records])
    teachers = staffing.signers_of(session, facts.group.id, tuple(stamps), order.signing_time)
    pupils = members(session, records)
    return {
        slot: _subject_sheet(
            facts,
            slot,
            stamp,
            tuple(_sheet_line(member, found[member.record.id].get(slot, SubjectEntry())) for member in pupils),
            person_signer(SignatureField.SUBJECT_TEACHER, teachers[slot]),
        )
        for slot, stamp in stamps.items()
    }


def _subject_sheet(
    facts: ClassFacts, slot: str, stamp: Stamp, lines: tuple[SheetPupilLine, ...], signer: SignerContent
) -> SubjectSheetContent:
    subject = facts.curriculum.subject(slot)
    mid, end = points_of(facts.term)
    return SubjectSheetContent(
        subject=subject.code,
        subject_name=subject.name,
        has_score=subject.has_test(end),
        mid_name=mid.label,
        end_name=end.label,
        pupils=lines,
        signers=(signer,),
        **facts.of_class_paper(stamp),
    )


def _sheet_line(member: Member, entry: SubjectEntry) -> SheetPupilLine:
    return SheetPupilLine(
        order_no=member.enrolment.order_no,
        pupil_code=member.pupil.pupil_code,
        full_name=member.pupil.full_name,
        birth_date=member.pupil.birth_date.isoformat(),
        revision=member.record.revision,
        mid_level=entry.mid_level or "",
        end_level=entry.end_level or "",
        score=score_text(entry.score),
        comment=entry.comment,
    )


@dataclass(frozen=True)
class ClassReading:
    """What a class's own papers are written from, read once for all of them."""

    facts: ClassFacts
    signers: tuple[SignerContent, ...]
    sheets: Mapping[UUID, tuple[SheetReference, ...]]
    results: Results
    members: Sequence[Member]

    def year_record(self, member: Member, lookup_code: str) -> YearRecordContent:
        """The yearly record of one pupil (Circular 27/2020, annex 1)."""
        record_id = member.record.id
        return YearRecordContent(
            record_uid=str(member.enrolment.record_uid),
            version=1,
            lookup_code=lookup_code,
            sheets=self.sheets[record_id],
            signers=self.signers,
            pupil=_pupil(member),
            **self.facts.of_paper(),
            **self.results.of_year(record_id),
        )

    def summary(self, stamp: Stamp) -> ClassSummaryContent:
        """The class's results of the term (Circular 27/2020, annex 2)."""
        facts = self.facts
        sheets = {sheet.sha256: sheet for of_record in self.sheets.values() for sheet in of_record}
        return ClassSummaryContent(
            subjects=tuple(SummaryColumn(each.code, each.name, each.short) for each in facts.curriculum.subjects),
            qualities=_columns(facts.curriculum.qualities),
            competencies=_columns(facts.curriculum.competencies),
            pupils=tuple(self.results.summary_line(member) for member in self.members),
            result_counts=self.results.counts(),
            sheets=tuple(sheets.values()),
            signers=self.signers,
            **facts.of_class_paper(stamp),
        )


def read_class(session: Session, order: SigningOrder, records: list[TermRecord]) -> ClassReading:
    facts = class_facts(session, order)
    return ClassReading(
        facts=facts,
        signers=class_signers(session, facts, order),
        sheets=sheets_by_record(session, facts, records),
        results=Results.read(session, facts, records),
        members=members(session, records),
    )


def _columns(traits: Sequence[Trait]) -> tuple[SummaryColumn, ...]:
    return tuple(SummaryColumn(each.code, each.name, each.short) for each in traits)


def _pupil(member: Member) -> PupilContent:
    pupil = member.pupil
    return PupilContent(
        pupil_code=pupil.pupil_code,
        personal_id=pupil.personal_id,
        full_name=pupil.full_name,
        birth_date=pupil.birth_date.isoformat(),
        sex=pupil.sex,
        ethnicity=pupil.ethnicity,
        nationality=pupil.nationality,
        place_of_birth=pupil.place_of_birth,
        register_no=member.enrolment.register_no,
    )
