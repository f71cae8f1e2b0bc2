"""What an administrator does with the accounts of the school; all of it is written down."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from sqlalchemy import update
from sqlalchemy.orm import Session

from activities.account_links import give_out
from domain.account_states import AccountEventKind
from domain.errors import Conflict, Invalid, NotAllowed
from domain.logins import parse_login, parse_mail, proposed_login
from signing.vault import Vault
from storage import access_keys, account_events, account_links, accounts, users
from storage.account_events import Deed
from storage.tables import Account, Staff
from storage.users import UserLine

SHARED = (
    "Tài khoản này còn dùng ở trường khác, nên chỉ chủ tài khoản tự làm được việc này, "
    "hoặc người vận hành hệ thống làm bằng lệnh “hocba account”."
)
_OWN = "Không tự làm việc này với chính mình được. Hãy nhờ một quản trị viên khác, hoặc người vận hành hệ thống."
_SHORTEST_REASON, _LONGEST_REASON = 3, 500


@dataclass(frozen=True)
class Invitation:
    """`link_id` is made with the page, so that a second click is the same invitation."""

    link_id: UUID
    login: str = ""
    email: str = ""


def invite(session: Session, vault: Vault, line: UserLine, wanted: Invitation, deed: Deed) -> None:
    """A first account, or a new link for the one there is. Raises Invalid, NotAllowed, Conflict."""
    if not line.person.duties:
        raise Conflict("Người này không còn nhiệm vụ ở trường, nên không mời được.")
    if line.account_id is None:
        elsewhere = users.account_elsewhere(session, line.person.staff_id)
        if elsewhere is not None:
            _attach(session, line.person.staff_id, elsewhere)
            account_events.record(session, elsewhere, AccountEventKind.INVITED, deed, "Dùng tài khoản có sẵn.")
            return
        account = _new_account(session, line, wanted)
    else:
        account = _known_account(session, line, wanted)
    note = "Ghi địa chỉ thư mới." if line.account_id and account.email != line.email else ""
    give_out(session, vault, account, deed, wanted.link_id, note)


def link_id(command_id: UUID, staff_id: UUID) -> UUID:
    """One invitation of many that were asked for at once; asked again, the same."""
    return uuid5(command_id, str(staff_id))


def disable(session: Session, line: UserLine, deed: Deed, reason: str) -> None:
    """Shut an account, and end its sessions; one that serves another school too is taken off this school only, and
    the keys that act for the person here end, as no account ends them any more.
    """
    account_id, reason = _account_of(line), checked_reason(reason)
    _require_other(line, deed)
    at = datetime.now(UTC)
    if line.is_shared:
        session.execute(update(Staff).where(Staff.id == line.person.staff_id).values(account_id=None))
        accounts.end_sessions_at(session, line.person.staff_id, at)
        access_keys.end_of_person(session, line.person.staff_id, at)
        account_events.record(session, account_id, AccountEventKind.DETACHED, deed, reason)
        return
    account = accounts.locked(session, account_id)
    if account.disabled_at is None:
        account.disabled_at = at
        accounts.end_sessions(session, account_id, at)
        account_links.end_all(session, account_id, at)
        account_events.record(session, account_id, AccountEventKind.DISABLED, deed, reason)


def enable(session: Session, line: UserLine, deed: Deed) -> None:
    account = accounts.locked(session, _account_of(line))
    if line.is_shared:
        raise NotAllowed(SHARED)
    if account.disabled_at is not None:
        account.disabled_at = None
        account_events.record(session, account.id, AccountEventKind.ENABLED, deed)


def reset_second_factor(session: Session, line: UserLine, deed: Deed, reason: str) -> None:
    """For a lost device without recovery codes: the person sets up a new one at the next sign-in."""
    account_id, reason = _account_of(line), checked_reason(reason)
    _require_other(line, deed)
    if line.is_shared:
        raise NotAllowed(SHARED)
    if line.has_second_factor:
        accounts.locked(session, account_id)
        accounts.forget_second_factor(session, account_id)
        accounts.end_sessions(session, account_id, datetime.now(UTC))
        account_events.record(session, account_id, AccountEventKind.SECOND_FACTOR_RESET, deed, reason)


def checked_reason(text: str) -> str:
    """Raises Invalid."""
    reason = " ".join(text.split())
    if not _SHORTEST_REASON <= len(reason) <= _LONGEST_REASON:
        raise Invalid("Hãy ghi lý do, từ 3 đến 500 ký tự.")
    return reason


def free_login(session: Session, full_name: str) -> str:
    """A name to sign in with that nobody has yet."""
    wanted = proposed_login(full_name)
    taken = users.logins_like(session, wanted)
    return next(name for name in (wanted, *(f"{wanted}{number}" for number in range(2, 10_000))) if name not in taken)


def _new_account(session: Session, line: UserLine, wanted: Invitation) -> Account:
    email = parse_mail(wanted.email)
    login = parse_login(wanted.login) if wanted.login else email or free_login(session, line.person.full_name)
    if accounts.by_login(session, login) is not None:
        raise Invalid("Tên đăng nhập này đã có người dùng. Hãy chọn tên khác.")
    account = Account(login=login, email=email)
    session.add(account)
    session.flush()
    _attach(session, line.person.staff_id, account.id)
    return account


def _known_account(session: Session, line: UserLine, wanted: Invitation) -> Account:
    account = accounts.locked(session, _account_of(line))
    if account.disabled_at is not None:
        raise Conflict("Tài khoản này đang bị khoá. Hãy mở khoá trước.")
    if not line.is_shared:
        account.email = parse_mail(wanted.email)
    elif not account.email:
        raise NotAllowed(SHARED)
    session.flush()
    return account


def _attach(session: Session, staff_id: UUID, account_id: UUID) -> None:
    session.execute(update(Staff).where(Staff.id == staff_id).values(account_id=account_id))


def _account_of(line: UserLine) -> UUID:
    if line.account_id is None:
        raise Conflict("Người này chưa có tài khoản.")
    return line.account_id


def _require_other(line: UserLine, deed: Deed) -> None:
    if line.person.staff_id == deed.actor_id:
        raise NotAllowed(_OWN)
