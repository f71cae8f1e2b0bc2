"""Proofs that the database itself keeps as they are, whoever asks."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage import checks, evidence
from storage.evidence import NewBatch
from storage.tables import EvidenceBatch, ValidationObject
from tests.factories import NOW


def test_evidence_is_kept_as_it_is_and_renewed_once(db: Session) -> None:
    new = NewBatch("sha256", b"root", b"token", NOW, NOW)
    first, second, third = (evidence.add_batch(db, new, {}) for _ in range(3))
    evidence.renew(db, first, second, b"path")
    evidence.renew(db, first, third, b"other")  # the first renewal stays
    assert db.get_one(EvidenceBatch, first, populate_existing=True).renewed_by == second
    for change in (
        "UPDATE evidence_batches SET token = ''",
        "DELETE FROM evidence_batches",
        "TRUNCATE log_events CASCADE",
    ):
        with pytest.raises(IntegrityError), db.begin_nested():
            db.execute(text(change))


def test_a_status_answer_and_its_data_are_kept_as_they_are(db: Session) -> None:
    checks.keep_objects(db, {"ocsp": [b"answer"]})
    checks.keep_objects(db, {"ocsp": [b"answer"]})
    assert db.query(ValidationObject).count() == 1
    with pytest.raises(IntegrityError), db.begin_nested():
        db.execute(text("UPDATE validation_objects SET der = ''"))
