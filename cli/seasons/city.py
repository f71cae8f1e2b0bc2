"""A season's city as it is registered: an office, its wards, their schools, everybody and their certificates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from domain.calendar import SchoolYear
from domain.curriculum import HOMEROOM
from domain.duties import Duty
from domain.identity import Sex, make_personal_id
from simulation.cast import ENGLISH, GRADE, Klass, Pupil, School
from simulation.people import Role
from storage import registration
from storage.campaigns import offices
from storage.campaigns.offices import OfficeFacts
from storage.registration import ClassFacts
from storage.tables import (
    CertificateRow,
    ClassGroup,
    Enrolment,
    Position,
    PupilRow,
    Reason,
    SchoolAuthority,
    Staff,
    TeachingAssignment,
)
from storage.tables import School as SchoolRow

SINCE: Final = datetime(2020, 1, 1, tzinfo=UTC)
CITY: Final = "Thành phố Hồ Chí Minh"
_LASTING: Final = timedelta(days=2000)  # of certificates: nobody's ends within a season
_PLACE: Final = "079"
_BORN: Final = date(1980, 1, 1)
_HOME: Final = "Thành phố Hồ Chí Minh"
_ROLES: Final = {
    Role.PRINCIPAL: (("principal", "Hiệu trưởng"),),
    Role.CLERK: (("seal_clerk", "Văn thư"), ("system_admin", "Quản trị hệ thống")),
}


@dataclass(frozen=True)
class Office:
    """The city's department, and its head who decides."""

    id: UUID
    head: UUID


@dataclass(frozen=True)
class City:
    """Where the numbers of a season are in the database."""

    office: Office
    year: SchoolYear
    schools: Mapping[int, UUID]
    people: Mapping[int, UUID]
    classes: Mapping[int, UUID]
    pupils: Mapping[int, UUID]
    enrolments: Mapping[int, UUID]
    reasons: Mapping[int, UUID]  # one of each school, for what is sent back or kept back


def register(session: Session, schools: tuple[School, ...], year: SchoolYear) -> City:
    """Enter everything with one statement for each table; the database is a season's own."""
    office, wards = _offices(session, schools)
    registration.add_school_year(session, year)
    city = City(
        office,
        year,
        {school.number: uuid4() for school in schools},
        {person.number: uuid4() for school in schools for person in school.people},
        {klass.number: uuid4() for school in schools for klass in school.classes},
        {pupil.number: uuid4() for pupil in _pupils_of(schools)},
        {pupil.number: uuid4() for pupil in _pupils_of(schools)},
        {school.number: uuid4() for school in schools},
    )
    rows = _Rows(city, wards, registration.rules_of(year, ClassFacts(GRADE, f"{GRADE}A1", (ENGLISH,))).circular)
    for table, make in rows.tables():
        session.execute(insert(table), [row for school in schools for row in make(school)])
    return city


def _pupils_of(schools: tuple[School, ...]) -> Iterator[Pupil]:
    return (pupil for school in schools for klass in school.classes for pupil in klass.pupils)


def _offices(session: Session, schools: tuple[School, ...]) -> tuple[Office, dict[str, UUID]]:
    facts = OfficeFacts("so/79", f"Sở Giáo dục và Đào tạo {CITY}", "city_department", None, SINCE.date())
    office = offices.add_authority(session, facts)
    head = offices.add_officer(session, office, (_staff_id(0), "Lãnh đạo Sở"), Duty.OFFICE_HEAD, SINCE)
    wards = {}
    for number, name in enumerate(sorted({school.ward for school in schools}), start=1):
        facts = OfficeFacts(f"phuong/{number}", f"Ủy ban nhân dân {name}", "commune_authority", office, SINCE.date())
        wards[name] = offices.add_authority(session, facts)
        person = (_staff_id(number), f"Cán bộ {name}")
        offices.add_officer(session, wards[name], person, Duty.OFFICER, SINCE)
    return Office(office, head), wards


class _Rows:
    """What one school is in each table."""

    def __init__(self, city: City, wards: Mapping[str, UUID], circular: str) -> None:
        self.city, self.wards, self.circular = city, wards, circular

    def tables(self) -> list[tuple[Any, Any]]:
        """In an order in which what is referred to is there before."""
        return [
            (SchoolRow, self.school),
            (SchoolAuthority, self.manager),
            (Staff, self.staff),
            (Position, self.positions),
            (CertificateRow, self.certificates),
            (ClassGroup, self.classes),
            (TeachingAssignment, self.assignments),
            (PupilRow, self.pupils),
            (Enrolment, self.enrolments),
            (Reason, self.reason),
        ]

    def school(self, school: School) -> Iterator[dict[str, object]]:
        yield {
            "id": self.city.schools[school.number],
            "code": f"7900{school.number:04}",
            "name": f"Trường Tiểu học Mô phỏng số {school.number}",
            "commune": school.ward,
            "province": CITY,
        }

    def manager(self, school: School) -> Iterator[dict[str, object]]:
        yield {
            "school_id": self.city.schools[school.number],
            "authority_id": self.wards[school.ward],
            "valid_from": SINCE.date(),
        }

    def staff(self, school: School) -> Iterator[dict[str, object]]:
        for person in school.people:
            yield {
                "id": self.city.people[person.number],
                "school_id": self.city.schools[school.number],
                "personal_id": _staff_id(person.number),
                "full_name": f"Giáo viên Mô phỏng {person.number}",
            }

    def positions(self, school: School) -> Iterator[dict[str, object]]:
        for person in school.people:
            for role, title in _ROLES.get(person.role, ()):
                yield {
                    "school_id": self.city.schools[school.number],
                    "staff_id": self.city.people[person.number],
                    "role": role,
                    "title": title,
                    "valid_from": SINCE,
                }

    def certificates(self, school: School) -> Iterator[dict[str, object]]:
        """Of each person and of the school; no key stands behind them, for nothing is signed."""
        yield {**_certificate(f"school {school.number}"), "school_id": self.city.schools[school.number]}
        for person in school.people:
            yield {**_certificate(f"person {person.number}"), "staff_id": self.city.people[person.number]}

    def classes(self, school: School) -> Iterator[dict[str, object]]:
        for klass in school.classes:
            yield {
                "id": self.city.classes[klass.number],
                "school_id": self.city.schools[school.number],
                "school_year": str(self.city.year),
                "grade": GRADE,
                "name": klass.name,
                "circular": self.circular,
                "optional_subjects": [ENGLISH],
            }

    def assignments(self, school: School) -> Iterator[dict[str, object]]:
        """Principal and clerk have their part by their office."""
        for klass in school.classes:
            for slot in (*klass.subjects, HOMEROOM):
                yield {
                    "class_id": self.city.classes[klass.number],
                    "slot": slot,
                    "staff_id": self.city.people[klass.holders[slot]],
                    "valid_from": SINCE,
                }

    def pupils(self, school: School) -> Iterator[dict[str, object]]:
        for klass in school.classes:
            for pupil in klass.pupils:
                yield {"id": self.city.pupils[pupil.number], **profile_of(pupil, self.city.year), **_lacks(pupil)}

    def enrolments(self, school: School) -> Iterator[dict[str, object]]:
        for klass in school.classes:
            yield from self._enrolments_of(klass)

    def _enrolments_of(self, klass: Klass) -> Iterator[dict[str, object]]:
        for place, pupil in enumerate(klass.pupils, start=1):
            yield {
                "id": self.city.enrolments[pupil.number],
                "class_id": self.city.classes[klass.number],
                "pupil_id": self.city.pupils[pupil.number],
                "school_year": str(self.city.year),
                "order_no": place,
                "record_uid": uuid4(),
                "joined_on": date(self.city.year.start, 9, 5),
            }

    def reason(self, school: School) -> Iterator[dict[str, object]]:
        principal = next(person for person in school.people if person.role is Role.PRINCIPAL)
        yield {
            "id": self.city.reasons[school.number],
            "school_id": self.city.schools[school.number],
            "staff_id": self.city.people[principal.number],
            "text": "Mô phỏng.",
        }


def profile_of(pupil: Pupil, year: SchoolYear) -> dict[str, Any]:
    """A pupil whose data is complete."""
    born = date(year.start - 5 - GRADE, 1, 1) + timedelta(days=pupil.number % 365)
    sex = Sex.FEMALE if pupil.number % 2 else Sex.MALE
    return {
        "pupil_code": f"79{pupil.number:08}",
        "personal_id": make_personal_id(_PLACE, sex, born, pupil.number),
        "full_name": f"Học sinh Mô phỏng {pupil.number}",
        "birth_date": born,
        "sex": sex.label,
        "ethnicity": "Kinh",
        "nationality": "Việt Nam",
        "place_of_birth": _HOME,
        "native_place": _HOME,
        "current_address": _HOME,
    }


def _lacks(pupil: Pupil) -> dict[str, str]:
    if pupil.gap_until is None:
        return {}
    return {"native_place": ""} if pupil.has_id else {"personal_id": ""}


def _certificate(of: str) -> dict[str, object]:
    row = {"sha256": sha256(of.encode()).hexdigest(), "key_ref": "none", "chain_pem": "", "not_before": SINCE}
    return {**row, "not_after": datetime.now(UTC) + _LASTING, "staff_id": None, "school_id": None}


def _staff_id(number: int) -> str:
    return make_personal_id(_PLACE, Sex.FEMALE, _BORN, number)
