"""Invitations and password resets over a real mail server: sent once, with a link that works, and none once useless."""

from collections.abc import Iterator
from datetime import UTC, datetime
from secrets import token_bytes
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from temporalio.testing import ActivityEnvironment

from activities import account_links as links
from activities.carriers import MailCarrier
from activities.mailing import MailingActivities, Post
from signing.vault import Vault
from storage import account_links
from storage.account_links import NewLink
from storage.database import Sessions
from storage.tables import Account, AccountLink, MailRow, Staff
from storage.visitors import sha256_of
from tests.activities.mail_server import Running, mail_server
from tests.factories import make_school
from worker.mailing import composers

SITE = "https://hocba.truong.example"
VAULT = Vault(b"a key of the tests, 32 bytes long"[:32])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with mail_server(tmp_path_factory.mktemp("mail")) as running:
        yield running


@pytest.fixture
def mailing(sessions: Sessions, running: Running) -> MailingActivities:
    running.box.messages.clear()
    return MailingActivities(sessions, Post(composers(VAULT), {"mail": MailCarrier(running.server)}, SITE))


@pytest.fixture
def account(db: Session) -> Account:
    account = Account(login="lan", email="lan@truong.example")
    db.add(account)
    db.flush()
    db.get_one(Staff, make_school(db).principal).account_id = account.id
    return account


def give_out(db: Session, account: Account, purpose: str) -> str:
    """A link with its mail queued; returns the token that the mail must carry."""
    link_id, nonce = uuid4(), token_bytes(32)
    token = links.token_of(VAULT, nonce)
    account_links.add(db, NewLink(link_id, account.id, purpose, nonce, sha256_of(token), None), datetime.now(UTC))
    account_links.add_mail(db, link_id, account.id, purpose)
    db.commit()
    return token


@pytest.mark.parametrize("purpose", ["invitation", "password_reset"])
async def test_a_link_is_mailed_once_and_the_token_stands_nowhere_else(
    db: Session, account: Account, mailing: MailingActivities, running: Running, purpose: str
) -> None:
    token = give_out(db, account, purpose)
    sent = [ActivityEnvironment().run(mailing.send_mails) for _ in range(2)]
    assert sent == [1, 0]
    assert [message["To"] for message in running.box.messages] == ["lan@truong.example"]
    assert f"{SITE}/lien-ket/{token}" in running.box.words()
    assert token not in str([vars(row) for row in (*db.scalars(select(MailRow)), *db.scalars(select(AccountLink)))])


async def test_a_link_that_leads_nowhere_any_more_is_not_mailed(
    db: Session, account: Account, mailing: MailingActivities, running: Running
) -> None:
    give_out(db, account, "invitation")
    account_links.end_all(db, account.id, datetime.now(UTC))
    db.commit()
    assert ActivityEnvironment().run(mailing.send_mails) == 0
    assert running.box.messages == []
    assert db.scalars(select(MailRow.closed_at)).one() is not None
