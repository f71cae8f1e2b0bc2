"""May the person of an order sign at a moment? Asked when it is prepared, and again when its signatures take effect."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.decisions import Action
from domain.errors import NotAllowed
from storage import certificates, orders, staffing
from storage.staffing import ROLE_OF_SLOT
from storage.tables import ClassGroup, ClassTermRow, School, SigningOrder, Staff

HANDED_ON = (
    "Phần việc này không còn do thầy/cô phụ trách, nên chữ ký không được ghi. Chữ ký đã có trước đó vẫn giữ nguyên."
)
RENEWED = "Chứng thư số đã thay đổi; hãy bắt đầu lại."


def require(session: Session, order: SigningOrder, *moments: datetime) -> None:
    """Raises NotAllowed unless the order's person fills its slots at all these moments and its certificate signs then.

    One of them is the time that the signature names: a paper names who is assigned at that time.
    """
    if order.class_term_id is None:  # whom a matter's paper waits for is the matter's own to say
        _require_certificate(session, order, session.get_one(Staff, order.staff_id).school_id, *moments)
        return
    group = session.get_one(ClassGroup, session.get_one(ClassTermRow, order.class_term_id).class_id)
    for filled in staffing.slots_at(session, order.staff_id, group.id, *moments):
        if not set(order.slots) <= filled:
            raise NotAllowed(HANDED_ON)
    _require_certificate(session, order, group.school_id, *moments)


def _require_certificate(session: Session, order: SigningOrder, school_id: UUID | None, *moments: datetime) -> None:
    school = school_id or staffing.NO_SCHOOL
    current = certificates.certificates_at(session, Action(order.action), order.staff_id, school, *moments)
    if any(each.id != order.certificate_id for each in current):
        raise NotAllowed(RENEWED)


def require_to_complete(session: Session, order_id: UUID) -> None:
    """The same for now, unless the order is complete already. Nobody changes hands until this transaction ends.

    Who changes them takes its moment after it holds the same rows (`storage.reassigning`): either the change is seen
    here, or it begins after these signatures.
    """
    _hold_hands(session, orders.get(session, order_id))  # before the order, as whoever merges schools does
    order = orders.get(session, order_id, lock=True)
    if order.state != "signed":
        return
    require(session, order, order.signing_time, datetime.now(UTC))


def _hold_hands(session: Session, order: SigningOrder) -> None:
    if order.class_term_id is None:
        school_id = session.get_one(Staff, order.staff_id).school_id
        session.execute(select(School.id).where(School.id == school_id).with_for_update(read=True))
        return
    class_id = select(ClassTermRow.class_id).where(ClassTermRow.id == order.class_term_id).scalar_subquery()
    if set(order.slots) & ROLE_OF_SLOT.keys():
        school_id = select(ClassGroup.school_id).where(ClassGroup.id == class_id).scalar_subquery()
        session.execute(select(School.id).where(School.id == school_id).with_for_update(read=True))
    else:
        session.execute(select(ClassGroup.id).where(ClassGroup.id == class_id).with_for_update(read=True))
