"""Orders for the papers of matters: who is waited for signs one field; who comes second has seen the first one's."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from domain.errors import Conflict, NotAllowed, NotFound
from domain.matters.signing import NOT_AWAITED, SIGNED, action_of
from storage import certificates, confirmations, orders
from storage.matters import papers, steps, waits
from storage.staffing import Person
from storage.tables import CertificateRow, MatterWait, OrderItem, SigningOrder

REPLACED = ("Replaced", "Thầy/cô đã chuẩn bị lại văn bản này để ký.")
_WAITING, _CONFIRMED = ("preparing", "prepared"), ("asked", "signed")


@dataclass(frozen=True)
class WantedPaper:
    """What a person wants to sign: a field of a matter's paper; the order's id is the command's."""

    order_id: UUID
    matter_id: UUID
    field: str


def open_order(session: Session, person: Person, wanted: WantedPaper, at: datetime) -> SigningOrder:
    """Open an order; the same id again gives the same order, and what the person prepared before for it ends.

    Raises NotFound where nothing waits for this person, NotAllowed without a usable certificate, Conflict for a field
    that is signed.
    """
    known = session.get(SigningOrder, wanted.order_id)
    if known is not None:
        return _same(known, person, wanted)
    if wanted.field not in fields_for(session, wanted.matter_id, person):
        raise NotFound(NOT_AWAITED)
    steps.lock(session, wanted.matter_id)
    paper_id = papers.current_id(session, wanted.matter_id)
    if wanted.field in papers.signed_fields(session, paper_id):
        raise Conflict(SIGNED)
    certificate = certificate_of(session, person, wanted.field, at)
    _replace(session, person, wanted)
    order = orders.insert_order(
        session,
        at,
        id=wanted.order_id,
        matter_id=wanted.matter_id,
        action=action_of(wanted.field).value,
        slot=wanted.field,
        staff_id=person.staff_id,
        certificate_id=certificate.id,
        record_ids=[str(paper_id)],
    )
    # None: pressed twice in one moment, and the other press was first.
    return order or _same(session.get_one(SigningOrder, wanted.order_id), person, wanted)


def _same(known: SigningOrder, person: Person, wanted: WantedPaper) -> SigningOrder:
    if (known.matter_id, known.slot, known.staff_id) != (wanted.matter_id, wanted.field, person.staff_id):
        raise Conflict("Mã lệnh ký này đã dùng cho một việc khác.")
    return known


def _replace(session: Session, person: Person, wanted: WantedPaper) -> None:
    """Who starts over signs with the new order only."""
    for order in session.scalars(_own(person, wanted.matter_id, wanted.field, _WAITING)).all():
        confirmations.give_up(session, order.id, *REPLACED)


def fields_for(session: Session, matter_id: UUID, person: Person) -> tuple[str, ...]:
    """The fields of a matter's paper that wait for this person now."""
    query = select(MatterWait.field).where(
        MatterWait.matter_id == matter_id, MatterWait.field != "", waits.is_for(person)
    )
    return tuple(session.scalars(query.order_by(MatterWait.field).distinct()))


def certificate_of(session: Session, person: Person, field: str, at: datetime) -> CertificateRow:
    """The person's own, or the school's for its seal. Raises NotAllowed where none can be used."""
    return certificates.certificate_for(session, action_of(field), person.staff_id, person.school_id, at)


def obstacle(session: Session, order: SigningOrder, person: Person, at: datetime) -> NotAllowed | None:
    """Being waited for, and the certificate, must hold at the confirmation as they did at the start."""
    if order.state in {*_CONFIRMED, "completed"}:
        return None  # confirmed again, it only gets its answer again
    if order.matter_id is None or order.slot not in fields_for(session, order.matter_id, person):
        return NotAllowed(NOT_AWAITED)
    try:
        current = certificate_of(session, person, order.slot, at)
    except NotAllowed as refusal:
        return refusal
    if current.id != order.certificate_id:
        return NotAllowed("Chứng thư số đã thay đổi; hãy bắt đầu lại.")
    return None


def own_order(session: Session, order_id: UUID, matter_id: UUID, person: Person) -> SigningOrder:
    """An order of this person for this matter. Raises NotFound for any other."""
    order = session.get(SigningOrder, order_id)
    if order is None or (order.matter_id, order.staff_id) != (matter_id, person.staff_id):
        raise NotFound("Không tìm thấy lệnh ký này.")
    return order


def under_way(session: Session, matter_id: UUID, field: str, person: Person, at: datetime) -> SigningOrder | None:
    """The person's newest order for a field, if it is on its way or can still be confirmed as it was prepared."""
    newest = _own(person, matter_id, field, (*_WAITING, *_CONFIRMED)).order_by(SigningOrder.created_at.desc())
    order = session.scalars(newest.limit(1)).first()
    if order is None or order.state in _CONFIRMED:
        return order
    return order if order.expires_at > at and not is_stale(session, order) else None


def is_stale(session: Session, order: SigningOrder) -> bool:
    """Whether the paper is another by now than the one that an order prepared: written anew, or signed by somebody."""
    if order.matter_id is None or order.record_ids != [str(papers.current_id(session, order.matter_id))]:
        return True
    item = session.scalars(select(OrderItem).where(OrderItem.order_id == order.id)).first()
    return item is not None and papers.is_overtaken(session, item.document_id, item.covers[str(item.document_id)])


def _own(person: Person, matter_id: UUID, field: str, states: tuple[str, ...]) -> Select[SigningOrder]:
    return select(SigningOrder).where(
        SigningOrder.matter_id == matter_id,
        SigningOrder.slot == field,
        SigningOrder.staff_id == person.staff_id,
        SigningOrder.state.in_(states),
    )
