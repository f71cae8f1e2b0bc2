"""A small school as a roster, and strategies that draw others like it; all people are made up."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.curriculum import HOMEROOM, curriculum_for, offered
from domain.identity import Sex, make_personal_id, normalise_name
from domain.rostering import (
    Assignment,
    Authority,
    ClassKey,
    Enrolment,
    Group,
    Office,
    Period,
    Position,
    Pupil,
    Roster,
    School,
    StaffMember,
    TermSpan,
    YearSpan,
    curriculum_of,
)
from domain.signature_plans import SignaturePlan

YEAR = SchoolYear(2026)
SCHOOL = "79760009"
FIRST, LAST = date(2026, 9, 5), date(2027, 5, 25)
CITY = Authority("city_department/Sở Mẫu", "Sở Mẫu", "city_department", date(2020, 1, 1))
COMMUNE = Authority("commune_authority/Phường Mẫu", "Phường Mẫu", "commune_authority", date(2025, 7, 1), CITY.code)
GROUP = Group(ClassKey(SCHOOL, YEAR, "1A1"), 1)
BIRTH = date(2020, 3, 2)


def person_id(serial: int, sex: Sex = Sex.FEMALE, birth: date = date(1985, 1, 1)) -> str:
    return make_personal_id("079", sex, birth, serial)


PRINCIPAL, TEACHER, MUSICIAN = (person_id(serial) for serial in (1, 2, 3))
NAMES = {PRINCIPAL: "Trần Thị Thu Hà", TEACHER: "Nguyễn Thị Lan", MUSICIAN: "H’Hen"}


def pupil(number: int, name: str) -> Pupil:
    personal_id = person_id(100 + number, Sex.MALE, BIRTH)
    return Pupil(
        UUID(int=number), str(7926000000 + number), personal_id, name, BIRTH, "Nam", "Kinh", "Việt Nam", "Tỉnh Long An"
    )


def assignment(slot: str, personal_id: str = TEACHER, *, is_signer: bool = True) -> Assignment:
    return Assignment(GROUP.key, personal_id, slot, is_signer, Period.of_days(date(2026, 8, 1), None))


ROSTER = Roster(
    authorities=(CITY, COMMUNE),
    schools=(School(SCHOOL, "Trường Mẫu", "Phường Mẫu", "", "TP. Mẫu", COMMUNE.code, date(2026, 8, 1)),),
    years=(
        YearSpan(YEAR, FIRST, LAST, (
            TermSpan(Term.HK1, FIRST, date(2027, 1, 9)), TermSpan(Term.YEAR_END, date(2027, 1, 11), LAST),
        )),
    ),
    groups=(GROUP,),
    staff=tuple(StaffMember(UUID(int=int(each)), SCHOOL, each, name) for each, name in NAMES.items()),
    positions=(Position(SCHOOL, PRINCIPAL, Office.PRINCIPAL, "Hiệu trưởng", Period.of_days(date(2026, 8, 1), None)),),
    assignments=(
        assignment(HOMEROOM),
        *(assignment(s.code, MUSICIAN if s.code == "am_nhac" else TEACHER) for s in curriculum_for(1).subjects),
    ),
    pupils=(pupil(1, "Lê Văn An"), pupil(2, "Phạm Gia Bảo")),
    enrolments=tuple(Enrolment(GROUP.key, str(7926000000 + n), n, f"00{n}/2026", FIRST) for n in (1, 2)),
)  # fmt: skip

ELECTIVES, TOPICS = 4, 3  # that a class of grades 10 to 12 takes
# Printable text as cells keep it: in NFC, without space at the ends; quotes, commas and line ends included.
SIGNS = st.characters(exclude_categories=["C", "Z"], include_characters=" ,;\"'’\n")
TEXT = st.text(SIGNS, max_size=12).map(normalise_name)
FULL_NAMES = st.text(SIGNS, min_size=1, max_size=20).map(normalise_name).filter(bool)
MOMENTS = st.timedeltas(timedelta(), timedelta(270)).map(datetime(2026, 8, 1, tzinfo=UTC).__add__)
DAYS = st.dates(date(2026, 8, 1), date(2027, 5, 1))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Whole days, or from one instant to another."""
    if draw(st.booleans()):
        first = draw(DAYS)
        return Period.of_days(first, draw(st.none() | st.dates(first, date(2027, 6, 1))))
    since = draw(MOMENTS)
    return Period(since, draw(st.none() | st.timedeltas(timedelta(seconds=1), timedelta(90)).map(since.__add__)))


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    """A school of up to three classes, with whoever teaches and learns there."""
    names = draw(st.lists(FULL_NAMES, min_size=1, max_size=3, unique=True))
    groups = tuple(draw(classes(name)) for name in names)
    staff = tuple(
        StaffMember(draw(st.uuids()), SCHOOL, person_id(number), draw(FULL_NAMES))
        for number in range(draw(st.integers(1, 4)))
    )
    drawn = tuple(draw(pupils(number)) for number in range(draw(st.integers(1, 4))))
    return replace(
        ROSTER,
        groups=groups,
        staff=staff,
        positions=tuple(draw(positions(member)) for member in staff if draw(st.booleans())),
        assignments=tuple(draw(assignments(groups, staff))),
        pupils=drawn,
        enrolments=tuple(draw(enrolments(draw(st.sampled_from(groups)), each)) for each in drawn),
    )


@st.composite
def classes(draw: st.DrawFn, name: str) -> Group:
    """A class of any grade, with what it may choose."""
    key, grade = replace(GROUP.key, name=name), draw(st.integers(1, 12))
    free = [subject.code for subject in offered(grade) if subject.optional]
    electives = [subject.code for subject in offered(grade) if subject.elective]
    chosen = draw(st.lists(st.sampled_from(free), unique=True))
    if electives:
        chosen += draw(st.lists(st.sampled_from(electives), unique=True, min_size=ELECTIVES, max_size=ELECTIVES))
    group = Group(key, grade, tuple(sorted(chosen)), plan=draw(st.sampled_from([None, *SignaturePlan])))
    taught = [subject.code for subject in curriculum_of(group).subjects]
    topics = draw(st.lists(st.sampled_from(taught), unique=True, max_size=TOPICS)) if electives else []
    return replace(group, topics=tuple(sorted(topics)))


@st.composite
def pupils(draw: st.DrawFn, number: int) -> Pupil:
    words, code = (draw(TEXT) for _ in range(3)), str(7926000000 + number)
    return Pupil(
        UUID(int=number), code, draw(st.just("") | st.just(person_id(number))), draw(FULL_NAMES), BIRTH, "Nữ", *words
    )


@st.composite
def positions(draw: st.DrawFn, member: StaffMember) -> Position:
    office, title = (
        draw(st.sampled_from([Office.VICE_PRINCIPAL, Office.SEAL_CLERK, Office.SYSTEM_ADMIN])),
        draw(FULL_NAMES),
    )
    return Position(SCHOOL, member.personal_id, office, title, draw(periods()))


@st.composite
def assignments(draw: st.DrawFn, groups: tuple[Group, ...], staff: tuple[StaffMember, ...]) -> list[Assignment]:
    """One signer at most of each slot, and others who share it."""
    found = []
    for group in groups:
        for slot in draw(st.lists(st.sampled_from(curriculum_of(group).slots), unique=True, max_size=4)):
            people = draw(st.lists(st.sampled_from(staff), unique=True, min_size=1, max_size=2))
            first = draw(st.booleans())
            found += [
                Assignment(group.key, each.personal_id, slot, first and not number, draw(periods()))
                for number, each in enumerate(people)
            ]
    return found


@st.composite
def enrolments(draw: st.DrawFn, group: Group, member: Pupil) -> Enrolment:
    joined_on = draw(DAYS)
    left_on = draw(st.none() | st.dates(joined_on, date(2027, 5, 31)))
    return Enrolment(group.key, member.code, draw(st.integers(1, 99)), draw(TEXT), joined_on, left_on)
