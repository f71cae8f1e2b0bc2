"""The outbox: every version of a record that was issued or recalled, once for each store, in order."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from domain.documents import DocumentKind
from domain.submission.states import OPEN, SubmissionState
from storage.among import among
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    Document,
    DocumentRecord,
    Enrolment,
    LogEvent,
    RecordStore,
    Submission,
)

_COLUMNS = (
    "id", "store", "school_id", "class_term_id", "document_id", "record_uid", "event", "version", "changed_at",
)  # fmt: skip
_NEW, _CANCEL = "NEW", "CANCEL"


@dataclass(frozen=True)
class Wanted:
    """A version that goes into a packet: which document (hex SHA-256 of its bytes), and what is said of it."""

    submission_id: UUID
    document_sha256: str
    document_version: int
    event: str
    changed_at: datetime


def add_issued(session: Session, record_ids: Iterable[UUID]) -> None:
    """The sealed year records of these term records wait for every store; again, nothing changes.

    PhienBan is 2n - 1 for version n of a document, 2n for its cancellation (`interchange.national.dispatch`).
    """
    speaks_of = select(DocumentRecord.document_id).where(among(DocumentRecord.record_id, record_ids))
    in_force = Document.id.in_(speaks_of) & (Document.state == "live")
    _enter(session, _versions(_NEW, 2 * Document.version - 1, Document.sealed_at).where(in_force))


def add_recalled(session: Session, document_ids: Collection[UUID], at: datetime) -> None:
    """The cancellation of sealed records waits for every store; it goes only after what it cancels."""
    recalled = among(Document.id, document_ids)
    _enter(session, _versions(_CANCEL, 2 * Document.version, literal(at, Submission.changed_at.type)).where(recalled))


def fill_up(session: Session) -> None:
    """For a store that was named lately: all records that are in force wait for it, too."""
    issued = exists().where(LogEvent.document_id == Document.id, LogEvent.kind == "issued")
    query = _versions(_NEW, 2 * Document.version - 1, Document.sealed_at).where(Document.state == "live", issued)
    _enter(session, query)


def to_pack(
    session: Session, store: str, school_id: UUID, class_term_ids: Collection[UUID], limit: int
) -> list[Wanted]:
    """What waits of these classes, by class and pupil, locked; a later version of a record waits for an earlier one."""
    query = (
        select(Submission, Document.sha256, Document.version)
        .join(Document, Document.id == Submission.document_id)
        .join(ClassTermRow, ClassTermRow.id == Submission.class_term_id)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .join(Enrolment, Enrolment.id == Document.enrolment_id)
        .where(
            Submission.store == store,
            Submission.school_id == school_id,
            among(Submission.class_term_id, class_term_ids),
            Submission.state == SubmissionState.WAITING.value,
            ~earlier_is_open(),
        )
        .order_by(ClassGroup.grade, func.length(ClassGroup.name), ClassGroup.name, Enrolment.order_no)
        .limit(limit)
        .with_for_update(of=Submission)
    )
    return [
        Wanted(row.id, sha256, version, row.event, row.changed_at) for row, sha256, version in session.execute(query)
    ]


def refuse(session: Session, reasons: Sequence[tuple[UUID, str]], at: datetime) -> None:
    """These could not even be packed, each with its reason."""
    if reasons:
        rows = [{"id": id_, "state": "refused", "reason": reason, "updated_at": at} for id_, reason in reasons]
        session.execute(update(Submission), rows)


def send_again(session: Session, school_id: UUID, submission_ids: Collection[UUID], at: datetime) -> int:
    """Refused ones wait again, to go in a new packet; returns how many. The last reason stays until the next answer."""
    refused = update(Submission).where(
        among(Submission.id, submission_ids), Submission.school_id == school_id, Submission.state == "refused"
    )
    moved = refused.values(state="waiting", packet_id=None, updated_at=at).returning(Submission.id)
    return len(session.scalars(moved).all())


def earlier_is_open() -> ColumnElement[bool]:
    earlier = aliased(Submission)
    return exists().where(
        earlier.store == Submission.store,
        earlier.record_uid == Submission.record_uid,
        earlier.version < Submission.version,
        earlier.state.in_([each.value for each in OPEN]),
    )


def _versions(event: str, version: ColumnElement[int], changed_at: SQLColumnExpression[Any]) -> Select:  # type: ignore[type-arg]
    """A row of each sealed year record for each active store."""
    return (
        select(
            func.gen_random_uuid(), RecordStore.code, ClassGroup.school_id, ClassTermRow.id, Document.id,
            Enrolment.record_uid, literal(event), version, changed_at,
        )
        .select_from(Document)
        .join(ClassTermRow, ClassTermRow.id == Document.class_term_id)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .join(Enrolment, Enrolment.id == Document.enrolment_id)
        .join(RecordStore, RecordStore.is_active.is_(True))
        .where(and_(Document.kind == DocumentKind.YEAR_RECORD.value, Document.sealed_at.is_not(None)))
    )  # fmt: skip


def _enter(session: Session, versions: Select) -> None:  # type: ignore[type-arg]
    session.execute(insert(Submission).from_select(_COLUMNS, versions).on_conflict_do_nothing())
