"""The school that the API is asked about, with keys and tokens for its people, and another school beside it."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy.orm import Session

from api.guard import COOKIE, CSRF_HEADER
from domain.calendar import day_of
from domain.curriculum import PRINCIPAL
from domain.duties import Duty
from signing.authority import DevelopmentAuthority, IssuedKey
from signing.keys import KeyStore
from storage import demo, registration, visitors
from storage.access import SCHOOL_WIDE
from storage.campaigns import offices
from storage.staffing import Person
from storage.tables import CertificateRow, School, Staff
from storage.visitors import NewSession
from tests.factories import SINCE, ClassCast, SchoolCast, make_class, make_school, make_staff, open_book
from tests.office import manager_of

PASSPHRASE = "mật khẩu chữ ký của người thử"
LOOPBACK = ("127.0.0.1", 50000)
ELSEWHERE = ("192.0.2.7", 50000)
NOBODY = "nobody"


@dataclass(frozen=True)
class Keyring:
    """A development authority and the store that keeps what it issues."""

    authority: DevelopmentAuthority
    store: KeyStore

    def give_person(self, session: Session, staff_id: UUID) -> CertificateRow:
        staff = session.get_one(Staff, staff_id)
        return self._keep(session, self.authority.issue_person(staff.full_name, staff.personal_id), staff_id=staff_id)

    def give_school(self, session: Session, school_id: UUID) -> CertificateRow:
        school = session.get_one(School, school_id)
        return self._keep(session, self.authority.issue_organisation(school.name, school.code), school_id=school_id)

    def _keep(self, session: Session, issued: IssuedKey, **owner: UUID) -> CertificateRow:
        sha256 = issued.certificate.fingerprint(hashes.SHA256()).hex()
        self.store.save(sha256, issued, PASSPHRASE)
        row = CertificateRow(
            sha256=sha256, key_ref=sha256, not_before=issued.certificate.not_valid_before_utc,
            not_after=issued.certificate.not_valid_after_utc,
            chain_pem="".join(each.public_bytes(Encoding.PEM).decode() for each in issued.certificates), **owner,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row


@dataclass
class World:
    """`tokens` and `cookies` are by person: principal, homeroom, other (of another class), clerk, admin, foreigner."""

    school: SchoolCast
    cast: ClassCast
    other_cast: ClassCast
    foreign: ClassCast
    admin: UUID
    class_term_id: UUID
    records: tuple[str, ...]
    foreign_class_term_id: UUID
    foreign_record: str
    tokens: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    office: dict[str, UUID] = field(default_factory=dict)  # officer and head of the authority of both schools

    def who(self, person: str) -> UUID:
        return {
            "principal": self.school.principal, "clerk": self.school.clerk, "admin": self.admin,
            "homeroom": self.cast.homeroom, "music": self.cast.music, "other": self.other_cast.music,
            "foreigner": self.foreign.school.principal, **self.office,
        }[person]  # fmt: skip

    def person(self, name: str) -> Person:
        """Somebody with every office of a school."""
        who = self.who(name)
        school_id = (self.foreign.school if name == "foreigner" else self.school).school_id
        return Person(who, school_id, name, SCHOOL_WIDE)


PEOPLE = ("principal", "homeroom", "other", "clerk", "admin", "foreigner", NOBODY)


def make_world(session: Session, keys: Keyring, number: int = 1) -> World:
    """Two classes in one school, one class in another, a book open in each; commits nothing."""
    school = make_school(session, number)
    cast, other_cast = make_class(session, school, "1A1"), make_class(session, school, "1A2")
    foreign = make_class(session, make_school(session, number + 1), "1C1")
    book, foreign_book = open_book(session, cast), open_book(session, foreign)
    world = World(
        school, cast, other_cast, foreign, make_admin(session, school),
        book.id, book.records, foreign_book.id, foreign_book.records[0],
    )  # fmt: skip
    world.office.update(make_officers(session, school))
    world.tokens.update({person: demo.new_token(session, world.who(person)) for person in (*PEOPLE[:-1], "music")})
    world.cookies.update({person: sign_in(session, world.who(person)) for person in world.tokens})
    world.cookies.update({person: sign_in(session, each) for person, each in world.office.items()})
    for person in ("principal", "homeroom"):
        keys.give_person(session, world.who(person))
    keys.give_school(session, school.school_id)
    session.flush()
    return world


def make_officers(session: Session, school: SchoolCast) -> dict[str, UUID]:
    """Who follows and who decides at the authority that manages the school."""
    authority_id = manager_of(session, school.school_id, day_of(datetime.now(UTC)))
    assert authority_id is not None
    people = {"officer": ("079180000001", Duty.OFFICER), "office head": ("079180000002", Duty.OFFICE_HEAD)}
    return {
        name: offices.add_officer(session, authority_id, (personal_id, f"Người Mẫu {name}"), duty, SINCE)
        for name, (personal_id, duty) in people.items()
    }


def sign_in(session: Session, staff_id: UUID, *, has_second_factor: bool = True) -> str:
    """The cookie of a browser in which this person has just signed in."""
    account = demo.account(session, staff_id)
    new = NewSession(account.id, staff_id, "Trình duyệt thử", "192.0.2.1", has_second_factor=has_second_factor)
    return visitors.begin(session, new, datetime.now(UTC))


def make_admin(session: Session, school: SchoolCast) -> UUID:
    admin = make_staff(session, school.school_id, 100 * school.number + 3)
    registration.add_position(session, school.school_id, admin, "system_admin", "Quản trị hệ thống", (SINCE, None))
    return admin


def give_keys(session: Session, keys: Keyring, cast: ClassCast) -> None:
    """Everybody who signs in this class gets a key."""
    for slot in (PRINCIPAL, "homeroom", *cast.teachers):
        if session.query(CertificateRow).filter_by(staff_id=cast.who(slot)).first() is None:
            keys.give_person(session, cast.who(slot))
    if session.query(CertificateRow).filter_by(school_id=cast.school.school_id).first() is None:
        keys.give_school(session, cast.school.school_id)


def at_desk(app: FastAPI, cookie: str) -> AsyncClient:
    """Somebody's browser: it has a cookie, asks for pages, and its forms are ours."""
    client = visitor(app)
    client.cookies.set(COOKIE, cookie)
    forged_not = hashlib.sha256(b"csrf:" + cookie.encode()).hexdigest()
    client.headers.update({"Accept": "text/html", CSRF_HEADER: forged_not})
    return client


def visitor(app: FastAPI, token: str = "", address: tuple[str, int] = LOOPBACK) -> AsyncClient:
    """Somebody at the door of the application, with a token or without."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = ASGITransport(app, client=address)
    return AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers)
