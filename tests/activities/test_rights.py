"""The tests of this folder give activities the rights of a worker, or they would not miss a grant."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from storage.database import Sessions
from storage.grants import WORKER
from storage.tables import Account


def test_activities_have_the_rights_of_a_worker(sessions: Sessions, db: Session) -> None:
    with sessions() as session:
        assert session.scalar(select(func.current_user())) == WORKER
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.scalars(select(Account.password_hash)).all()
    assert db.scalars(select(Account.password_hash)).all() == []
