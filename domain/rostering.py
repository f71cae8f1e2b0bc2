"""Who and what schools have registered for a school year, as it is exchanged with other systems.

Codes tie the parts together: a school's code, a class's year and name, a pupil's code, a member of staff's personal
id. An empty value, 0 or None means "not said", never "none".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeVar
from uuid import UUID

from domain.assessment import Term
from domain.calendar import TIMEZONE, SchoolYear, day_of, end_of_day
from domain.curriculum import HOMEROOM, Curriculum, curriculum_for
from domain.errors import Invalid
from domain.labelled import Labelled
from domain.rules.book import rule_book
from domain.signature_plans import SignaturePlan


class Office(Labelled):
    """An office held at a school, with the title printed under a signature where no other is told."""

    PRINCIPAL = "principal", "Hiệu trưởng"
    VICE_PRINCIPAL = "vice_principal", "Phó Hiệu trưởng"
    SEAL_CLERK = "seal_clerk", "Văn thư"
    SYSTEM_ADMIN = "system_admin", "Quản trị hệ thống"


@dataclass(frozen=True)
class Period:
    """From one instant to another (exclusive), in UTC; without an end until further notice."""

    since: datetime
    until: datetime | None = None

    @classmethod
    def of_days(cls, first: date, last: date | None) -> "Period":
        """From the first to the last day, both included, in Vietnam; raise Invalid if they are in the wrong order."""
        if last is not None and last < first:
            raise Invalid(f"Ngày kết thúc {last:%d/%m/%Y} đứng trước ngày bắt đầu {first:%d/%m/%Y}.")
        since = datetime.combine(first, time(), TIMEZONE).astimezone(UTC)
        return cls(since, end_of_day(last) if last else None)

    @property
    def first_day(self) -> date:
        return day_of(self.since)

    @property
    def last_day(self) -> date | None:
        return day_of(self.until - timedelta(microseconds=1)) if self.until else None

    def overlaps(self, other: "Period") -> bool:
        return (self.until is None or other.since < self.until) and (other.until is None or self.since < other.until)


@dataclass(frozen=True)
class Authority:
    """A managing authority; `parent` is the code of the one above it."""

    code: str
    name: str
    kind: str
    since: date | None = None
    parent: str = ""


@dataclass(frozen=True)
class School:
    """A school and the code of the authority that manages it since that day."""

    code: str
    name: str
    commune: str = ""
    district: str = ""
    province: str = ""
    authority: str = ""
    managed_since: date | None = None


@dataclass(frozen=True)
class TermSpan:
    """First and last day of a term."""

    term: Term
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class YearSpan:
    """First and last day of a school year, and both its terms or none."""

    year: SchoolYear
    starts_on: date
    ends_on: date
    terms: tuple[TermSpan, ...] = ()


@dataclass(frozen=True, order=True)
class ClassKey:
    """A class by its school's code, its year and its name."""

    school: str
    year: SchoolYear
    name: str


@dataclass(frozen=True)
class Group:
    """A class (lớp): `optional` are the optional and elective subjects it takes, `topics` those of its study topics.

    Both are codes in alphabetical order.
    """

    key: ClassKey
    grade: int
    optional: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    plan: SignaturePlan | None = None


@dataclass(frozen=True)
class Pupil:
    """A pupil; `uid` is the id under which systems know the person.

    `consents` are codes of domain.consents, told to others and never taken over: they were given to one school.
    """

    uid: UUID = field(compare=False)
    code: str
    personal_id: str
    full_name: str
    birth_date: date
    sex: str
    ethnicity: str = ""
    nationality: str = ""
    place_of_birth: str = ""
    consents: tuple[str, ...] = field(default=(), compare=False, kw_only=True)


@dataclass(frozen=True)
class Enrolment:
    """A pupil in a class; order 0 is not yet given, `left_on` is the first day no longer in it."""

    group: ClassKey
    pupil: str
    order_no: int = 0
    register_no: str = ""
    joined_on: date | None = None
    left_on: date | None = None


@dataclass(frozen=True)
class StaffMember:
    """A member of a school's staff."""

    uid: UUID = field(compare=False)
    school: str
    personal_id: str
    full_name: str


@dataclass(frozen=True)
class Position:
    """An office, who holds it, and when."""

    school: str
    personal_id: str
    office: Office
    title: str
    period: Period

    @property
    def post(self) -> tuple[object, ...]:
        return (self.school, self.personal_id, self.office)

    @property
    def seat(self) -> tuple[object, ...]:
        """What only one person can have at a time; () for an office that several may hold."""
        return (self.school, self.office) if self.office is Office.PRINCIPAL else ()


@dataclass(frozen=True)
class Assignment:
    """A slot of a class (a subject, or homeroom), who fills it, and when; one at a time is its signer."""

    group: ClassKey
    personal_id: str
    slot: str
    is_signer: bool
    period: Period

    @property
    def post(self) -> tuple[object, ...]:
        return (self.group, self.slot, self.personal_id)

    @property
    def seat(self) -> tuple[object, ...]:
        return (self.group, self.slot) if self.is_signer else ()


Post = TypeVar("Post", Position, Assignment)


@dataclass(frozen=True)
class Roster:
    """What is registered of one school or several."""

    authorities: tuple[Authority, ...] = ()
    schools: tuple[School, ...] = ()
    years: tuple[YearSpan, ...] = ()
    groups: tuple[Group, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    positions: tuple[Position, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    pupils: tuple[Pupil, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()


EMPTY: Final = Roster()


def curriculum_of(group: Group) -> Curriculum:
    """What a class is assessed in, by the rules of its year. Raises Invalid for one that cannot be as it is said."""
    rules = rule_book().of_term(group.grade, group.key.year, Term.HK1)
    return curriculum_for(group.grade, rules, optional=group.optional, topics=group.topics)


def in_use(roster: Roster) -> Roster:
    """The roster without offices that nobody held in its years, staff without duties, and distant authorities."""
    years = [Period.of_days(span.starts_on, span.ends_on) for span in roster.years]
    positions = tuple(each for each in roster.positions if any(each.period.overlaps(year) for year in years))
    busy = {(each.school, each.personal_id) for each in positions}
    busy |= {(each.group.school, each.personal_id) for each in roster.assignments}
    return replace(
        roster,
        authorities=_above(roster),
        positions=positions,
        staff=tuple(each for each in roster.staff if (each.school, each.personal_id) in busy),
    )


def consenting(roster: Roster, purpose: str) -> Roster:
    """The roster without the pupils who do not consent to this."""
    pupils = tuple(each for each in roster.pupils if purpose in each.consents)
    codes = {each.code for each in pupils}
    enrolments = tuple(each for each in roster.enrolments if each.pupil in codes)
    return replace(roster, pupils=pupils, enrolments=enrolments)


def _above(roster: Roster) -> tuple[Authority, ...]:
    """The authorities above the schools, the highest first."""
    known = {each.code: each for each in roster.authorities}
    found: dict[str, Authority] = {}
    for school in roster.schools:
        code = school.authority
        while code in known and code not in found:
            found[code] = known[code]
            code = known[code].parent
    return tuple(reversed(found.values()))


def double_booked(posts: Iterable[Post]) -> list[Post]:
    """Return the posts that claim a seat while somebody who began no later still has it."""
    taken: dict[tuple[object, ...], Post] = {}
    found = []
    for post in sorted((post for post in posts if post.seat), key=lambda post: post.period.since):
        last = taken.setdefault(post.seat, post)
        if last is not post and last.period.overlaps(post.period):
            found.append(post)
        if last.period.until is not None and (post.period.until is None or post.period.until > last.period.until):
            taken[post.seat] = post
    return found


def booked_twice(post: Position | Assignment) -> str:
    """The sentence about a seat that two people claim."""
    if isinstance(post, Position):
        seat = f"chức vụ {post.office.label} của trường {post.school}"
    else:
        duty = "việc chủ nhiệm" if post.slot == HOMEROOM else f"phần việc “{post.slot}” của"
        seat = f"{duty} lớp {post.group.name}"
    return f"Trong cùng một thời gian có hai người đảm nhận {seat}."
