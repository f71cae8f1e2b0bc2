"""Rows of our own store, for tests of what is asked of it."""

from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.tables import StorePacket, StoreRecord, Submission
from tests.factories import NOW, YEAR, make_certificate


def keep(session: Session, school_id: UUID, record_uid: str, version: int = 1, **more: object) -> StoreRecord:
    """A version that the store accepted, in a packet of its own."""
    sha256 = uuid4().hex * 2
    certificate = make_certificate(session, None, school_id=school_id, state="replaced")
    packet = StorePacket(
        sha256=sha256, school_id=school_id, certificate_id=certificate.id, size=1, records=1, accepted=1, refused=0,
        answers=[], signed_at=NOW, received_at=NOW, way="network",
    )  # fmt: skip
    session.add(packet)
    session.flush()
    values = {
        "event": "NEW" if version % 2 else "CANCEL", "content_sha256": "a" * 64, "school_year": str(YEAR), "grade": 1,
        "changed_at": "2027-05-31T10:00:00", "packet_sha256": sha256, "accepted_at": NOW,
    }  # fmt: skip
    row = StoreRecord(record_uid=record_uid, version=version, school_id=school_id, **{**values, **more})
    session.add(row)
    session.flush()
    return row


def submissions(session: Session, school_id: UUID) -> list[Submission]:
    query = select(Submission).where(Submission.school_id == school_id)
    return list(session.scalars(query.order_by(Submission.record_uid, Submission.version)))
