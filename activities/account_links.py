"""Invitations and forgotten passwords: a link that serves once, and what it opens."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from activities import passwords
from activities.signing_in import Caller, Entered, Proof, SigningIn, Wait
from domain.account_states import AccountEventKind
from domain.brakes import MAIL_BRAKES, Counted
from domain.errors import NotFound
from domain.logins import fold_login
from domain.passwords import check_new_password
from signing.vault import Vault
from storage import account_events, account_links, accounts, attempts
from storage.account_events import Deed
from storage.account_links import INVITATION, PASSWORD_RESET, NewLink, OpenLink
from storage.attempts import Try
from storage.database import Sessions
from storage.tables import Account
from storage.visitors import sha256_of

USELESS = "Liên kết này đã dùng, đã hết hạn hoặc đã được thay bằng liên kết mới. Hãy xin liên kết khác."
_ADDRESS = "/lien-ket/"
_NONCE = 32


@dataclass(frozen=True)
class Offer:
    """What somebody who holds a link is told before choosing a password."""

    purpose: str
    login: str
    people: list[tuple[str, str]]
    expires_at: datetime


def token_of(vault: Vault, nonce: bytes) -> str:
    return vault.token("link", nonce)


def address_of(vault: Vault, site_url: str, link: OpenLink) -> str:
    """Where a link leads, worked out again whenever it is needed."""
    return f"{site_url.rstrip('/')}{_ADDRESS}{token_of(vault, link.nonce)}"


def give_out(session: Session, vault: Vault, account: Account, deed: Deed, link_id: UUID, note: str = "") -> None:
    """A link for this account, mailed if there is an address; the same id again changes nothing."""
    purpose = PASSWORD_RESET if account.password_hash or account.subject else INVITATION
    nonce = secrets.token_bytes(_NONCE)
    new = NewLink(link_id, account.id, purpose, nonce, sha256_of(token_of(vault, nonce)), deed.actor_id)
    if account_links.add(session, new, datetime.now(UTC)):
        kind = AccountEventKind.INVITED if purpose == INVITATION else AccountEventKind.RESET_SENT
        account_events.record(session, account.id, kind, deed, note)
        if account.email:
            account_links.add_mail(session, link_id, account.id, purpose)


class Links:
    def __init__(self, signing_in: SigningIn, sessions: Sessions) -> None:
        self._signing_in = signing_in
        self._vault = signing_in.vault
        self._sessions = sessions

    def count_request(self, text: str, caller: Caller) -> bool:
        """Whether a mail may be sent for this name now. Raises Wait when too much is asked from one network."""
        at, tried = datetime.now(UTC), Try("mail", fold_login(text), caller.network)
        of_network = {Counted.NETWORK: MAIL_BRAKES[Counted.NETWORK]}
        with self._sessions.begin() as session:
            attempt, until = attempts.begin(session, tried, of_network, at)
            if attempt is None:
                raise Wait(until, at)
            # The try itself is counted by now: as many as are free, and this one.
            return attempts.count(session, tried) <= MAIL_BRAKES[Counted.LOGIN].free

    def send_reset(self, text: str, caller: Caller) -> None:
        """To everybody who may be meant and has an address; whoever was only invited is invited again."""
        at = datetime.now(UTC)
        with self._sessions.begin() as session:
            for account in accounts.by_login_or_mail(session, text):
                people = accounts.people(session, account.id, at)
                if account.email and account.disabled_at is None and people:
                    deed = Deed(people[0].staff_id, caller.network, caller.device)
                    account_events.record(session, account.id, AccountEventKind.RESET_ASKED, deed)
                    give_out(session, self._vault, account, deed, uuid4())

    def read(self, token: str) -> Offer:
        """What a link offers, as often as it is looked at: mail programs look at links, too. Raises NotFound."""
        with self._sessions() as session:
            link = self._open(session, token)
            account = accounts.get(session, link.account_id)
            people = account_links.workplaces(session, account.id)
            return Offer(link.purpose, account.login, people, link.expires_at)

    def use(self, token: str, password: str, caller: Caller) -> Entered:
        """Choose a password, once. Every other browser is signed out.

        Raises NotFound for a useless link, Invalid for a bad password, NotAllowed for somebody who may not come in.
        """
        with self._sessions() as session:
            names = accounts.names(session, accounts.get(session, self._open(session, token).account_id))
        check_new_password(password, names)
        kept, at = passwords.hash_of(password), datetime.now(UTC)
        with self._sessions.begin() as session:
            link = self._open(session, token)
            account = accounts.locked(session, link.account_id)
            if not account_links.use(session, link.id, at):
                raise NotFound(USELESS)
            account.password_hash = kept
            account_links.end_all(session, account.id, at)
            accounts.end_sessions(session, account.id, at)
            is_first = link.purpose == INVITATION
            event = AccountEventKind.INVITATION_TAKEN if is_first else AccountEventKind.PASSWORD_RESET
            return self._signing_in.enter(session, account, caller, Proof(event=event), at)

    def _open(self, session: Session, token: str) -> OpenLink:
        link = account_links.by_token(session, sha256_of(token), datetime.now(UTC))
        if link is None:
            raise NotFound(USELESS)
        return link
