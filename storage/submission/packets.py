"""Packets of the outbox: signed together, sent until the store has answered, the answer written back once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from domain.campaigns.phases import Step
from domain.errors import NotFound
from domain.submission.answers import Answer
from domain.submission.states import UNDER_WAY, PacketState, Result, StoreKind, SubmissionState
from storage.among import among
from storage.submission import counting
from storage.tables import CampaignPhase, Packet, RecordStore, StoreRecord, Submission

UNANSWERED: Final = "Kho không trả lời về học bạ này."
_NO_PACKET: Final = "Không tìm thấy gói tin này."
_USUAL, _SOON, _AT_ONCE = 3, 2, 1  # urgency
_LATE: Final = timedelta(minutes=10)  # whoever should be sending it has not tried for so long
_LIMIT: Final = 200


@dataclass(frozen=True)
class ToSend:
    """A packet that has no answer yet: which store, which object, how urgent (1 first), and how often it was tried."""

    store: str
    sha256: str
    urgency: int
    attempts: int


def of_command(session: Session, command_id: UUID) -> list[Packet]:
    """The packets of one confirmation; a second press of the button finds those of the first."""
    return list(session.scalars(select(Packet).where(Packet.command_id == command_id).order_by(Packet.name)))


def add(session: Session, packet: Packet, submission_ids: Collection[UUID], at: datetime) -> None:
    """A new packet with what is in it."""
    session.add(packet)
    session.flush()
    packed = update(Submission).where(among(Submission.id, submission_ids))
    state = SubmissionState.PACKED.value
    session.execute(packed.values(state=state, packet_id=packet.id, reason="", updated_at=at))


def urgency(session: Session, school_id: UUID, at: datetime) -> int:
    """By the nearest deadline of the school's open submission phases: 1 within two days or late, 2 within a week."""
    query = select(func.min(CampaignPhase.due_at)).where(
        CampaignPhase.school_id == school_id,
        CampaignPhase.step == Step.SUBMISSION.value,
        CampaignPhase.state.in_(("open", "late")),
    )
    due = session.scalar(query)
    if due is None or due - at > timedelta(days=7):
        return _USUAL
    return _AT_ONCE if due - at <= timedelta(days=2) else _SOON


def begin_attempt(session: Session, packet_id: UUID, at: datetime) -> ToSend | None:
    """Count an attempt; None once the packet has its answer. Raises NotFound."""
    row = _locked(session, packet_id)
    if row.settled_at is not None:
        return None
    if row.state == PacketState.READY:
        row.state = PacketState.SENDING.value
    row.attempts += 1
    sent = update(Submission).where(Submission.packet_id == packet_id, Submission.state == "packed")
    session.execute(sent.values(state=SubmissionState.SENT.value, updated_at=at))
    return ToSend(row.store, row.sha256, row.urgency, row.attempts)


def put_off(session: Session, packet_id: UUID, trouble: str, next_at: datetime) -> None:
    """Why it has to wait, and when it is tried again."""
    row = _locked(session, packet_id)
    if row.settled_at is None:
        row.trouble, row.next_at = trouble, next_at


def settle(session: Session, packet_id: UUID, answers: Sequence[Answer], at: datetime) -> None:
    """Write the store's answers back; the first answer stays. A record that it says nothing of counts as refused.

    What our own store has frozen since it took the packet in is frozen here, too.
    """
    row = _locked(session, packet_id)
    if row.settled_at is not None:
        return
    said = {(each.record_uid, each.version): each for each in answers}
    mine = _of_packet(session, packet_id)
    frozen = _frozen(session, row, mine)
    rows = [_outcome(each, said.get((str(each.record_uid), each.version)), frozen, at) for each in mine]
    _write(session, row, PacketState.DELIVERED, rows, at)


def turn_down(session: Session, packet_id: UUID, reason: str, at: datetime) -> None:
    """The store would not have the packet at all: each record in it is refused for that reason."""
    row = _locked(session, packet_id)
    if row.settled_at is not None:
        return
    row.trouble = reason
    rows = [_refused(each.id, reason, at) for each in _of_packet(session, packet_id)]
    _write(session, row, PacketState.REFUSED, rows, at)


def settle_file(session: Session, sha256: str, answers: Sequence[Answer], at: datetime) -> None:
    """The same for a packet that came to the city's store as a file."""
    query = (
        select(Packet.id)
        .join(RecordStore, RecordStore.code == Packet.store)
        .where(Packet.sha256 == sha256, RecordStore.kind == StoreKind.CITY.value)
    )
    for packet_id in session.scalars(query):
        settle(session, packet_id, answers, at)


def export(session: Session, packet_id: UUID, school_id: UUID) -> Packet:
    """Note that the file was taken away; sending goes on. Raises NotFound for another school's packet."""
    row = _locked(session, packet_id)
    if row.school_id != school_id:
        raise NotFound(_NO_PACKET)
    if row.settled_at is None:
        row.state = PacketState.EXPORTED.value
    return row


def of_school(session: Session, packet_id: UUID, school_id: UUID) -> Packet:
    row = session.get(Packet, packet_id)
    if row is None or row.school_id != school_id:
        raise NotFound(_NO_PACKET)
    return row


def forgotten(session: Session, at: datetime) -> list[tuple[UUID, int]]:
    """Packets that nobody seems to be sending, with their urgency, the oldest first."""
    silent = or_(Packet.next_at < at - _LATE, Packet.next_at.is_(None) & (Packet.created_at < at - _LATE))
    query = select(Packet.id, Packet.urgency).where(Packet.state.in_([each.value for each in UNDER_WAY]), silent)
    return [(id_, urgent) for id_, urgent in session.execute(query.order_by(Packet.created_at).limit(_LIMIT))]


def _locked(session: Session, packet_id: UUID) -> Packet:
    row = session.get(Packet, packet_id, with_for_update=True)
    if row is None:
        raise NotFound(_NO_PACKET)
    return row


def _of_packet(session: Session, packet_id: UUID) -> Sequence[Submission]:
    in_it = select(Submission).where(Submission.packet_id == packet_id).order_by(Submission.id)
    return session.scalars(in_it.with_for_update()).all()


def _frozen(session: Session, row: Packet, mine: Sequence[Submission]) -> set[UUID]:
    """Which of them our own store, if it is the city's, has frozen; a freeze that is under way is waited for."""
    if session.get_one(RecordStore, row.store).kind != StoreKind.CITY.value:
        return set()
    query = (
        select(StoreRecord.record_uid, StoreRecord.version, StoreRecord.state)
        .where(among(StoreRecord.record_uid, {str(each.record_uid) for each in mine}))
        .order_by(StoreRecord.id)
        .with_for_update(read=True)
    )
    frozen = {(uid, version) for uid, version, state in session.execute(query) if state == "frozen"}
    return {each.id for each in mine if (str(each.record_uid), each.version) in frozen}


def _outcome(row: Submission, answer: Answer | None, frozen: set[UUID], at: datetime) -> dict[str, object]:
    if answer is None or answer.result is Result.REFUSED:
        return _refused(row.id, answer.reason if answer else UNANSWERED, at)
    state = SubmissionState.FROZEN if row.id in frozen else SubmissionState.ACCEPTED
    return {"id": row.id, "state": state.value, "reason": "", "updated_at": at}


def _refused(submission_id: UUID, reason: str, at: datetime) -> dict[str, object]:
    return {"id": submission_id, "state": SubmissionState.REFUSED.value, "reason": reason, "updated_at": at}


def _write(session: Session, row: Packet, state: PacketState, rows: list[dict[str, object]], at: datetime) -> None:
    row.state, row.settled_at, row.next_at = state.value, at, None
    class_terms = set(session.scalars(select(Submission.class_term_id).where(Submission.packet_id == row.id)))
    if rows:
        session.execute(update(Submission), rows)
    if state is PacketState.DELIVERED:
        row.trouble = ""
    session.flush()
    counting.count(session, class_terms)
