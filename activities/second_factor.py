"""The second factor: codes of a person's own device (RFC 6238), and recovery codes for the day it is lost."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import pyotp
from sqlalchemy.orm import Session

from activities.signing_in import Caller, Wait, settle
from domain.account_states import AccountEventKind
from domain.brakes import CODE_BRAKES
from domain.errors import Conflict, NotAllowed
from signing.vault import Vault, VaultDamaged
from storage import account_events, accounts, attempts, visitors
from storage.account_events import Deed
from storage.attempts import Try
from storage.database import Sessions
from storage.visitors import Visitor

STEP_S: Final = 30
CODES: Final = 10
_SETUP_TIME: Final = timedelta(minutes=20)
_ALPHABET: Final = "23456789abcdefghjkmnpqrstvwxyz"  # nothing that is read for something else
_CODE_LENGTH: Final = 12
_DIGITS: Final = 6
WRONG = "Mã chưa đúng, hoặc đã dùng rồi. Hãy đợi mã mới hiện ra trong ứng dụng rồi nhập lại."
STALE = "Trang này mở đã lâu. Hãy quét lại mã mới."


class WrongCode(NotAllowed):
    """The code is wrong, or was used before."""

    code = "WrongCode"

    def __init__(self) -> None:
        super().__init__(WRONG)


@dataclass(frozen=True)
class Setup:
    """A secret that is shown, but not yet in force; `sealed` comes back with the first code."""

    secret: str
    address: str
    sealed: str


@dataclass(frozen=True)
class Confirmed:
    """What a first code brings: a new token of the session, and the recovery codes, shown once."""

    token: str
    recovery_codes: tuple[str, ...]


class SecondFactor:
    def __init__(self, sessions: Sessions, vault: Vault) -> None:
        self._sessions = sessions
        self._vault = vault

    def offer(self, visitor: Visitor, issuer: str, login: str) -> Setup:
        """A fresh secret for the person's device."""
        return self._setup(visitor, issuer, login, pyotp.random_base32())

    def reopen(self, visitor: Visitor, issuer: str, login: str, sealed: str) -> Setup:
        """The same secret again, after a wrong first code. Raises Conflict once its time is over."""
        return self._setup(visitor, issuer, login, self._secret(visitor, sealed))

    def set_up(self, visitor: Visitor, sealed: str, code: str, caller: Caller) -> Confirmed:
        """Put a secret in force by its first code. Raises WrongCode, Wait, and Conflict if there is one already."""
        account_id, session_id = _ids(visitor)
        secret = self._secret(visitor, sealed)
        at = self._counted(account_id, caller)
        step = matching_step(secret, code, at)
        with self._sessions.begin() as session:
            account = accounts.locked(session, account_id)
            if account.totp_locked is not None:
                raise Conflict("Mã xác thực đã được bật rồi.")
            if step is None:
                raise WrongCode
            account.totp_locked = self._vault.lock("totp", str(account_id), secret.encode())
            account.totp_step = step
            account_events.record(session, account_id, AccountEventKind.SECOND_FACTOR_SET, _deed(visitor, caller))
            codes = self._new_recovery_codes(session, account_id)
            return Confirmed(self._let_in(session, visitor, session_id, caller, at), codes)

    def give(self, visitor: Visitor, code: str, caller: Caller) -> str:
        """The code at the door; returns the session's new token. Raises WrongCode and Wait."""
        account_id, session_id = _ids(visitor)
        at = self._counted(account_id, caller)
        with self._sessions.begin() as session:
            self._require(session, account_id, code, _deed(visitor, caller), at)
            return self._let_in(session, visitor, session_id, caller, at)

    def renew_recovery_codes(self, visitor: Visitor, code: str, caller: Caller) -> tuple[str, ...]:
        """Ten new ones; the old ones are worth nothing. Raises WrongCode and Wait."""
        account_id, _ = _ids(visitor)
        at, deed = self._counted(account_id, caller), _deed(visitor, caller)
        with self._sessions.begin() as session:
            self._require(session, account_id, code, deed, at)
            attempts.forgive(session, _try(account_id, caller))
            account_events.record(session, account_id, AccountEventKind.RECOVERY_CODES_MADE, deed)
            return self._new_recovery_codes(session, account_id)

    def remove(self, visitor: Visitor, code: str, caller: Caller) -> None:
        """For those who need none. Raises WrongCode, Wait, and NotAllowed for whoever must have one."""
        account_id, _ = _ids(visitor)
        at, deed = self._counted(account_id, caller), _deed(visitor, caller)
        with self._sessions.begin() as session:
            self._require(session, account_id, code, deed, at)
            attempts.forgive(session, _try(account_id, caller))
            accounts.forget_second_factor(session, account_id)
            account_events.record(session, account_id, AccountEventKind.SECOND_FACTOR_REMOVED, deed)

    def _require(self, session: Session, account_id: UUID, code: str, deed: Deed, at: datetime) -> None:
        """Use up a code of the device, or a recovery code. Raises WrongCode."""
        account = accounts.locked(session, account_id)
        if account.totp_locked is None:
            raise WrongCode
        secret = self._vault.unlock("totp", str(account_id), account.totp_locked).decode()
        step = matching_step(secret, code, at)
        if step is not None and accounts.take_step(session, account_id, step):
            return
        if not accounts.take_recovery_code(session, account_id, self._mac(account_id, code), at):
            raise WrongCode
        account_events.record(session, account_id, AccountEventKind.RECOVERY_CODE_USED, deed)

    def _let_in(self, session: Session, visitor: Visitor, session_id: UUID, caller: Caller, at: datetime) -> str:
        account_id, _ = _ids(visitor)
        attempts.forgive(session, _try(account_id, caller))
        if not visitor.has_second_factor:
            settle(session, account_id, _deed(visitor, caller), caller.device_sha256, at)
        return visitors.renew(session, session_id, has_second_factor=True)

    def _counted(self, account_id: UUID, caller: Caller) -> datetime:
        """Count the try before it is looked at. Raises Wait."""
        at = datetime.now(UTC)
        with self._sessions.begin() as session:
            is_known = bool(caller.device_id) and accounts.is_known_device(session, account_id, caller.device_sha256)
            tried = _try(account_id, caller, caller.device_sha256 if is_known else "")
            attempt, until = attempts.begin(session, tried, CODE_BRAKES, at)
        if attempt is None:
            raise Wait(until, at)
        return at

    def _setup(self, visitor: Visitor, issuer: str, login: str, secret: str) -> Setup:
        address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)
        until = datetime.now(UTC) + _SETUP_TIME
        return Setup(secret, address, self._vault.seal("totp-setup", _owner(visitor), {"secret": secret}, until))

    def _secret(self, visitor: Visitor, sealed: str) -> str:
        try:
            secret = self._vault.unseal("totp-setup", _owner(visitor), sealed, datetime.now(UTC))["secret"]
        except VaultDamaged as error:
            raise Conflict(STALE) from error
        return str(secret)

    def _new_recovery_codes(self, session: Session, account_id: UUID) -> tuple[str, ...]:
        codes = tuple("".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH)) for _ in range(CODES))
        accounts.replace_recovery_codes(session, account_id, {self._mac(account_id, code) for code in codes})
        return tuple(f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes)

    def _mac(self, account_id: UUID, code: str) -> str:
        folded = "".join(sign for sign in code.lower() if sign.isalnum())
        return self._vault.mac("recovery", str(account_id), folded)


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """The step of time whose code this is: of now, or one before or after for clocks that are a little off."""
    given = "".join(code.split())
    if len(given) != _DIGITS or not (given.isascii() and given.isdigit()):
        return None
    now = int(at.timestamp()) // STEP_S
    device = pyotp.TOTP(secret)
    fitting = [step for step in (now - 1, now, now + 1) if secrets.compare_digest(device.at(step * STEP_S), given)]
    return max(fitting, default=None)


def _try(account_id: UUID, caller: Caller, device_sha256: str = "") -> Try:
    return Try("code", f"code:{account_id}", caller.network, device_sha256)


def _deed(visitor: Visitor, caller: Caller) -> Deed:
    return Deed(visitor.person.staff_id, caller.network, caller.device)


def _ids(visitor: Visitor) -> tuple[UUID, UUID]:
    if visitor.account_id is None or visitor.session_id is None:
        raise NotAllowed("Việc này chỉ làm được khi đã đăng nhập bằng trình duyệt.")
    return visitor.account_id, visitor.session_id


def _owner(visitor: Visitor) -> str:
    return f"{visitor.account_id}/{visitor.session_id}"
