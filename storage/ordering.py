"""Opening an order for a person: who signs with what, and how the class signs. For the interface and for the pages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.errors import NotAllowed
from storage import certificates, orders, staffing
from storage.orders import NewOrder
from storage.staffing import Person
from storage.tables import CertificateRow, ClassGroup, SigningOrder

NOT_ASSIGNED = "Thầy/cô không được phân công việc này ở lớp này."


@dataclass(frozen=True)
class Wanted:
    """What a person wants to sign in one class-term with one order; the order's id is the command's."""

    order_id: UUID
    class_term_id: UUID
    class_id: UUID
    term: Term
    action: Action
    slots: tuple[str, ...]
    record_ids: tuple[str, ...]


def open_for(session: Session, person: Person, wanted: Wanted, now: datetime) -> SigningOrder:
    """Open an order with the person's certificate of now. Raises NotAllowed, and what `orders.open_order` raises."""
    certificate = certificate_of(session, person, wanted.action, now)
    records_too = staffing.signs_records(session.get_one(ClassGroup, wanted.class_id), wanted.term)
    return orders.open_order(session, new_order(person, wanted, certificate, records_too=records_too), now)


def new_order(
    person: Person, wanted: Wanted, certificate: CertificateRow, *, records_too: bool, batch_id: UUID | None = None
) -> NewOrder:
    """`records_too`: in this class-term subject teachers sign each record. Raises NotAllowed for several of them."""
    is_signing = wanted.action is Action.SIGN
    if records_too and is_signing and len(wanted.slots) > 1:
        raise NotAllowed("Lớp này ký từng học bạ: mỗi lần chỉ ký một môn.")
    return NewOrder(
        order_id=wanted.order_id,
        class_term_id=wanted.class_term_id,
        action=wanted.action,
        slots=wanted.slots,
        staff_id=person.staff_id,
        certificate_id=certificate.id,
        record_ids=wanted.record_ids,
        signs_records=records_too and is_signing and wanted.slots[0] != HOMEROOM,
        batch_id=batch_id,
    )


def certificate_of(session: Session, person: Person, action: Action, now: datetime) -> CertificateRow:
    return certificates.certificate_for(session, action, person.staff_id, person.school_id, now)


def obstacle(order: SigningOrder, my_slots: Collection[str], current: CertificateRow | NotAllowed) -> NotAllowed | None:
    """Assignment and certificate must hold at the confirmation as they did at the start."""
    if not set(order.slots) <= set(my_slots):
        return NotAllowed(NOT_ASSIGNED)
    if isinstance(current, NotAllowed):
        return current
    if current.id != order.certificate_id:
        return NotAllowed("Chứng thư số đã thay đổi; hãy bắt đầu lại.")
    return None
