"""The demo school: workbooks into the database, development certificates for everybody, accounts to sign in with."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import delete
from sqlalchemy.orm import Session

from activities import passwords
from activities.rosters import import_roster
from activities.school_import import import_staff
from cli.database import opened
from cli.trouble import Trouble
from config.settings import PROJECT, Settings
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from interchange.roster import read_roster
from interchange.sample_school import ExampleSet, class_names, find_examples
from interchange.staff import Staff, StaffRole, read_staff
from signing.authority import DevelopmentAuthority, IssuedKey, write_private
from signing.keys import KeyStore
from storage import demo, registration, watching
from storage.tables import CertificateRow, ClassGroup

# Public on purpose: demo mode listens on loopback only, and its certificates come from a development authority.
PASSPHRASE = "hocba-demo"  # noqa: S105
PASSWORD = "hocba-demo-2026"  # noqa: S105 - public for the same reason
SOON = timedelta(days=25)  # until the end of a certificate that somebody should renew
ACCOUNTS_FILE = "demo-accounts.json"
_LOGINS = {PRINCIPAL: "hieutruong", SEAL: "vanthu", "system_admin": "quantri"}


@dataclass(frozen=True)
class DemoAccount:
    """Somebody of the demo school, with the token that the API takes from this machine."""

    full_name: str
    personal_id: str
    token: str
    login: str = ""


@dataclass(frozen=True)
class DemoSchool:
    """What the demo plays with: ids of classes by name, accounts by slot (class slots as `1A1/toan`)."""

    school_id: str
    classes: dict[str, str]
    accounts: dict[str, DemoAccount]

    def subject_teachers(self, class_name: str) -> list[DemoAccount]:
        """Who teaches a subject of this class, each once for every subject."""
        duties = (duty.partition("/") for duty in self.accounts if "/" in duty)
        slots = [slot for name, _, slot in duties if name == class_name and slot != HOMEROOM]
        return [self.account(class_name, slot) for slot in slots]

    def account(self, class_name: str, slot: str) -> DemoAccount:
        return self.accounts.get(f"{class_name}/{slot}") or self.accounts[slot]


def examples_of_project() -> ExampleSet:
    """The committed workbooks of four classes of 35."""
    return find_examples(PROJECT / "examples", class_names(2))


def load_school(settings: Settings, examples: ExampleSet) -> DemoSchool:
    """Register the demo school once; afterwards give what was registered."""
    if not settings.demo:
        raise Trouble("The demo school is loaded only in demo mode (HOCBA_DEMO=1 or --demo).")
    kept = settings.var_dir / ACCOUNTS_FILE
    if kept.exists():
        return _with_logins(settings, _read(kept))
    staff = read_staff(examples.staff)
    with opened(settings.database_url) as sessions, sessions.begin() as session:
        classes: dict[str, UUID] = {}
        for path in examples.rosters.values():
            classes |= import_roster(session, read_roster(path))
        school_id = session.get_one(ClassGroup, next(iter(classes.values()))).school_id
        ids = import_staff(session, school_id, staff)
        issue_certificates(session, settings, staff, ids, school_id)
        accounts = accounts_of(session, staff, ids)
    school = DemoSchool(str(school_id), {name: str(each) for name, each in classes.items()}, accounts)
    _write(kept, school)
    return _with_logins(settings, school)


def _with_logins(settings: Settings, school: DemoSchool) -> DemoSchool:
    """Everybody can also sign in by name and password, under a name that says what the person does."""
    wanted = {account.personal_id: _login(duty) for duty, account in reversed(school.accounts.items())}
    with opened(settings.database_url) as sessions, sessions.begin() as session:
        logins = demo.give_logins(session, UUID(school.school_id), wanted, lambda: passwords.hash_of(PASSWORD))
    accounts = {duty: replace(each, login=logins[each.personal_id]) for duty, each in school.accounts.items()}
    return replace(school, accounts=accounts)


def _login(duty: str) -> str:
    """`hieutruong`, `gvcn.1a1`; of subject teachers the class and subject that come first."""
    class_name, _, slot = duty.rpartition("/")
    if not class_name:
        return _LOGINS[slot]
    return f"gvcn.{class_name.lower()}" if slot == HOMEROOM else f"gv.{class_name.lower()}.{slot.replace('_', '')}"


def accounts_of(session: Session, staff: Staff, ids: Mapping[str, UUID]) -> dict[str, DemoAccount]:
    names = {row.personal_id: row.full_name for row in staff.people}
    tokens = {personal_id: demo.new_token(session, staff_id) for personal_id, staff_id in ids.items()}
    duties = {
        (f"{job.class_name}/{job.slot}" if job.class_name else job.slot): job.personal_id for job in staff.assignments
    }
    duties["system_admin"] = next(row.personal_id for row in staff.people if row.role is StaffRole.ADMIN)
    return {duty: DemoAccount(names[pid], pid, tokens[pid]) for duty, pid in duties.items()}


def issue_certificates(
    session: Session, settings: Settings, staff: Staff, ids: Mapping[str, UUID], school_id: UUID
) -> None:
    authority = DevelopmentAuthority.open(settings.pki_dir, services_url=settings.pki_url)
    keys, now = KeyStore(settings.key_store), datetime.now(UTC)
    for row in staff.people:
        issued = authority.issue_person(row.full_name, row.personal_id)
        certificate = _keep(keys, f"staff-{ids[row.personal_id]}", issued)
        certificate.staff_id = ids[row.personal_id]
        registration.add_certificate(session, certificate, now)
    certificate = _keep(keys, f"school-{school_id}", authority.issue_organisation(staff.school_name, staff.school_code))
    certificate.school_id = school_id
    registration.add_certificate(session, certificate, now)


def unsettle_certificates(settings: Settings, school: DemoSchool, without: str, ends: str) -> None:
    """One person has none and another's ends soon, as it happens at every school; both are told."""
    authority = DevelopmentAuthority.open(settings.pki_dir, services_url=settings.pki_url)
    keys, now = KeyStore(settings.key_store), datetime.now(UTC)
    with opened(settings.database_url) as sessions, sessions.begin() as session:
        people = [school.accounts[duty].personal_id for duty in (without, ends)]
        ids = registration.staff_ids(session, UUID(school.school_id), people)
        none, soon = (ids[each] for each in people)
        session.execute(delete(CertificateRow).where(CertificateRow.staff_id == none))
        account = school.accounts[ends]
        issued = authority.issue_person(account.full_name, account.personal_id, not_after=now + SOON)
        certificate = _keep(keys, f"staff-{soon}-soon", issued)
        certificate.staff_id = soon
        registration.add_certificate(session, certificate, now)
        watching.tell(session, now, now + watching.EXPIRING)


def _keep(keys: KeyStore, key_ref: str, issued: IssuedKey) -> CertificateRow:
    """Lock the key under the demo passphrase; the row holds the certificate only."""
    if not keys.has(key_ref):
        keys.save(key_ref, issued, PASSPHRASE)
    chain = keys.certificates(key_ref)
    return CertificateRow(
        sha256=chain[0].fingerprint(hashes.SHA256()).hex(),
        key_ref=key_ref,
        chain_pem=_pem(chain),
        not_before=chain[0].not_valid_before_utc,
        not_after=chain[0].not_valid_after_utc,
    )


def _pem(chain: tuple[x509.Certificate, ...]) -> str:
    return "".join(each.public_bytes(Encoding.PEM).decode() for each in chain)


def _write(path: Path, school: DemoSchool) -> None:
    write_private(path, json.dumps(asdict(school), ensure_ascii=False, indent=1).encode())


def _read(path: Path) -> DemoSchool:
    stored = json.loads(path.read_text(encoding="utf-8"))
    accounts = {slot: DemoAccount(**account) for slot, account in stored["accounts"].items()}
    return DemoSchool(stored["school_id"], stored["classes"], accounts)
