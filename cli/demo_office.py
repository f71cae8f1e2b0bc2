"""The demo's office: a department, wards that took over from a district in 2025, and thirty schools under them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from random import Random
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from activities import passwords
from activities.rosters import import_roster
from activities.school_import import import_staff
from cli.database import opened
from cli.demo_data import PASSWORD, DemoSchool, accounts_of, issue_certificates
from config.settings import Settings
from domain.assessment import Term
from domain.curriculum import Curriculum, curriculum_for
from domain.duties import Duty
from domain.identity import Sex, make_personal_id
from interchange.marks import MarkBook
from interchange.roster import Roster, RosterBook, RosterRow
from interchange.sample_school.people import SCHOOL_CODE, People, draw_class, draw_staff, header_of
from interchange.sample_school.results import PrimaryMarks, plan_results
from interchange.staff import Staff
from storage import demo
from storage.campaigns import offices
from storage.campaigns.offices import OfficeFacts
from storage.tables import Account, School, SchoolAuthority

REFORM: Final = date(2025, 7, 1)
_FOUNDED: Final = date(2010, 1, 1)
_SINCE: Final = datetime(2026, 8, 1, tzinfo=UTC)
WARDS: Final = ("Tân Sơn Hòa", "Tân Sơn Nhất", "Tân Hòa", "Bảy Hiền", "Tân Bình", "Tân Sơn")
SCHOOLS_OF_WARD: Final = 5
CLASS: Final = "1A1"
LOGINS: Final = {
    "lanhdao.so": ("Lê Thị Thu Hà", Duty.OFFICE_HEAD, ""),
    "chuyenvien.so": ("Trần Quốc Bảo", Duty.OFFICER, ""),
    "chuyenvien.phuong": ("Nguyễn Minh Khôi", Duty.OFFICER, "Tân Bình"),
}
_DEPARTMENT: Final = OfficeFacts(
    "79", "Sở Giáo dục và Đào tạo Thành phố Hồ Chí Minh", "city_department", None, _FOUNDED
)


@dataclass(frozen=True)
class Neighbour:
    """A school beside the demo school: one small class of grade 1, what its teachers would enter, and who they are.

    `staff_ids` are by personal id; `school` is there where everybody has a certificate and can sign.
    """

    number: int
    school_id: UUID
    class_id: UUID
    members: tuple[RosterRow, ...]
    marks: MarkBook
    curriculum: Curriculum
    staff: Staff
    staff_ids: Mapping[str, UUID]
    school: DemoSchool | None = None


@dataclass(frozen=True)
class DemoOffice:
    department: UUID
    head: UUID
    neighbours: tuple[Neighbour, ...]


def load_office(settings: Settings, school_id: str) -> DemoOffice:
    """Register the office and its schools; again, the same ones."""
    with opened(settings.database_url) as sessions, sessions.begin() as session:
        department = offices.add_authority(session, _DEPARTMENT)
        district = offices.add_authority(session, _district(department))
        wards = [offices.add_authority(session, _ward(name, department)) for name in WARDS]
        _put_under(session, UUID(school_id), district, wards[WARDS.index("Tân Bình")])
        neighbours = tuple(_equipped(session, settings, each) for each in _neighbours(session, district, wards))
        head = _officers(session, department, dict(zip(WARDS, wards, strict=True)))
    return DemoOffice(department, head, neighbours)


def _equipped(session: Session, settings: Settings, neighbour: Neighbour) -> Neighbour:
    """Every other school has the certificates of all its people, and of itself."""
    if neighbour.number % 2:
        return neighbour
    staff, ids = neighbour.staff, neighbour.staff_ids
    issue_certificates(session, settings, staff, ids, neighbour.school_id)
    accounts = accounts_of(session, staff, ids)
    school = DemoSchool(str(neighbour.school_id), {CLASS: str(neighbour.class_id)}, accounts)
    return replace(neighbour, school=school)


def _district(department: UUID) -> OfficeFacts:
    name = "Phòng Giáo dục và Đào tạo quận Tân Bình"
    return OfficeFacts("79-766", name, "district_office", department, _FOUNDED, REFORM)


def _ward(name: str, department: UUID) -> OfficeFacts:
    return OfficeFacts(
        f"79-{WARDS.index(name):02}", f"Ủy ban nhân dân phường {name}", "commune_authority", department, REFORM
    )


def _put_under(session: Session, school_id: UUID, district: UUID, ward: UUID) -> None:
    """Under the district until the reform, under the ward since: instead of what its list said."""
    held = session.scalars(select(SchoolAuthority).where(SchoolAuthority.school_id == school_id)).all()
    if any(each.authority_id == ward for each in held):
        return
    for each in held:
        session.delete(each)
    session.flush()
    session.add(SchoolAuthority(school_id=school_id, authority_id=district, valid_from=_FOUNDED, valid_to=REFORM))
    session.add(SchoolAuthority(school_id=school_id, authority_id=ward, valid_from=REFORM))
    session.flush()


def _neighbours(session: Session, district: UUID, wards: list[UUID]) -> Iterator[Neighbour]:
    numbers = [number for number in range(len(WARDS) * SCHOOLS_OF_WARD) if number != _OWN]
    for number in numbers:
        yield _neighbour(session, number, district, wards[number // SCHOOLS_OF_WARD])


# The place of the demo school itself among the thirty.
_OWN: Final = WARDS.index("Tân Bình") * SCHOOLS_OF_WARD


def _neighbour(session: Session, number: int, district: UUID, ward: UUID) -> Neighbour:
    """Drawn from a seed of its own, so that each is another school every time the same."""
    people = People(Random(7000 + number))  # noqa: S311 - sample people, not secrets
    name, code = _name(number), f"{int(SCHOOL_CODE) + 100 + number}"
    header = replace(
        header_of(CLASS), school_name=name, school_code=code, commune=f"Phường {WARDS[number // SCHOOLS_OF_WARD]}",
        authority=f"Ủy ban nhân dân phường {WARDS[number // SCHOOLS_OF_WARD]}",
    )  # fmt: skip
    staff = replace(draw_staff(people, [CLASS]), school_name=name, school_code=code)
    members = draw_class(people, 1, people.random.randint(6, 12), 10_000 + 100 * number)
    curriculum = curriculum_for(1)
    marks = PrimaryMarks(people.random, curriculum, header, members, plan_results(people.random, len(members)))
    classes = import_roster(session, RosterBook((Roster(header, members),), ()))
    school_id = session.scalars(select(School.id).where(School.code == code)).one()
    ids = import_staff(session, school_id, staff)
    _put_under(session, school_id, district, ward)
    return Neighbour(number, school_id, classes[CLASS], members, marks.draw(Term.HK1), curriculum, staff, ids)


def _name(number: int) -> str:
    ward, position = WARDS[number // SCHOOLS_OF_WARD], number % SCHOOLS_OF_WARD + 1
    return f"Trường Tiểu học Mẫu {ward} {position}"


def _officers(session: Session, department: UUID, wards: dict[str, UUID]) -> UUID:
    """The people of the offices, with names to sign in by; returns the head of the department."""
    kept = passwords.hash_of(PASSWORD)
    found: dict[str, UUID] = {}
    for number, (login, (name, duty, ward)) in enumerate(LOGINS.items()):
        office = wards[ward] if ward else department
        personal_id = make_personal_id("079", Sex.FEMALE, date(1975 + number, 5, 12), 770_000 + number)
        staff_id = offices.add_officer(session, office, (personal_id, name), duty, _SINCE)
        account: Account = demo.account(session, staff_id)
        if account.password_hash is None:
            account.password_hash, account.login = kept, login
        found[login] = staff_id
    session.flush()
    return found["lanhdao.so"]
