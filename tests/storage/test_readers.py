"""Whoever sends messages reads of an account what the workers' rights give, and nothing of how people sign in."""

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from storage import demo, mails
from storage.grants import WORKER
from tests.database import restricted
from tests.factories import make_school


def test_a_worker_reads_where_a_message_goes_and_no_password(db: Session, connection: Connection) -> None:
    account = demo.account(db, make_school(db).clerk)
    db.commit()
    with restricted(connection, WORKER)() as session:
        found = mails.reader(session, account.id)
        assert (found.language, found.email) == (account.language, account.email)
        with pytest.raises(InvalidRequestError):
            _ = found.password_hash
