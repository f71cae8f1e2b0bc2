"""What our own store keeps: packets as they came with their answers, and the versions of records that it accepted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.submission.answers import Answer, Receipt
from domain.submission.states import Result
from storage.among import among
from storage.campaigns import authorities
from storage.tables import CertificateRow, School, Staff, StorePacket, StoreRecord

UNKNOWN: Final = "Kho không có học bạ này, hoặc học bạ không thuộc cơ quan của thầy/cô."


@dataclass(frozen=True)
class Newest:
    """The largest version that the store has of a record."""

    version: int
    event: str
    state: str
    content_sha256: str
    school_id: UUID
    may_be_recalled: bool


@dataclass(frozen=True)
class PacketLine:
    """A received packet with its school, and who brought it in (nobody: it came over the network)."""

    packet: StorePacket
    school: School
    by: str


def has_turn(session: Session, places: int) -> bool:
    """Take one of the places for packets being worked on, to the end of this transaction; False if all are taken.

    The places are the database's, so they are shared by all processes.
    """
    taken = text("SELECT pg_try_advisory_xact_lock(hashtext('record store'), :place)")
    return any(session.scalar(taken, {"place": place}) for place in range(places))


def wait_for_schools(session: Session, school_ids: Collection[UUID]) -> None:
    """Whoever takes in or freezes records of a school comes after the other: versions are compared with what is there.

    In one order, so that nobody waits for somebody who waits for them.
    """
    keys = sorted(f"record store/{school_id}" for school_id in school_ids)
    lock = "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(CAST(:keys AS text[])) AS key"
    session.execute(text(lock), {"keys": keys})


def school_with(session: Session, code: str) -> School | None:
    return session.scalars(select(School).where(School.code == code)).first()


def certificate_with(session: Session, sha256: str) -> CertificateRow | None:
    return session.scalars(select(CertificateRow).where(CertificateRow.sha256 == sha256)).first()


def receipt(session: Session, sha256: str) -> Receipt | None:
    """The answer that was given to a packet."""
    query = select(StorePacket, School.code).join(School, School.id == StorePacket.school_id)
    row = session.execute(query.where(StorePacket.sha256 == sha256)).first()
    if row is None:
        return None
    packet, code = row
    return Receipt(sha256, code, packet.received_at, [_answer(each) for each in packet.answers])


def newest_of(session: Session, record_uids: Collection[str]) -> dict[str, Newest]:
    """By IdBanGhi; what the store has nothing of is left out."""
    query = (
        select(StoreRecord)
        .ext(distinct_on(StoreRecord.record_uid))
        .where(among(StoreRecord.record_uid, record_uids))
        .order_by(StoreRecord.record_uid, StoreRecord.version.desc())
    )
    return {row.record_uid: _newest(row) for row in session.scalars(query)}


def take_in(session: Session, packet: StorePacket, records: Sequence[dict[str, object]]) -> None:
    """Keep a packet and the records accepted of it; a packet that is kept already changes nothing."""
    values = {column.name: getattr(packet, column.name) for column in StorePacket.__table__.columns}
    new = insert(StorePacket).values(values).on_conflict_do_nothing().returning(StorePacket.sha256)
    if session.scalars(new).first() is not None and records:
        session.execute(insert(StoreRecord), list(records))


def answers_as_kept(answers: Sequence[Answer]) -> list[dict[str, object]]:
    return [
        {"uid": each.record_uid, "version": each.version, "result": each.result.value, "reason": each.reason}
        for each in answers
    ]


def versions_of(session: Session, record_uid: str, authority_id: UUID, at: datetime) -> list[StoreRecord]:
    """Every accepted version of a record of the authority's schools, the newest first."""
    if not record_uid.isprintable():
        return []
    mine = authorities.schools_under(authority_id, day_of(at))
    query = select(StoreRecord).where(StoreRecord.record_uid == record_uid, StoreRecord.school_id.in_(mine))
    return list(session.scalars(query.order_by(StoreRecord.version.desc())))


def count_packets(session: Session, authority_id: UUID, at: datetime) -> int:
    mine = authorities.schools_under(authority_id, day_of(at))
    return session.scalar(select(func.count(StorePacket.sha256)).where(StorePacket.school_id.in_(mine))) or 0


def packets(session: Session, authority_id: UUID, at: datetime, limit: int, skip: int = 0) -> list[PacketLine]:
    """What the authority's schools sent, the newest first."""
    query = (
        select(StorePacket, School, Staff.full_name)
        .join(School, School.id == StorePacket.school_id)
        .outerjoin(Staff, Staff.id == StorePacket.received_by)
        .where(School.id.in_(authorities.schools_under(authority_id, day_of(at))))
        .order_by(StorePacket.received_at.desc(), StorePacket.sha256)
    )
    return [PacketLine(row, school, by or "") for row, school, by in session.execute(query.limit(limit).offset(skip))]


def _newest(row: StoreRecord) -> Newest:
    may = row.recall_allowed_at is not None
    return Newest(row.version, row.event, row.state, row.content_sha256, row.school_id, may)


def _answer(kept: dict[str, object]) -> Answer:
    return Answer(str(kept["uid"]), int(str(kept["version"])), Result(str(kept["result"])), str(kept["reason"]))
