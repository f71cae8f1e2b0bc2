"""The audit chain of each class-term, and the reasons and notices that go with decisions."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID, uuid5

import rfc8785
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from storage.tables import AuditEntry, ClassTermRow, DecisionOrigin, Notice, Reason

FIRST_HASH = "0" * 64
_REASONS: Final = UUID("6f0a1d52-8c0e-4f3c-9a55-2d4f7f9f1b11")
Detail = Mapping[str, Any]  # JSON as rfc8785 takes it


def add_audit_entry(session: Session, class_term_id: UUID, wf_seq: int, detail: Detail) -> None:
    """Append one link; the caller holds the class-term's row lock, so the chain cannot fork."""
    newest = select(AuditEntry.hash).where(AuditEntry.class_term_id == class_term_id)
    prev_hash = session.scalar(newest.order_by(AuditEntry.wf_seq.desc()).limit(1)) or FIRST_HASH
    session.add(
        AuditEntry(
            class_term_id=class_term_id,
            wf_seq=wf_seq,
            detail=dict(detail),
            prev_hash=prev_hash,
            hash=link_hash(prev_hash, class_term_id, wf_seq, detail),
        )
    )


def link_hash(prev_hash: str, class_term_id: UUID, wf_seq: int, detail: Detail) -> str:
    """SHA-256 over the previous hash and the canonical JSON (RFC 8785) of the entry."""
    entry = rfc8785.dumps({"class_term": str(class_term_id), "seq": wf_seq, "detail": dict(detail)})
    return hashlib.sha256(prev_hash.encode() + entry).hexdigest()


def first_broken_link(session: Session, class_term_id: UUID) -> int | None:
    """The sequence number of the first entry that does not fit its chain or is missing, or None when all is well."""
    entries = select(AuditEntry).where(AuditEntry.class_term_id == class_term_id).order_by(AuditEntry.wf_seq)
    prev_hash, expected = FIRST_HASH, 1
    for entry in session.scalars(entries):
        genuine = link_hash(prev_hash, class_term_id, entry.wf_seq, entry.detail)
        if (entry.prev_hash, entry.hash, entry.wf_seq) != (prev_hash, genuine, expected):
            return entry.wf_seq
        prev_hash, expected = entry.hash, expected + 1
    # A chain cut off at its end fits together; the class-term's own count tells how long it must be.
    written = session.scalar(select(ClassTermRow.wf_seq).where(ClassTermRow.id == class_term_id)) or 0
    return expected if expected <= written else None


def add_reason(session: Session, reason_id: UUID, school_id: UUID | None, staff_id: UUID, text: str) -> None:
    """Keep a reason's text; the same id again changes nothing."""
    row = insert(Reason).values(id=reason_id, school_id=school_id, staff_id=staff_id, text=text)
    session.execute(row.on_conflict_do_nothing(index_elements=["id"]))


def keep_reason(session: Session, command_id: UUID, school_id: UUID | None, staff_id: UUID, text: str) -> UUID:
    """Keep the reason of a command; its id, the same for a resent command, is what travels.

    Whoever was refused and writes another reason decides with that one.
    """
    reason_id = uuid5(_REASONS, f"{command_id}/{text}")
    add_reason(session, reason_id, school_id, staff_id, text)
    return reason_id


def add_origin(session: Session, command_id: str, staff_id: UUID, device: str, network: str) -> None:
    """Keep where a decision comes from; the same command again changes nothing."""
    row = insert(DecisionOrigin).values(command_id=command_id, staff_id=staff_id, device=device, network=network)
    session.execute(row.on_conflict_do_nothing(index_elements=["command_id"]))


def add_notices(
    session: Session, class_term_id: UUID | None, kind: str, told: Iterable[tuple[UUID, str]], reason_id: UUID | None
) -> None:
    """Tell each (person, what about) once."""
    rows = [
        {"staff_id": staff, "class_term_id": class_term_id, "kind": kind, "subject_ref": ref, "reason_id": reason_id}
        for staff, ref in sorted(set(told), key=str)
    ]
    if rows:
        session.execute(insert(Notice).values(rows).on_conflict_do_nothing())
