"""Demo sign-in: people to choose from, their accounts, and keys for the programs that play them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.duties import Duty
from domain.scopes import EVERY_SCOPE
from storage import visitors
from storage.people import people_work
from storage.staffing import in_force
from storage.tables import Account, ApiToken, ClassGroup, ManagingAuthority, Position, School, Staff, TeachingAssignment

_LONG = timedelta(days=3650)


# Offices first, in the order of their weight.
_RANKS = (
    Duty.OFFICE_HEAD,
    Duty.OFFICER,
    Duty.PRINCIPAL,
    Duty.VICE_PRINCIPAL,
    Duty.CLERK,
    Duty.ADMIN,
    Duty.HOMEROOM,
    Duty.SUBJECT_TEACHER,
)


@dataclass(frozen=True)
class DemoPerson:
    """A member of staff to act as in the demo; `desk` is the weightiest of the duties, `waiting` parts wait."""

    staff_id: UUID
    school: str
    full_name: str
    duties: tuple[str, ...]
    desk: Duty
    waiting: int = 0
    has_account: bool = False


def accounts(session: Session, at: datetime) -> list[DemoPerson]:
    """Everybody who has a duty now: offices first, then homeroom teachers by class, then subject teachers."""
    duties: dict[UUID, list[tuple[int, str]]] = {}
    offices = select(Position.staff_id, Position.role, Position.title).where(in_force(Position, at))
    for staff_id, role, title in session.execute(offices):
        duties.setdefault(staff_id, []).append((_RANKS.index(Duty(role)), title))
    for staff_id, text, desk in _teaching(session, at):
        duties.setdefault(staff_id, []).append((_RANKS.index(desk), text))
    place = func.coalesce(School.name, ManagingAuthority.name)
    query = (
        select(Staff, place)
        .outerjoin(School, School.id == Staff.school_id)
        .outerjoin(ManagingAuthority, ManagingAuthority.id == Staff.authority_id)
        .where(Staff.id.in_(duties))
    )
    found = [(sorted(duties[staff.id]), staff, name) for staff, name in session.execute(query)]
    # Of an office's many schools one has people to act as; what waits at the others is nobody's at the door.
    open_to = {staff.school_id for _, staff, _ in found if staff.school_id and staff.account_id}
    busy = _waiting(session, open_to, at)
    return [
        DemoPerson(
            staff.id,
            name,
            staff.full_name,
            tuple(text for _, text in own),
            _RANKS[own[0][0]],
            busy.get(staff.id, 0),
            staff.account_id is not None,
        )
        for own, staff, name in sorted(found, key=lambda each: (each[2], each[0], each[1].full_name))
    ]


def _waiting(session: Session, schools: Collection[UUID], at: datetime) -> dict[UUID, int]:
    """How many parts wait for each person: a demo is begun where there is something to do."""
    work = (person for school_id in schools for person in people_work(session, school_id, at).people)
    return {person.staff_id: len(person.work) for person in work}


def _teaching(session: Session, at: datetime) -> list[tuple[UUID, str, Duty]]:
    query = (
        select(TeachingAssignment.staff_id, TeachingAssignment.slot, ClassGroup.name)
        .join(ClassGroup, ClassGroup.id == TeachingAssignment.class_id)
        .where(in_force(TeachingAssignment, at))
        .order_by(func.length(ClassGroup.name), ClassGroup.name)
    )
    classes: dict[tuple[UUID, bool], dict[str, None]] = {}
    for staff_id, slot, name in session.execute(query):
        classes.setdefault((staff_id, slot == HOMEROOM), {})[name] = None
    return [
        (
            staff_id,
            f"Chủ nhiệm lớp {', '.join(names)}" if is_homeroom else f"Giáo viên bộ môn lớp {', '.join(names)}",
            Duty.HOMEROOM if is_homeroom else Duty.SUBJECT_TEACHER,
        )
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
            its.email = f"{its.login}@hocba.invalid"
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
