"""OneRoster packages into the database and out of it; importing the same again changes nothing."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from domain.calendar import SchoolYear, day_of
from domain.consents import ONEROSTER, consent_rules
from domain.errors import Invalid, NotFound
from domain.roster_changes import Fate, Part, RosterChanges, compare, conflicts
from domain.rostering import Assignment, ClassKey, Enrolment, Group, Position, consenting, in_use
from interchange.oneroster.incoming import read_roster
from interchange.oneroster.outgoing import write_package
from interchange.oneroster.records import FileProblem
from storage import consents, registration
from storage.rostering import reading, writing


@dataclass(frozen=True)
class Plan:
    """What a package would change: nothing is known while it has errors, nothing is written while it conflicts."""

    problems: tuple[FileProblem, ...]
    conflicts: tuple[str, ...] = ()
    changes: RosterChanges | None = None

    @property
    def is_ready(self) -> bool:
        return self.changes is not None and not self.conflicts

    def counts(self) -> dict[str, dict[Fate, int]]:
        """How many parts have which fate, by the name of their kind."""
        if self.changes is None:
            return {}
        own = {group.key for group in self.changes.groups.after}
        return {kind.name: _tally(getattr(self.changes, kind.name).parts, own) for kind in fields(self.changes)}


def plan_import(session: Session, data: bytes) -> Plan:
    """Compare a package with what is registered; writes nothing, but holds its schools until the transaction ends.

    Raises Invalid if it is no zip.
    """
    received = read_roster(data)
    if received.has_errors:
        return Plan(received.problems)
    wanted = received.roster
    registration.lock_schools(session, [school.code for school in wanted.schools])
    known = reading.read_known(session, wanted)
    changes = compare(known, wanted, reading.settled_pupils(session, [pupil.code for pupil in wanted.pupils]))
    return Plan(received.problems, tuple(conflicts(known, wanted, changes)), changes)


def write_import(session: Session, plan: Plan) -> None:
    """Write a plan in the transaction in which it was made. Raises Invalid for one that is not ready."""
    if plan.changes is None or not plan.is_ready:
        raise Invalid("Gói OneRoster còn lỗi, chưa nhập được.")
    writing.write_changes(session, plan.changes)


def export_school(session: Session, code: str, year: SchoolYear, *, needs_consent: bool = False) -> bytes:
    """A school's year as a package, with what families consent to today.

    With `needs_consent` it is for software that the law does not give the data to: pupils without consent are left out.
    Raises NotFound for a school without classes in that year.
    """
    roster = in_use(reading.read_roster(session, [code], [year]))
    given = consents.given(session, [code], day_of(datetime.now(UTC)))
    roster = replace(roster, pupils=tuple(replace(each, consents=given.get(each.uid, ())) for each in roster.pupils))
    if needs_consent:
        for purpose in consent_rules().of_use(ONEROSTER):
            roster = consenting(roster, purpose.code)
    if not roster.groups:
        raise NotFound(f"Trường {code} không có lớp nào trong năm học {year}.")
    return write_package(roster)


def _tally(parts: Sequence[tuple[Part, Fate]], own: Collection[ClassKey]) -> dict[Fate, int]:
    fates = Counter(fate for part, fate in parts if fate is not Fate.ABSENT or _is_missed(part, own))
    return {fate: fates[fate] for fate in Fate}


def _is_missed(part: Part, own: Collection[ClassKey]) -> bool:
    """Whether a package of everything should name it: a class, or what has not ended."""
    match part:
        case Group():
            return True
        case Enrolment():
            return part.left_on is None and part.group in own
        case Position() | Assignment():
            return part.period.until is None
        case _:
            return False
