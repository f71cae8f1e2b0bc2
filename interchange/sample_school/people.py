"""Sample pupils and staff: generated people with valid personal ids, no real ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from domain.calendar import SchoolYear
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL, Curriculum, curriculum_for
from domain.identity import Sex, make_personal_id, name_sort_key
from domain.provinces import PROVINCES
from domain.rules.school_levels import SchoolLevel
from interchange.roster import RosterHeader, RosterRow, grade_of
from interchange.sample_school import names
from interchange.sample_school.families import with_family
from interchange.staff import AssignmentRow, Staff, StaffRole, StaffRow

YEAR: Final = SchoolYear(2026)
SCHOOL_CODE: Final = "79766999"
SCHOOL_NAME: Final = "Trường Tiểu học và Trung học cơ sở Mẫu Tân Bình"
# Taught by teachers of their own in primary school, each for all classes of the level.
SPECIALIST_SUBJECTS: Final = ("giao_duc_the_chat", "am_nhac", "mi_thuat", "ngoai_ngu_1", "tin_hoc")
_FIRST_PUPIL_CODE: Final = 7926000001
_FIRST_DAY = date(YEAR.start, 8, 1)


@dataclass
class People:
    """Draws people from one seeded source; no personal id or pupil name comes twice."""

    random: Random
    _used_ids: set[str] = field(default_factory=set)
    _used_names: set[str] = field(default_factory=set)

    def weighted(self, weights: dict[str, int]) -> str:
        return self.random.choices(list(weights), weights=list(weights.values()))[0]

    def personal_id(self, place: str, sex: Sex, birth_date: date) -> str:
        while True:
            found = make_personal_id(place, sex, birth_date, self.random.randrange(1, 1_000_000))
            if found not in self._used_ids:
                self._used_ids.add(found)
                return found

    def name(self, surnames: dict[str, int], given: tuple[str, ...]) -> str:
        while True:
            found = f"{self.weighted(surnames)} {self.random.choice(given)}"
            if found not in self._used_names:
                self._used_names.add(found)
                return found

    def day_of(self, year: int) -> date:
        return date(year, 1, 1) + timedelta(days=self.random.randrange(365))


def header_of(class_name: str) -> RosterHeader:
    return RosterHeader(
        authority="Ủy ban nhân dân phường Tân Bình",
        school_name=SCHOOL_NAME,
        school_code=SCHOOL_CODE,
        commune="Phường Tân Bình",
        district="",
        province="Thành phố Hồ Chí Minh",
        school_year=YEAR,
        grade=grade_of(class_name),
        class_name=class_name,
    )


def draw_class(people: People, grade: int, size: int, first_number: int) -> tuple[RosterRow, ...]:
    """Draw a class in class-list order; `first_number` counts the school's pupils from 0."""
    drawn = sorted((_draw_pupil(people, grade) for _ in range(size)), key=lambda pupil: name_sort_key(pupil.full_name))
    return tuple(
        with_family(_numbered(pupil, order, first_number + order)) for order, pupil in enumerate(drawn, start=1)
    )


@dataclass(frozen=True)
class _Pupil:
    full_name: str
    sex: Sex
    birth_date: date
    place: str
    personal_id: str
    ethnicity: str
    height_cm: int
    weight_kg: int
    health: str


def _draw_pupil(people: People, grade: int) -> _Pupil:
    sex = people.random.choice(list(Sex))
    ethnicity = people.weighted(names.ETHNIC_WEIGHTS)
    group = names.GROUP_SURNAMES.get(ethnicity)
    surnames = dict.fromkeys(group, 1) if group else names.SURNAMES
    given = names.BOY_NAMES if sex is Sex.MALE else names.GIRL_NAMES
    birth_date = people.day_of(YEAR.start - 5 - grade)
    place = people.weighted(names.PLACE_WEIGHTS)
    height = people.random.randrange(110, 128) + 6 * (grade - 1)
    return _Pupil(
        full_name=people.name(surnames, given),
        sex=sex,
        birth_date=birth_date,
        place=place,
        personal_id=people.personal_id(place, sex, birth_date),
        ethnicity=ethnicity,
        height_cm=height,
        weight_kg=round((height / 100) ** 2 * people.random.uniform(13.8, 18.2)),  # by body mass index
        health=people.weighted({"Tốt": 4, "Bình thường": 1}),
    )


def _numbered(pupil: _Pupil, order: int, number: int) -> RosterRow:
    province = PROVINCES[pupil.place]
    return RosterRow(
        order_no=order,
        pupil_code=str(_FIRST_PUPIL_CODE + number - 1),
        personal_id=pupil.personal_id,
        full_name=pupil.full_name,
        birth_date=pupil.birth_date,
        sex=pupil.sex,
        ethnicity=pupil.ethnicity,
        nationality="Việt Nam",
        place_of_birth=province if pupil.place == names.CITY_PLACE else f"Tỉnh {province}",
        register_no=f"{number:03}/{YEAR.start}",
        height_cm=str(pupil.height_cm),
        weight_kg=str(pupil.weight_kg),
        health=pupil.health,
    )


def draw_staff(people: People, class_names: Sequence[str]) -> Staff:
    """Draw the leaders, a homeroom teacher per class, and teachers of single subjects for each level of the school.

    In secondary classes every subject has a teacher of its own, and the homeroom teacher teaches Ngữ văn.
    """
    principal, clerk, admin = (
        _draw_staff(people, each) for each in (StaffRole.PRINCIPAL, StaffRole.CLERK, StaffRole.ADMIN)
    )
    everyone, assignments = [principal, clerk, admin], [_assign("", PRINCIPAL, principal), _assign("", SEAL, clerk)]
    specialists: dict[tuple[SchoolLevel, str], StaffRow] = {}
    for class_name in class_names:
        homeroom = _draw_staff(people, StaffRole.TEACHER)
        everyone.append(homeroom)
        assignments.append(_assign(class_name, HOMEROOM, homeroom))
        curriculum = curriculum_for(grade_of(class_name))
        for subject in curriculum.subjects:
            teacher = homeroom
            if _has_specialist(curriculum, subject.code):
                key = (curriculum.level, subject.code)
                if key not in specialists:
                    specialists[key] = _draw_staff(people, StaffRole.TEACHER)
                    everyone.append(specialists[key])
                teacher = specialists[key]
            assignments.append(_assign(class_name, subject.code, teacher))
    return Staff(SCHOOL_NAME, SCHOOL_CODE, YEAR, tuple(everyone), tuple(assignments))


def _has_specialist(curriculum: Curriculum, subject: str) -> bool:
    return subject in SPECIALIST_SUBJECTS if curriculum.is_primary else subject != "ngu_van"


def _draw_staff(people: People, role: StaffRole) -> StaffRow:
    sex = people.random.choice([Sex.FEMALE, Sex.FEMALE, Sex.FEMALE, Sex.MALE])
    birth_date = people.day_of(people.random.randrange(1968, 1980 if role is StaffRole.PRINCIPAL else 1999))
    return StaffRow(
        personal_id=people.personal_id(people.weighted(names.PLACE_WEIGHTS), sex, birth_date),
        full_name=people.name(names.SURNAMES, names.MEN_NAMES if sex is Sex.MALE else names.WOMEN_NAMES),
        birth_date=birth_date,
        sex=sex,
        role=role,
    )


def _assign(class_name: str, slot: str, person: StaffRow) -> AssignmentRow:
    return AssignmentRow(class_name, slot, person.personal_id, _FIRST_DAY)
