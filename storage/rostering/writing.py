"""Writes what a roster changes: what is new, what was filled in, what ended. Nothing is removed."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.roster_changes import Fate, RosterChanges
from domain.rostering import Authority, Group, School, YearSpan
from domain.signature_plans import SignaturePlan
from storage import registration, tables
from storage.registration import ClassFacts
from storage.rostering import duties, ids, pupils
from storage.tables import ManagingAuthority, SchoolAuthority, SchoolYearRow, TermRow


def write_changes(session: Session, changes: RosterChanges) -> None:
    """Write the changes in the order in which they need each other; what was not said gets its default."""
    first_days = {span.year: span.starts_on for span in changes.years.after}
    since = min(first_days.values())
    _add_authorities(session, changes.authorities.of(Fate.ADDED), since)
    for school in changes.schools.of(Fate.ADDED):
        _add_school(session, school, since)
    for span in changes.years.of(Fate.ADDED):
        _add_year(session, span)
    _add_groups(session, changes.groups.of(Fate.ADDED))
    duties.add_staff(session, changes.staff.of(Fate.ADDED))
    duties.write_positions(session, changes.positions)
    duties.write_assignments(session, changes.assignments)
    pupils.write_pupils(session, changes.pupils)
    pupils.write_enrolments(session, changes, first_days)


def _add_authorities(session: Session, authorities: Iterable[Authority], since: date) -> None:
    """Each after the one above it, as the roster has them."""
    for each in authorities:
        parent = select(ManagingAuthority.id).where(ManagingAuthority.code == each.parent).scalar_subquery()
        values = {"code": each.code, "name": each.name, "kind": each.kind, "valid_from": each.since or since}
        session.execute(insert(ManagingAuthority).values(id=uuid4(), parent_id=parent, **values))


def _add_school(session: Session, school: School, since: date) -> None:
    address = {"commune": school.commune, "district": school.district, "province": school.province}
    row = tables.School(code=school.code, name=school.name, **address)
    session.add(row)
    session.flush()
    authority = select(ManagingAuthority.id).where(ManagingAuthority.code == school.authority)
    if (authority_id := session.scalars(authority).first()) is not None:
        managed_since = school.managed_since or since
        session.add(SchoolAuthority(school_id=row.id, authority_id=authority_id, valid_from=managed_since))
        session.flush()


def _add_year(session: Session, span: YearSpan) -> None:
    """The year with its own terms, or with those of the calendar."""
    year = str(span.year)
    session.add(SchoolYearRow(code=year, starts_on=span.starts_on, ends_on=span.ends_on))
    session.flush()
    session.add_all(
        TermRow(school_year=year, term=each.term.value, starts_on=each.starts_on, ends_on=each.ends_on)
        for each in span.terms
    )
    session.flush()
    registration.add_school_year(session, span.year)


def _add_groups(session: Session, groups: Collection[Group]) -> None:
    schools = ids.school_ids(session, {group.key.school for group in groups})
    for group in groups:
        plan = group.plan or SignaturePlan.SHEET
        facts = ClassFacts(group.grade, group.key.name, group.optional, group.topics, plan)
        registration.add_class(session, schools[group.key.school], group.key.year, facts)
