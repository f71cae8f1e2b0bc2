"""`hocba account`: a link for the first administrator, and help for whoever nobody else can help."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

import typer
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from activities import managing_accounts
from activities.account_links import address_of
from activities.managing_accounts import Invitation
from cli.database import opened
from cli.trouble import Trouble
from config.settings import Settings
from domain.account_states import AccountEventKind
from domain.duties import DUTY_NAMES, Duty
from domain.identity import is_personal_id, normalise_name
from signing.vault import Vault
from storage import account_events, account_links, accounts, registration, users
from storage.account_events import Deed
from storage.campaigns import offices
from storage.tables import ManagingAuthority, School, Staff
from storage.users import UserLine

app = typer.Typer(name="account", no_args_is_help=True, add_completion=False)
OPERATOR = Deed()

SchoolCode = Annotated[str, typer.Option("--school", metavar="CODE", help="Code of the school.")]
StaffName = Annotated[str, typer.Option("--staff", metavar="ID_OR_NAME", help="Personal id, or the full name.")]


@dataclass(frozen=True)
class _Found:
    school: School
    line: UserLine


@app.callback()
def describe() -> None:
    """Invite people by a link, and help whoever has lost a second factor."""


@app.command("invite")
def invite_command(
    school: SchoolCode,
    staff: StaffName,
    *,
    name: Annotated[str, typer.Option(help="Full name, to add a person who is not on the staff yet.")] = "",
    admin: Annotated[bool, typer.Option("--admin", help="Also make the person the school's administrator.")] = False,
    email: Annotated[str, typer.Option(help="Mail address of the account.")] = "",
    login: Annotated[str, typer.Option(help="Name to sign in with; made from the person's name if not given.")] = "",
) -> None:
    """Print a link that lets a person choose a password; it serves once, for seven days."""
    settings = Settings()
    vault = Vault.open(settings.secrets_dir)
    with _session(settings) as session:
        if name:
            _add_person(session, school, staff, normalise_name(name))
        found = _find(session, school, staff)
        if admin:
            _make_admin(session, found)
            found = _find(session, school, staff)
        managing_accounts.invite(session, vault, found.line, Invitation(uuid4(), login, email), OPERATOR)
        line = users.one(session, found.school.id, found.line.person.staff_id, datetime.now(UTC))
        links = account_links.open_of(session, [line.account_id] if line.account_id else [], datetime.now(UTC))
        address = next((address_of(vault, settings.site_url, link) for link in links.values()), "")
    typer.echo(f"{line.person.full_name}: {line.login}", err=True)
    typer.echo(address or "The person uses the account of another school; no link is needed.")


@app.command("officer")
def officer_command(
    authority: Annotated[str, typer.Option(metavar="CODE", help="Code of the authority.")],
    staff: Annotated[str, typer.Option("--staff", metavar="ID", help="Personal id: twelve digits.")],
    name: Annotated[str, typer.Option(help="Full name.")],
    *,
    head: Annotated[bool, typer.Option("--head", help="The person decides for the authority.")] = False,
    email: Annotated[str, typer.Option(help="Mail address of the account.")] = "",
    login: Annotated[str, typer.Option(help="Name to sign in with; made from the person's name if not given.")] = "",
) -> None:
    """Print a link that lets somebody of a managing authority choose a password."""
    settings = Settings()
    vault = Vault.open(settings.secrets_dir)
    duty, now = (Duty.OFFICE_HEAD if head else Duty.OFFICER), datetime.now(UTC)
    with _session(settings) as session:
        office = session.scalars(select(ManagingAuthority).where(ManagingAuthority.code == authority)).first()
        if office is None:
            raise Trouble(f"There is no authority with the code {authority}.")
        if not is_personal_id(staff):
            raise Trouble("--staff must be the personal id: twelve digits.")
        staff_id = offices.add_officer(session, office.id, (staff, normalise_name(name)), duty, now)
        line = users.officer(session, staff_id, now)
        managing_accounts.invite(session, vault, line, Invitation(uuid4(), login, email), OPERATOR)
        line = users.officer(session, staff_id, now)
        links = account_links.open_of(session, [line.account_id] if line.account_id else [], now)
        address = next((address_of(vault, settings.site_url, link) for link in links.values()), "")
    typer.echo(f"{line.person.full_name}: {line.login}", err=True)
    typer.echo(address or "The person uses an account that is there already; no link is needed.")


@app.command("reset-second-factor")
def reset_command(
    school: SchoolCode,
    staff: StaffName,
    *,
    reason: Annotated[str, typer.Option(help="Why; kept with the account.")],
) -> None:
    """Let a person set up a new device at the next sign-in; ends every session."""
    checked = managing_accounts.checked_reason(reason)
    with _session(Settings()) as session:
        line = _find(session, school, staff).line
        if line.account_id is None or not line.has_second_factor:
            raise Trouble("This person has no second factor.")
        accounts.forget_second_factor(session, line.account_id)
        accounts.end_sessions(session, line.account_id, datetime.now(UTC))
        account_events.record(session, line.account_id, AccountEventKind.SECOND_FACTOR_RESET, OPERATOR, checked)
    typer.echo("Done.")


@contextmanager
def _session(settings: Settings) -> Iterator[Session]:
    with opened(settings.database_url) as sessions, sessions.begin() as session:
        yield session


def _school(session: Session, code: str) -> School:
    school = session.scalars(select(School).where(School.code == code)).first()
    if school is None:
        raise Trouble(f"There is no school with the code {code}.")
    return school


def _find(session: Session, code: str, who: str) -> _Found:
    school = _school(session, code)
    named = or_(Staff.personal_id == who, Staff.full_name == normalise_name(who))
    same = session.scalars(select(Staff.id).where(Staff.school_id == school.id, named)).all()
    if not same:
        raise Trouble("Nobody on the school's staff has this personal id or name; --name adds a person.")
    if len(same) > 1:
        raise Trouble("Several people have this name; give the personal id.")
    return _Found(school, users.one(session, school.id, same[0], datetime.now(UTC)))


def _add_person(session: Session, code: str, personal_id: str, full_name: str) -> None:
    if not is_personal_id(personal_id):
        raise Trouble("To add a person, --staff must be the personal id: twelve digits.")
    registration.add_staff(session, _school(session, code).id, personal_id, full_name)


def _make_admin(session: Session, found: _Found) -> None:
    person, since = found.line.person, (datetime.now(UTC), None)
    title = DUTY_NAMES[Duty.ADMIN]
    registration.add_position(session, found.school.id, person.staff_id, Duty.ADMIN.value, title, since)
