"""A school that submits, on the real database, with real keys."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from signing.authority import DevelopmentAuthority
from storage.database import Sessions
from tests.submitting import Sender, make_sender


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentAuthority:
    return DevelopmentAuthority.open(tmp_path_factory.mktemp("submission-pki"))


@pytest.fixture
def school(db: Session, sessions: Sessions, tmp_path: Path, issuer: DevelopmentAuthority) -> Sender:
    """Three sealed records wait, and the certificate is approved."""
    sender = make_sender(db, sessions, tmp_path, issuer)
    sender.approve()
    sender.seal_records()
    return sender
