"""A school's year: every class of the year, each pupil on the list where the rules put him."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.reports.year_lists import ClassYear, SchoolYearReport, YearLine, YearList, YearVerdict, year_verdict
from storage.paper_facts import school_content
from storage.reports.reading import ClassRead, PupilRead, read_class
from storage.tables import ClassGroup, ClassTermRow


def school_year_lists(session: Session, school_id: UUID, year: SchoolYear, day: date) -> SchoolYearReport:
    return SchoolYearReport(
        school=school_content(session, school_id, day),
        school_year=str(year),
        classes=tuple(
            ClassYear(group.name, _lines(read_class(session, class_term.id, day)) if class_term else ())
            for group, class_term in classes_of(session, school_id, year, Term.YEAR_END)
        ),
    )


def class_year_lists(session: Session, class_term_id: UUID, day: date) -> SchoolYearReport:
    """The same of one class, whose book of the year's end this is."""
    read = read_class(session, class_term_id, day)
    group = read.facts.group
    return SchoolYearReport(read.facts.school, group.school_year, (ClassYear(group.name, _lines(read)),))


def classes_of(
    session: Session, school_id: UUID, year: SchoolYear, term: Term
) -> list[tuple[ClassGroup, ClassTermRow | None]]:
    """The school's classes by grade and name, each with its class-term if that is open."""
    query = (
        select(ClassGroup, ClassTermRow)
        .outerjoin(ClassTermRow, (ClassTermRow.class_id == ClassGroup.id) & (ClassTermRow.term == term))
        .where(ClassGroup.school_id == school_id, ClassGroup.school_year == str(year))
        .order_by(ClassGroup.grade, func.length(ClassGroup.name), ClassGroup.name)
    )
    return [(group, class_term) for group, class_term in session.execute(query)]


def _lines(read: ClassRead) -> tuple[YearLine, ...]:
    return tuple(_line(read, pupil) for pupil in read.pupils)


def _line(read: ClassRead, pupil: PupilRead) -> YearLine:
    waiting = read.not_submitted(pupil)
    unknown = YearVerdict(YearList.UNKNOWN, "", waiting, "")
    known = pupil.member.pupil
    return YearLine(
        pupil_code=known.pupil_code,
        full_name=known.full_name,
        birth_date=known.birth_date.isoformat(),
        verdict=unknown if waiting else year_verdict(read.papers, pupil.entered),
    )
