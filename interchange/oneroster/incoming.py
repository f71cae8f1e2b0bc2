"""A OneRoster package as a roster: everything in it that is kept here, or every reason why not."""

from dataclasses import dataclass

from domain.rostering import EMPTY, Roster
from interchange.oneroster.incoming_classes import classes_of
from interchange.oneroster.incoming_duties import (
    assignments_of,
    check_enrollments,
    enrolments_of,
    refuse_double_booked,
)
from interchange.oneroster.incoming_organisations import organisations_of, years_of
from interchange.oneroster.incoming_people import positions_of, pupils_of, staff_of
from interchange.oneroster.package import read_package
from interchange.oneroster.records import FileProblem
from interchange.oneroster.source import Source
from interchange.sheets import Severity


@dataclass(frozen=True)
class Received:
    """The roster, empty while there are errors, and the problems in the order of reading."""

    roster: Roster
    problems: tuple[FileProblem, ...]

    @property
    def has_errors(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self.problems)


def read_roster(data: bytes) -> Received:
    """Read a package. Raises Invalid if it is no zip, or no honest one.

    What the package holds is looked at only once its files are in order and fit together.
    """
    package = read_package(data)
    if any(problem.severity is Severity.ERROR for problem in package.problems):
        return Received(EMPTY, package.problems)
    source = Source(package)
    roster = _roster(source)
    problems = (*package.problems, *source.findings.problems)
    return Received(EMPTY if source.findings.has_errors else roster, problems)


def _roster(source: Source) -> Roster:
    check_enrollments(source)
    found, years = organisations_of(source), years_of(source)
    classes = classes_of(source, found.schools)
    if not classes.groups:
        source.findings.add("classes.csv", 0, "", "Gói không có lớp chủ nhiệm (homeroom) nào dùng được.")
        return EMPTY
    first_days = {year: span.starts_on for year, span in years.items()}
    staff = staff_of(source, found.schools)
    positions = positions_of(source, staff, min(first_days.values()))
    refuse_double_booked(source, positions)
    pupils = pupils_of(source, classes.lessons)
    return Roster(
        authorities=found.authorities,
        schools=tuple(found.schools.values()),
        years=tuple(span for year, span in years.items() if year in {group.key.year for group in classes.groups}),
        groups=classes.groups,
        staff=tuple(staff.values()),
        positions=tuple(position for _, position in positions),
        assignments=assignments_of(source, classes.lessons, staff, first_days),
        pupils=tuple(pupils.values()),
        enrolments=enrolments_of(source, classes.lessons, pupils),
    )
