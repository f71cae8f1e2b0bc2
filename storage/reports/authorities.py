"""Numbers of the schools that an authority manages, directly or through the authorities under it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.errors import NotFound
from domain.reports.authority import AuthorityReport, Place, SchoolCounts, tally, unknown
from domain.rules.school_levels import SchoolLevel, level_of
from domain.stages import Stage
from storage.campaigns.authorities import schools_under
from storage.reports.reading import read_class
from storage.reports.year_lists import classes_of
from storage.tables import ClassGroup, Enrolment, ManagingAuthority, School


def authority_report(session: Session, authority: str, year: SchoolYear, term: Term, day: date) -> AuthorityReport:
    """Count over the schools that are managed on the day; `authority` is a code or name. Raises NotFound."""
    query = select(ManagingAuthority).where(
        or_(ManagingAuthority.code == authority, ManagingAuthority.name == authority)
    )
    found = session.scalars(query.order_by(ManagingAuthority.code)).first()
    if found is None:
        raise NotFound(f"Không có cơ quan quản lý “{authority}”.")
    schools = tuple(_counts(session, school, year, term, day) for school in _schools(session, found.id, day))
    return AuthorityReport(found.name, str(year), term, schools)


def _schools(session: Session, authority_id: UUID, day: date) -> Sequence[School]:
    managed = School.id.in_(schools_under(authority_id, day))
    return session.scalars(select(School).where(managed).order_by(School.code)).all()


def _counts(session: Session, school: School, year: SchoolYear, term: Term, day: date) -> SchoolCounts:
    classes = classes_of(session, school.id, year, term)
    results: dict[SchoolLevel, Counter[Place]] = defaultdict(Counter)
    for group, class_term in classes:
        if class_term:
            results[level_of(group.grade)].update(_tallies(session, class_term.id, day))
    return SchoolCounts(
        code=school.code,
        name=school.name,
        classes=len(classes),
        pupils=_pupils(session, school.id, year),
        by_stage=dict(Counter(Stage(class_term.stage) for _, class_term in classes if class_term)),
        results=dict(results),
    )


def _tallies(session: Session, class_term_id: UUID, day: date) -> list[Place]:
    read = read_class(session, class_term_id, day)
    counted = (tally(read.papers, pupil.entered) if pupil.is_handed_in else unknown() for pupil in read.pupils)
    return [place for places in counted for place in places]


def _pupils(session: Session, school_id: UUID, year: SchoolYear) -> int:
    query = (
        select(func.count())
        .select_from(Enrolment)
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .where(ClassGroup.school_id == school_id, ClassGroup.school_year == str(year), Enrolment.left_on.is_(None))
    )
    return session.scalars(query).one()
