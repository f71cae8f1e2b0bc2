"""Demo sign-in: people to choose from, their accounts, and keys for the programs that play them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.scopes import EVERY_SCOPE
from storage import visitors
from storage.staffing import in_force
from storage.tables import Account, ApiToken, ClassGroup, Position, School, Staff, TeachingAssignment

_LONG = timedelta(days=3650)


def _(message: str) -> str:
    """Mark a sentence for the catalogues of other languages."""
    return message


_HOMEROOM = _("Chủ nhiệm lớp %(classes)s")
_SUBJECT = _("Giáo viên bộ môn lớp %(classes)s")


@dataclass(frozen=True, order=True)
class DemoDuty:
    """What somebody does: `words` take the names of `classes`, if it is in classes."""

    rank: int
    words: str
    classes: str = ""


@dataclass(frozen=True)
class DemoPerson:
    """A member of staff to act as in the demo, with what the person does at the school."""

    staff_id: UUID
    school: str
    full_name: str
    duties: tuple[DemoDuty, ...]


def accounts(session: Session, at: datetime) -> list[DemoPerson]:
    """Everybody who has something to do now: offices first, then homeroom teachers, then subject teachers."""
    duties: dict[UUID, list[DemoDuty]] = {}
    offices = select(Position.staff_id, Position.title).where(in_force(Position, at))
    for staff_id, title in session.execute(offices):
        duties.setdefault(staff_id, []).append(DemoDuty(0, title))
    for staff_id, duty in _teaching(session, at):
        duties.setdefault(staff_id, []).append(duty)
    query = select(Staff, School.name).join(School, School.id == Staff.school_id).where(Staff.id.in_(duties))
    found = [(min(duties[staff.id]), staff, school) for staff, school in session.execute(query)]
    return [
        DemoPerson(staff.id, school, staff.full_name, tuple(sorted(duties[staff.id])))
        for _rank, staff, school in sorted(found, key=lambda each: (each[2], each[0], each[1].full_name))
    ]


def _teaching(session: Session, at: datetime) -> list[tuple[UUID, DemoDuty]]:
    query = (
        select(TeachingAssignment.staff_id, TeachingAssignment.slot, ClassGroup.name)
        .join(ClassGroup, ClassGroup.id == TeachingAssignment.class_id)
        .where(in_force(TeachingAssignment, at))
        .order_by(ClassGroup.name)
    )
    classes: dict[tuple[UUID, bool], dict[str, None]] = {}
    for staff_id, slot, name in session.execute(query):
        classes.setdefault((staff_id, slot == HOMEROOM), {})[name] = None
    return [
        (staff_id, DemoDuty(2 - is_homeroom, _HOMEROOM if is_homeroom else _SUBJECT, ", ".join(names)))
        for (staff_id, is_homeroom), names in classes.items()
    ]


def new_token(session: Session, staff_id: UUID) -> str:
    """A fresh key for everything that a person may do; only its hash is kept."""
    token = visitors.new_token()
    session.add(
        ApiToken(
            staff_id=staff_id,
            name="Bản dùng thử",
            token_sha256=visitors.sha256_of(token),
            scopes=sorted(EVERY_SCOPE),
            expires_at=datetime.now(UTC) + _LONG,
        )
    )
    return token


def give_logins(
    session: Session, school_id: UUID, wanted: Mapping[str, str], password: Callable[[], str]
) -> dict[str, str]:
    """Names to sign in with by personal id, as `wanted` where they are free; `password` makes a hash for the new ones.

    Who chose a password already keeps it.
    """
    staff = select(Staff).where(Staff.school_id == school_id, Staff.personal_id.in_(wanted))
    found, kept = {}, ""
    for person in session.scalars(staff.order_by(Staff.personal_id)):
        its = account(session, person.id)
        if its.password_hash is None:
            kept = kept or password()
            its.password_hash = kept
            login = wanted[person.personal_id]
            its.login = f"{login}.{its.id.hex[:4]}" if visitors.login_taken(session, login) else login
            session.flush()
        found[person.personal_id] = its.login
    return found


def account(session: Session, staff_id: UUID) -> Account:
    """The person's account, made if there is none yet."""
    found = visitors.account_of(session, staff_id)
    if found is None:
        # An address that can belong to nobody (RFC 2606): the list of mails shows what would be sent.
        found = Account(login=f"demo-{staff_id}", email=f"demo-{staff_id}@hocba.invalid")
        session.add(found)
        session.flush()
        session.get_one(Staff, staff_id).account_id = found.id
        session.flush()
    return found
