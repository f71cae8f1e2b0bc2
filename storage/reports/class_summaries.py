"""The summary of a class and term before, and beside, the sealed paper."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from domain.reports.class_summary import ClassSummaryReport, SummaryLine, summary_values
from storage.reports.reading import ClassRead, PupilRead, read_class


def class_summary(session: Session, class_term_id: UUID, day: date) -> ClassSummaryReport:
    """The whole class as it stands; who cannot be judged yet has a note instead of values."""
    read = read_class(session, class_term_id, day)
    lines = tuple(_line(read, pupil) for pupil in read.pupils)
    known = [line.values for line in lines if line.values]
    judged = [pupil.entered for pupil, line in zip(read.pupils, lines, strict=True) if line.values]
    facts = read.facts
    return ClassSummaryReport(
        school=facts.school,
        circular=facts.curriculum.rules.circular,
        school_year=facts.group.school_year,
        term=facts.term,
        class_name=facts.group.name,
        form=read.papers.form(),
        pupils=lines,
        totals=read.papers.totals(known) if known else (),
        counts=read.papers.counts(judged),
    )


def _line(read: ClassRead, pupil: PupilRead) -> SummaryLine:
    values, verdicts, refusal = summary_values(read.papers, pupil.entered, has_absences=pupil.has_absences)
    return SummaryLine(
        order_no=pupil.member.enrolment.order_no,
        pupil_code=pupil.member.pupil.pupil_code,
        full_name=pupil.member.pupil.full_name,
        values=values,
        verdicts=verdicts,
        note=read.not_submitted(pupil) or refusal,
    )
