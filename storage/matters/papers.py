"""The paper of a matter: one at a time, written by whoever signs first; a void one makes room for the next."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.documents import DocumentKind
from domain.errors import Conflict
from domain.matters.signing import OUTDATED, SIGNED
from domain.year_records import DocumentContent
from storage import confirmations, orders
from storage.matters import contents, steps
from storage.paper_facts import Stamp
from storage.planned_papers import Paper
from storage.showing import NO_CODE, ShownPaper, as_shown
from storage.tables import Document, LogEvent, Matter, SignatureRow, SigningOrder, Staff

_UNDER_WAY = ("preparing", "prepared", "asked", "signed")


def revision(session: Session, matter_id: UUID) -> int:
    """The number of the paper that is signed now, from 1: each that counts no more had one of its own."""
    query = select(func.count()).where(Document.matter_id == matter_id, Document.state != "live")
    return (session.scalar(query) or 0) + 1


def document_id(matter_id: UUID, number: int) -> UUID:
    """A repeated preparation finds the same one."""
    return uuid5(matter_id, f"paper/{number}")


def current_id(session: Session, matter_id: UUID) -> UUID:
    """The paper that is signed now; it is a row of `documents` once somebody has signed it."""
    return document_id(matter_id, revision(session, matter_id))


def current(session: Session, matter_id: UUID) -> Document | None:
    """None until somebody has signed."""
    return session.get(Document, current_id(session, matter_id), populate_existing=True)


def signed_fields(session: Session, paper_id: UUID) -> frozenset[str]:
    return frozenset(session.scalars(select(SignatureRow.field).where(SignatureRow.document_id == paper_id)))


def plan(session: Session, order: SigningOrder) -> Paper:
    """What an order signs: new, or the newest bytes. Raises Conflict where the paper has moved on since."""
    matter = session.get_one(Matter, order.matter_id)
    paper_id = current_id(session, matter.id)
    fields = signed_fields(session, paper_id)
    if order.record_ids != [str(paper_id)]:
        raise Conflict(OUTDATED[1])
    if order.slot in fields:
        raise Conflict(SIGNED)
    covers = {str(paper_id): len(fields)}
    known = current(session, matter.id)
    return _new(session, order, matter, covers) if known is None else _signed(known, covers)


def _new(session: Session, order: SigningOrder, matter: Matter, covers: dict[str, int]) -> Paper:
    number = revision(session, matter.id)
    paper_id = document_id(matter.id, number)
    stamp = Stamp(paper_id, number, orders.lookup_code(order, paper_id))
    content = contents.content_of(session, matter, stamp, order.signing_time)
    enrolment_id, kind = contents.enrolment_of(session, matter), contents.document_kind(matter)
    return Paper(paper_id, kind, enrolment_id, number, stamp.lookup_code, covers, content)


def _signed(known: Document, covers: dict[str, int]) -> Paper:
    kind = DocumentKind(known.kind)
    return Paper(known.id, kind, known.enrolment_id, known.part, known.lookup_code, covers, sha256=known.sha256)


def shown(session: Session, matter_id: UUID) -> ShownPaper | None:
    """The paper as far as it is signed; None until somebody has signed it."""
    found = current(session, matter_id)
    return None if found is None else as_shown(session, found)


def draft(session: Session, matter_id: UUID, at: datetime) -> DocumentContent:
    """What the paper would say if it were written now. Raises what `contents.content_of` raises."""
    number = revision(session, matter_id)
    stamp = Stamp(document_id(matter_id, number), number, NO_CODE)
    return contents.content_of(session, session.get_one(Matter, matter_id), stamp, at)


def is_overtaken(session: Session, paper_id: UUID, signatures: int) -> bool:
    """Whether a paper bears other signatures than when it was prepared."""
    return len(signed_fields(session, paper_id)) != signatures


def whose(session: Session, order: SigningOrder) -> dict[str, Any]:
    """What a new document says of its school (that of whoever signs first) and of its version."""
    matter = session.get_one(Matter, order.matter_id)
    school_id = session.get_one(Staff, order.staff_id).school_id or matter.school_id
    return {"school_id": school_id, "record_uid": None, "version": contents.version_of(session, matter)}


def withdraw_paper(session: Session, matter_id: UUID, reason_id: UUID | None, at: datetime) -> None:
    """The paper counts no more: one that bears the seal is recalled, which the log says; any other is void."""
    steps.lock(session, matter_id)
    found = current(session, matter_id)
    if found is None or found.sealed_at is None:
        void_paper(session, matter_id, reason_id)
        return
    found.state, found.recalled_at = "recalled", at
    session.flush()
    session.add(LogEvent(document_id=found.id, kind="recalled", happened_at=at))
    session.flush()


def void_paper(session: Session, matter_id: UUID, reason_id: UUID | None) -> None:
    """The paper has to be written anew: what was signed so far is kept as void, and orders under way end.

    Whoever calls this sees to it that every field is waited for again. Raises Conflict for a sealed paper.
    """
    steps.lock(session, matter_id)
    found = current(session, matter_id)
    if found is not None and found.sealed_at is not None:
        raise Conflict("Văn bản đã đóng dấu, không lập lại được.")
    under_way = select(SigningOrder.id).where(SigningOrder.matter_id == matter_id, SigningOrder.state.in_(_UNDER_WAY))
    for order_id in session.scalars(under_way.order_by(SigningOrder.id)).all():
        confirmations.give_up(session, order_id, *OUTDATED)
    if found is not None:
        found.state, found.void_reason_id = "void", reason_id
    session.flush()
