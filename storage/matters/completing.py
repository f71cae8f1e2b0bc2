"""What comes of a confirmed order for a matter's paper: the document, a step in the diary, a wait that is over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from domain.documents import SignatureField
from domain.errors import Conflict, NotAllowed
from storage import authority, completion, history, orders, staffing
from storage.matters import steps
from storage.matters.paper_orders import fields_for
from storage.matters.steps import Step
from storage.paper_outcomes import Result
from storage.tables import MatterWait, SignatureRow, SigningOrder, Staff


@dataclass(frozen=True)
class Completed:
    """The field of a matter's paper that was signed, or the code of why it was not."""

    field: str
    document_id: str
    sha256: str = ""
    is_sealed: bool = False
    failed: str = ""


def complete(session: Session, order_id: UUID, results: Mapping[int, Result], at: datetime) -> Completed:
    """Take in what was embedded; a completed order only gives its answer again. Raises Conflict for one that ended."""
    matter_id = session.scalars(select(SigningOrder.matter_id).where(SigningOrder.id == order_id)).one()
    if matter_id is None:
        raise Conflict("Lệnh ký không khớp với quyết định.")
    steps.lock(session, matter_id)  # before the order, as whoever makes a paper void does
    authority.require_to_complete(session, order_id)
    is_known = orders.get(session, order_id).state == "completed"
    standing = completion.complete(session, order_id, results)
    order = orders.get(session, order_id)
    if order.state != "completed":
        raise Conflict(order.trouble or "Lệnh ký chưa được xác nhận.")
    [document_id] = order.record_ids
    if standing.failed:
        return Completed(order.slot, document_id, failed=standing.failed[0].code)
    if not is_known:
        _require_awaited(session, order, matter_id)
    signed = Completed(order.slot, document_id, _sha256(session, order), order.slot == SignatureField.SEAL)
    _note(session, order, matter_id, signed, at)
    return signed


def _require_awaited(session: Session, order: SigningOrder, matter_id: UUID) -> None:
    """Raises NotAllowed where the paper waits for somebody else by now: an office may have changed hands."""
    person = staffing.person(session, datetime.now(UTC), Staff.id == order.staff_id)
    if person is None or order.slot not in fields_for(session, matter_id, person):
        raise NotAllowed(authority.HANDED_ON)


def _sha256(session: Session, order: SigningOrder) -> str:
    return session.scalars(select(SignatureRow.sha256).where(SignatureRow.order_id == order.id)).one()


def _note(session: Session, order: SigningOrder, matter_id: UUID, signed: Completed, at: datetime) -> None:
    """With the signature, and once: the diary knows each order."""
    detail = {"order": str(order.id), "document": signed.document_id, "sha256": signed.sha256}
    step = Step(str(order.id), f"signed.{signed.field}", at, order.staff_id, detail=detail)
    if not steps.note(session, matter_id, step):
        return
    mine = delete(MatterWait).where(MatterWait.matter_id == matter_id, MatterWait.field == signed.field)
    session.execute(mine)
    if signed.is_sealed:
        history.add_issued_paper(session, UUID(signed.document_id), at)
