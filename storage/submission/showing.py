"""What pages of a school show of its submission: classes, packets, and records with the reason they were refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from domain.submission.states import SubmissionState
from storage.tables import ClassGroup, ClassTermRow, Document, Enrolment, Packet, PupilRow, RecordStore, Submission

S = SubmissionState
_SHOWN = 100  # packets


@dataclass(frozen=True)
class ClassLine:
    """How many versions of a class's records stand where, at one store."""

    class_term_id: UUID
    class_name: str
    school_year: str
    waiting: int
    under_way: int
    refused: int
    accepted: int
    frozen: int


@dataclass(frozen=True)
class PacketLine:
    packet: Packet
    store_name: str


@dataclass(frozen=True)
class RecordLine:
    """One version of a pupil's record."""

    submission_id: UUID
    class_name: str
    full_name: str
    pupil_code: str
    event: str
    version: int
    state: SubmissionState
    reason: str
    updated_at: datetime


def classes(session: Session, school_id: UUID, store: str) -> list[ClassLine]:
    """Classes with anything to submit, the newest year first."""
    query = (
        select(
            ClassTermRow.id,
            ClassGroup.name,
            ClassGroup.school_year,
            *(_in(*states) for states in ((S.WAITING,), (S.PACKED, S.SENT), (S.REFUSED,), (S.ACCEPTED,), (S.FROZEN,))),
        )
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .join(Submission, Submission.class_term_id == ClassTermRow.id)
        .where(Submission.school_id == school_id, Submission.store == store)
        .group_by(ClassTermRow.id, ClassGroup.id)
        .order_by(ClassGroup.school_year.desc(), ClassGroup.grade, func.length(ClassGroup.name), ClassGroup.name)
    )
    return [ClassLine(*tuple(row)) for row in session.execute(query)]


def packets(session: Session, school_id: UUID, store: str) -> list[PacketLine]:
    """The newest first."""
    query = (
        select(Packet, RecordStore.name)
        .join(RecordStore, RecordStore.code == Packet.store)
        .where(Packet.school_id == school_id, Packet.store == store)
        .order_by(Packet.created_at.desc(), Packet.name)
    )
    return [PacketLine(*row) for row in session.execute(query.limit(_SHOWN))]


def refused(session: Session, school_id: UUID, store: str) -> list[RecordLine]:
    return _records(session, Submission.store == store, Submission.school_id == school_id, _state(S.REFUSED))


def of_packet(session: Session, packet_id: UUID) -> list[RecordLine]:
    """What was in a packet and is not in a later one."""
    return _records(session, Submission.packet_id == packet_id)


def _records(session: Session, *which: ColumnElement[bool]) -> list[RecordLine]:
    query = (
        select(Submission, ClassGroup.name, PupilRow.full_name, PupilRow.pupil_code)
        .join(Document, Document.id == Submission.document_id)
        .join(Enrolment, Enrolment.id == Document.enrolment_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .where(*which)
        .order_by(ClassGroup.grade, func.length(ClassGroup.name), ClassGroup.name, Enrolment.order_no)
    )
    return [_line(*row) for row in session.execute(query)]


def _line(row: Submission, class_name: str, full_name: str, pupil_code: str) -> RecordLine:
    return RecordLine(
        row.id, class_name, full_name, pupil_code, row.event, row.version, S(row.state), row.reason, row.updated_at
    )


def _in(*states: SubmissionState) -> ColumnElement[int]:
    return func.count().filter(Submission.state.in_([each.value for each in states]))


def _state(state: SubmissionState) -> ColumnElement[bool]:
    return Submission.state == state.value


def total(lines: Sequence[ClassLine]) -> int:
    return sum(each.waiting for each in lines)
