"""Coming in: by password, by a link, by single sign-on; what all of them end with is a session of a browser."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from activities import passwords
from domain.account_states import AccountEventKind
from domain.brakes import BRAKES
from domain.duties import SECOND_FACTOR
from domain.errors import Conflict, NotAllowed
from domain.logins import fold_login
from domain.passwords import check_new_password
from signing.vault import Vault
from storage import account_events, account_links, accounts, attempts, visitors
from storage.account_events import Deed
from storage.attempts import Try
from storage.database import Sessions
from storage.staffing import Person
from storage.tables import Account
from storage.visitors import NewSession, Visitor

WRONG = "Tên đăng nhập hoặc mật khẩu chưa đúng."
WRONG_OLD = "Mật khẩu đang dùng chưa đúng."
DISABLED = "Tài khoản này đang bị khoá. Hãy gặp cán bộ quản trị của trường."
LEFT = "Tài khoản này hiện không có nhiệm vụ ở trường nào, nên không vào được. Hãy gặp cán bộ quản trị của trường."


class WrongPassword(NotAllowed):
    """The login or the password is wrong; which of them is not told."""

    code = "WrongPassword"

    def __init__(self) -> None:
        super().__init__(WRONG)


class Wait(NotAllowed):
    """Too many tries came before this one."""

    code = "Wait"

    def __init__(self, until: datetime, at: datetime) -> None:
        self.seconds = max(1, int((until - at).total_seconds() + 0.999))
        minutes = -(-self.seconds // 60)
        super().__init__(f"Đã thử sai nhiều lần. Hãy đợi {minutes} phút rồi thử lại.")


@dataclass(frozen=True)
class Caller:
    """The browser at the door: its network, its name in words, and the id in its signed cookie ("" for a new one)."""

    network: str
    device: str
    device_id: str = ""

    @property
    def device_sha256(self) -> str:
        return hashlib.sha256(self.device_id.encode()).hexdigest() if self.device_id else ""


@dataclass(frozen=True)
class Entered:
    """A session that has begun: tokens for the browser's two cookies, and whether a code is still missing."""

    token: str
    device_id: str
    needs_code: bool


@dataclass(frozen=True)
class Proof:
    """What an entry rests on: whether a second factor was part of it, and what happened to the account by it."""

    has_second_factor: bool = False
    event: AccountEventKind | None = None


class SigningIn:
    """The door: every way in passes it."""

    def __init__(self, sessions: Sessions, vault: Vault) -> None:
        self._sessions = sessions
        self.vault = vault

    def with_password(self, login: str, password: str, caller: Caller) -> Entered:
        """Raises WrongPassword, Wait, and NotAllowed for an account that is disabled or has nothing left to do."""
        at = datetime.now(UTC)
        with self._sessions.begin() as session:
            found = accounts.by_what_is_typed(session, login)
            account_id, kept = (found.id, found.password_hash) if found else (None, None)
            tried = Try("password", fold_login(login), caller.network, _known(session, account_id, caller))
            attempt, until = attempts.begin(session, tried, BRAKES, at)
        if attempt is None:
            raise Wait(until, at)
        fits, newer = passwords.check(password, kept)
        if not fits or account_id is None:
            raise WrongPassword
        with self._sessions.begin() as session:
            attempts.forgive(session, tried)
            account = accounts.locked(session, account_id)
            if account.password_hash != kept:
                raise WrongPassword  # it was changed a moment ago
            account.password_hash = newer or kept
            return self.enter(session, account, caller, Proof(), at)

    def change_password(self, visitor: Visitor, old: str, new: str, caller: Caller) -> str:
        """For whoever is signed in: other browsers are signed out; returns this one's new token.

        Raises Wait, Conflict when the old password is wrong, and Invalid for a bad new one.
        """
        if visitor.account_id is None or visitor.session_id is None:
            raise NotAllowed(WRONG)
        account_id, at = visitor.account_id, datetime.now(UTC)
        tried = Try("password", f"own:{account_id}", caller.network, caller.device_sha256)
        with self._sessions.begin() as session:
            account = accounts.get(session, account_id)
            kept, names = account.password_hash, accounts.names(session, account)
            attempt, until = attempts.begin(session, tried, BRAKES, at)
        if attempt is None:
            raise Wait(until, at)
        if kept is not None and not passwords.check(old, kept)[0]:
            raise Conflict(WRONG_OLD)
        check_new_password(new, names)
        hashed = passwords.hash_of(new)
        with self._sessions.begin() as session:
            attempts.forgive(session, tried)
            accounts.locked(session, account_id).password_hash = hashed
            deed = Deed(visitor.person.staff_id, caller.network, caller.device)
            account_events.record(session, account_id, AccountEventKind.PASSWORD_CHANGED, deed)
            accounts.end_sessions(session, account_id, at, but=visitor.session_id)
            account_links.end_all(session, account_id, at)
            return visitors.renew(session, visitor.session_id, has_second_factor=visitor.has_second_factor)

    def enter(self, session: Session, account: Account, caller: Caller, proof: Proof, at: datetime) -> Entered:
        """Begin a session for somebody who has proved to be the account's owner. Raises NotAllowed."""
        who = self._at_work(session, account, at)
        caller = caller if caller.device_id else Caller(caller.network, caller.device, secrets.token_urlsafe(24))
        needs_code = not proof.has_second_factor and _asks_code(account, who)
        new = NewSession(account.id, who.staff_id, caller.device, caller.network, proof.has_second_factor)
        token = visitors.begin(session, new, at)
        deed = Deed(who.staff_id, caller.network, caller.device)
        if proof.event is not None:
            account_events.record(session, account.id, proof.event, deed)
        self._greet(session, account.id, who.staff_id, caller)
        if not needs_code:
            settle(session, account.id, deed, caller.device_sha256, at)
        return Entered(token, caller.device_id, needs_code)

    def _at_work(self, session: Session, account: Account, at: datetime) -> Person:
        if account.disabled_at is not None:
            raise NotAllowed(DISABLED)
        at_work = accounts.people(session, account.id, at)
        if not at_work:
            raise NotAllowed(LEFT)
        return at_work[0]

    def _greet(self, session: Session, account_id: UUID, staff_id: UUID, caller: Caller) -> None:
        """Tell the owner of a browser never seen before, whether or not it gets past the code."""
        is_new = not accounts.is_known_device(session, account_id, caller.device_sha256)
        if is_new and accounts.has_devices(session, account_id):
            accounts.tell_new_device(session, staff_id, caller.device_sha256)


def settle(session: Session, account_id: UUID, deed: Deed, device_sha256: str, at: datetime) -> None:
    """The person is in: the browser is known from now on, and the entry is written down."""
    if device_sha256:
        accounts.know_device(session, account_id, device_sha256, deed.device, at)
    account_events.record(session, account_id, AccountEventKind.SIGNED_IN, deed)


def _known(session: Session, account_id: UUID | None, caller: Caller) -> str:
    """The browser's fingerprint if the account knows it, else nothing: strangers are counted together."""
    if account_id is None or not caller.device_id:
        return ""
    return caller.device_sha256 if accounts.is_known_device(session, account_id, caller.device_sha256) else ""


def _asks_code(account: Account, who: Person) -> bool:
    return account.totp_locked is not None or bool(who.duties & SECOND_FACTOR)
