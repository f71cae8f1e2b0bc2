"""The freeze (chốt): what the city's store has accepted of a year and grade stays as it is, on both sides."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session, aliased

from domain.errors import Conflict, Invalid, NotFound
from domain.reasons import NO_REASON, is_reason
from domain.submission.states import ARRIVED, StoreKind, SubmissionState
from storage import journal
from storage.among import among
from storage.submission import counting, kept
from storage.tables import ClassGroup, ClassTermRow, RecordStore, StoreRecord, Submission


@dataclass(frozen=True)
class Permission:
    """Whom a school has it from, and why, that it may recall a frozen record."""

    record_uid: str
    staff_id: UUID
    reason: str


def freeze(session: Session, school_ids: Collection[UUID], school_year: str, grade: int, at: datetime) -> int:
    """Freeze what these schools submitted and did not recall; returns how many records. Again, nothing changes.

    Packets that are being taken in come first: a version judged before the freeze is not put on top of it.
    """
    kept.wait_for_schools(session, school_ids)
    ours = _freeze_kept(session, school_ids, school_year, grade, at)
    sent = _freeze_sent(session, school_ids, school_year, grade, at)
    return len(ours | sent)


def allow_recall(session: Session, permission: Permission, school_ids: Collection[UUID], at: datetime) -> bool:
    """The authority lets one frozen record of its schools be cancelled (KG295 art. 4.3); False if it did before.

    The first permission stays as it is. Raises NotFound, Conflict for a record that is not frozen, Invalid.
    """
    row = _newest(session, permission.record_uid, school_ids)
    if row is None:
        raise NotFound(kept.UNKNOWN)
    if row.state != "frozen":
        raise Conflict("Chỉ học bạ đã chốt mới cần được cho phép thu hồi.")
    if row.recall_allowed_at is not None:
        return False
    if not is_reason(permission.reason):
        raise Invalid(NO_REASON)
    reason_id = uuid4()
    journal.add_reason(session, reason_id, None, permission.staff_id, permission.reason)
    row.recall_allowed_at, row.recall_allowed_by, row.recall_reason_id = at, permission.staff_id, reason_id
    session.flush()
    return True


def _newest(session: Session, record_uid: str, school_ids: Collection[UUID]) -> StoreRecord | None:
    if not record_uid.isprintable():
        return None
    query = select(StoreRecord).where(StoreRecord.record_uid == record_uid, among(StoreRecord.school_id, school_ids))
    return session.scalars(query.order_by(StoreRecord.version.desc()).limit(1).with_for_update()).first()


def _freeze_kept(
    session: Session, school_ids: Collection[UUID], school_year: str, grade: int, at: datetime
) -> set[str]:
    """In our own store: the newest version of each record, unless it is a cancellation."""
    newer = aliased(StoreRecord)
    superseded = exists().where(newer.record_uid == StoreRecord.record_uid, newer.version > StoreRecord.version)
    accepted = update(StoreRecord).where(
        among(StoreRecord.school_id, school_ids),
        StoreRecord.school_year == school_year,
        StoreRecord.grade == grade,
        StoreRecord.state == "accepted",
        StoreRecord.event != "CANCEL",
        ~superseded,
    )
    frozen = accepted.values(state="frozen", frozen_at=at).returning(StoreRecord.record_uid)
    return set(session.scalars(frozen))


def _freeze_sent(
    session: Session, school_ids: Collection[UUID], school_year: str, grade: int, at: datetime
) -> set[str]:
    """In the schools' outboxes: the same of what the city's store has."""
    newer = aliased(Submission)
    superseded = exists().where(
        newer.store == Submission.store,
        newer.record_uid == Submission.record_uid,
        newer.version > Submission.version,
        newer.state.in_([each.value for each in ARRIVED]),
    )
    of_grade = (
        select(ClassTermRow.id)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(
            among(ClassGroup.school_id, school_ids), ClassGroup.school_year == school_year, ClassGroup.grade == grade
        )
    )
    accepted = update(Submission).where(
        Submission.class_term_id.in_(of_grade),
        Submission.store.in_(select(RecordStore.code).where(RecordStore.kind == StoreKind.CITY.value)),
        Submission.state == SubmissionState.ACCEPTED.value,
        Submission.event != "CANCEL",
        ~superseded,
    )
    frozen = accepted.values(state=SubmissionState.FROZEN.value, updated_at=at)
    rows = session.execute(frozen.returning(Submission.record_uid, Submission.class_term_id)).all()
    counting.count(session, {class_term_id for _, class_term_id in rows})
    return {str(record_uid) for record_uid, _ in rows}
