"""Builds the content of documents from what was entered; called once per paper, before anyone signs it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.documents import (
    ClassSummaryContent,
    PupilContent,
    SheetPupilLine,
    SheetReference,
    SignatureField,
    SignerContent,
    SubjectSheetContent,
    SummaryPupilLine,
)
from domain.entered import Entered, SheetForm, TermPapers
from domain.errors import NotAllowed, NotFound
from domain.primary.paper import PrimaryPapers
from domain.secondary.paper import SecondaryPapers
from domain.year_records import RecordPart, YearRecordContent
from storage import entries, recalling, results, staffing
from storage.among import among
from storage.paper_facts import (
    ClassFacts,
    Member,
    SignedSheet,
    Stamp,
    class_signers,
    facts_on,
    members,
    person_signer,
    pupil_contents,
    sheets_by_record,
    subject_teachers,
)
from storage.tables import SigningOrder, TermRecord


def term_papers(facts: ClassFacts) -> PrimaryPapers | SecondaryPapers:
    if facts.curriculum.is_primary:
        return PrimaryPapers(facts.curriculum, facts.term)
    return SecondaryPapers(facts.curriculum, facts.first, facts.term)


def subject_sheets(
    session: Session, facts: ClassFacts, stamps: Mapping[str, Stamp], records: list[TermRecord], at: datetime
) -> dict[str, SubjectSheetContent]:
    """The sheets of these subjects for these pupils as they are at `at`, by subject."""
    found = results.entered(session, facts, records)
    teachers = staffing.signers_of(session, facts.group.id, tuple(stamps), at)
    pupils = members(session, records)
    writing, of_pupils = term_papers(facts), [found[member.record.id] for member in pupils]
    return {
        slot: _subject_sheet(
            facts,
            slot,
            stamp,
            writing.sheet(slot, of_pupils),
            pupils,
            person_signer(SignatureField.SUBJECT_TEACHER, teachers[slot]),
        )
        for slot, stamp in stamps.items()
    }


def sheet_as_it_is(
    session: Session, class_term_id: UUID, slot: str, stamp: Stamp, at: datetime, *, drafts: bool
) -> SubjectSheetContent:
    """A subject's sheet of the whole class as it would be signed at `at`; without `drafts` of whoever was sent.

    Raises NotFound where there is nobody, NotAllowed while nobody is assigned.
    """
    record_ids = entries.records_in(session, class_term_id, slot, drafts=drafts)
    records = list(session.scalars(select(TermRecord).where(among(TermRecord.id, record_ids))))
    if not records:
        raise NotFound("Phần này chưa gửi nên chưa xem được.")
    return subject_sheets(session, facts_on(session, class_term_id, day_of(at)), {slot: stamp}, records, at)[slot]


def _subject_sheet(
    facts: ClassFacts, slot: str, stamp: Stamp, form: SheetForm, pupils: Sequence[Member], signer: SignerContent
) -> SubjectSheetContent:
    return SubjectSheetContent(
        subject=slot,
        subject_name=facts.curriculum.subject(slot).name,
        columns=form.columns,
        legend=form.legend,
        counts=form.counts,
        pupils=tuple(_sheet_line(member, *line) for member, line in zip(pupils, form.lines, strict=True)),
        signers=(signer,),
        **facts.of_class_paper(stamp),
    )


def _sheet_line(member: Member, values: tuple[str, ...], comment: str) -> SheetPupilLine:
    return SheetPupilLine(
        order_no=member.enrolment.order_no,
        pupil_code=member.pupil.pupil_code,
        full_name=member.pupil.full_name,
        birth_date=member.pupil.birth_date.isoformat(),
        revision=member.record.revision,
        values=values,
        comment=comment,
    )


@dataclass(frozen=True)
class ClassReading:
    """What a class's own papers are written from, read once for all of them."""

    facts: ClassFacts
    signers: tuple[SignerContent, ...]
    teachers: Mapping[str, SignerContent]
    sheets: Mapping[UUID, Mapping[str, SignedSheet]]
    entered: Mapping[UUID, Entered]
    members: Sequence[Member]
    pupils: Mapping[UUID, PupilContent]
    versions: Mapping[UUID, int]  # of the next record, by `record_uid`

    def without(self, left_out: Collection[str]) -> "ClassReading":
        """The same of the class's other records."""
        return replace(self, members=[each for each in self.members if str(each.record.id) not in left_out])

    def year_record(self, member: Member, lookup_code: str) -> YearRecordContent:
        """The yearly record of one pupil (Circular 27/2020, annex 1; Circular 22/2021)."""
        pupil, writing = self.entered[member.record.id], term_papers(self.facts)
        common = RecordPart(
            record_uid=str(member.enrolment.record_uid),
            version=self.versions[member.enrolment.record_uid],
            lookup_code=lookup_code,
            sheets=() if self._signs_records else self._references(member),
            signers=(*self._subject_signers(), *self.signers),
            pupil=self.pupils[member.pupil.id],
            **self.facts.of_paper(),
        )
        if isinstance(writing, PrimaryPapers):
            return writing.year_record(pupil, common)
        return writing.year_record(pupil, common, self._teachers(member))

    @property
    def _signs_records(self) -> bool:
        return staffing.signs_records(self.facts.group, self.facts.term)

    def _subject_signers(self) -> tuple[SignerContent, ...]:
        """Who has each subject now is to sign the record. Raises NotAllowed where one is vacant."""
        return tuple(self._filled(self.teachers).values()) if self._signs_records else ()

    def _teachers(self, member: Member) -> Mapping[str, SignerContent]:
        """Who answers for each row: who signed the sheet, also where somebody else has the subject by now."""
        if self._signs_records:
            return self._filled(self.teachers)
        signed = {slot: sheet.signer for slot, sheet in self.sheets[member.record.id].items()}
        return self._filled({**self.teachers, **signed})

    def _filled(self, teachers: Mapping[str, SignerContent]) -> Mapping[str, SignerContent]:
        if not teachers.keys() >= set(self.facts.curriculum.slots[:-1]):
            raise NotAllowed(staffing.NOBODY)
        return teachers

    def _references(self, member: Member) -> tuple[SheetReference, ...]:
        return tuple(sheet.reference for sheet in self.sheets[member.record.id].values())

    def summary(self, stamp: Stamp) -> ClassSummaryContent:
        """The class's results of the term (Circular 27/2020, annex 2)."""
        writing = term_papers(self.facts)
        form = writing.form()
        lines = tuple(_summary_line(member, writing, self.entered[member.record.id]) for member in self.members)
        sheets = {sheet.sha256: sheet for member in self.members for sheet in self._references(member)}
        return ClassSummaryContent(
            groups=form.groups,
            verdicts=form.verdicts,
            legend=form.legend,
            pupils=lines,
            totals=writing.totals([line.values for line in lines]),
            counts=writing.counts([self.entered[member.record.id] for member in self.members]),
            sheets=tuple(sheets.values()),
            signers=self.signers,
            **self.facts.of_class_paper(stamp),
        )


def _summary_line(member: Member, writing: TermPapers, pupil: Entered) -> SummaryPupilLine:
    values, verdicts = writing.summary_line(pupil)
    return SummaryPupilLine(
        order_no=member.enrolment.order_no,
        pupil_code=member.pupil.pupil_code,
        full_name=member.pupil.full_name,
        revision=member.record.revision,
        values=values,
        verdicts=verdicts,
    )


def read_class(session: Session, order: SigningOrder, records: list[TermRecord]) -> ClassReading:
    return read_at(session, order.class_term_id, order.signing_time, records)


def read_at(session: Session, class_term_id: UUID, at: datetime, records: list[TermRecord]) -> ClassReading:
    """The same as an order of this moment would find it. Raises NotAllowed while nobody is assigned to a step."""
    facts = facts_on(session, class_term_id, day_of(at))
    found = members(session, records)
    return ClassReading(
        facts=facts,
        signers=class_signers(session, facts, at),
        teachers=subject_teachers(session, facts, at),
        sheets=sheets_by_record(session, facts, records),
        entered=results.entered(session, facts, records),
        members=found,
        pupils=pupil_contents(session, facts, found),
        versions=recalling.next_versions(session, [member.enrolment.record_uid for member in found]),
    )
