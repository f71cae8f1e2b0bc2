"""Signing batches: orders that a person prepares together and confirms together, and where to come back to."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from domain.decisions import Action
from domain.errors import Conflict, NotAllowed, NotFound
from domain.readiness import Sheaf, Turn, action_of, is_subject, sheaves, turn
from storage import confirmations, ordering, orders, signing_desk
from storage.ordering import NOT_ASSIGNED, Wanted
from storage.signing_desk import Task
from storage.staffing import Person
from storage.tables import ClassTermRow, OrderItem, SigningBatch, SigningOrder, Staff, TermRecord

UNKNOWN = "Không tìm thấy lượt ký này."
NOTHING = "Chưa có học sinh nào chờ thầy/cô ký ở đây."
REPLACED = ("Replaced", "Thầy/cô đã chuẩn bị lại việc này ở một lượt ký mới hơn.")
RECORD_CHANGED = (
    "RecordChanged",
    "Có học sinh vừa được trả lại hoặc tạm giữ, nên chưa ký lớp này. Hãy ký lại cho các học sinh còn lại.",
)
_OPEN = ("preparing", "prepared")


@dataclass(frozen=True)
class Wish:
    """What a person asks to sign in one class-term; no slots: all of the person's; no records: all that wait there."""

    class_term_id: UUID
    slots: tuple[str, ...]
    record_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenBatch:
    """A batch that its person can come back to: it waits to be confirmed, or is on its way."""

    id: UUID
    action: str
    classes: int
    is_confirmed: bool
    created_at: datetime


@dataclass(frozen=True)
class Opening:
    """A wish as far as it can come true now: the task, and what each order takes of it."""

    task: Task
    wish: Wish
    slots: tuple[str, ...]
    sheaves: tuple[Sheaf, ...]


def openings(session: Session, person: Person, action: Action, asked: Sequence[Wish], at: datetime) -> list[Opening]:
    """What of the wishes can be signed now. Raises NotFound for a class that the person does not sign in at all.

    Raises NotAllowed where none of the slots is the person's.
    """
    by_id = {task.class_term_id: task for task in signing_desk.tasks(session, person, at, _class_terms(asked))}
    if set(_class_terms(asked)) - by_id.keys():
        raise NotFound("Không tìm thấy lớp này.")
    found = signing_desk.standings(session, by_id)
    return [_opening(by_id[wish.class_term_id], action, wish, found) for wish in asked]


def _class_terms(asked: Sequence[Wish]) -> list[UUID]:
    return [wish.class_term_id for wish in asked]


def _opening(task: Task, action: Action, wish: Wish, found: dict[UUID, tuple[signing_desk.Standing, ...]]) -> Opening:
    slots = tuple(slot for slot in task.slots if action_of(slot) is action and (not wish.slots or slot in wish.slots))
    if not slots:
        raise NotAllowed(NOT_ASSIGNED)
    records = signing_desk.records_of(found.get(task.class_term_id, ()))
    ready = sheaves(records, slots, set(wish.record_ids), one_subject=task.signs_records)
    return Opening(task, wish, slots, tuple(ready))


def open_batch(
    session: Session, person: Person, batch_id: UUID, action: Action, asked: Sequence[Wish], at: datetime
) -> SigningBatch:
    """Open orders for all that can be signed now; the same id, or the same wishes while they live, give the same batch.

    What others are signing just now stays out. Raises NotAllowed without a usable certificate, Conflict when nothing
    can be signed.
    """
    # One opening of a person at a time: of two presses in one moment the second finds the first one's batch.
    session.execute(select(Staff.id).where(Staff.id == person.staff_id).with_for_update(key_share=True))
    known = _known(session, person, batch_id) or _alive(session, person, action, asked, at)
    if known is not None:
        return known
    ready = [each for each in openings(session, person, action, asked, at) if each.sheaves]
    if not ready:
        raise Conflict(NOTHING)
    batch = SigningBatch(id=batch_id, staff_id=person.staff_id, action=action.value, created_at=at)
    batch.asked = _as_json(asked)
    session.add(batch)
    _replace(session, person, ready)
    session.flush()
    _open_orders(session, person, batch, ready, at)
    if not _orders_of(session, batch.id):
        raise Conflict("Hồ sơ đang được người khác ký; hãy thử lại sau ít phút.")
    return batch


def _open_orders(session: Session, person: Person, batch: SigningBatch, ready: Sequence[Opening], at: datetime) -> None:
    action = Action(batch.action)
    certificate = ordering.certificate_of(session, person, action, at)
    for each in ready:
        for sheaf in each.sheaves:
            wanted = _wanted(each.task, action, sheaf)
            records_too = each.task.signs_records
            new = ordering.new_order(person, wanted, certificate, records_too=records_too, batch_id=batch.id)
            # What somebody else holds stays out: the page says so, and the other classes go on.
            with suppress(Conflict), session.begin_nested():
                orders.open_order(session, new, at)


def _wanted(task: Task, action: Action, sheaf: Sheaf) -> Wanted:
    return Wanted(uuid4(), task.class_term_id, task.class_id, task.term, action, sheaf.slots, sheaf.record_ids)


def _known(session: Session, person: Person, batch_id: UUID) -> SigningBatch | None:
    batch = session.get(SigningBatch, batch_id)
    if batch is not None and batch.staff_id != person.staff_id:
        raise NotFound(UNKNOWN)
    return batch


def _alive(
    session: Session, person: Person, action: Action, asked: Sequence[Wish], at: datetime
) -> SigningBatch | None:
    """The person's batch of the same wishes whose orders all still wait for the confirmation, and have not moved on."""
    query = select(SigningBatch).where(
        SigningBatch.staff_id == person.staff_id,
        SigningBatch.action == action.value,
        SigningBatch.asked == _as_json(asked),
        SigningBatch.created_at > at - orders.LIFETIME,
    )
    batch = session.scalars(query.order_by(SigningBatch.created_at.desc()).limit(1)).first()
    found = _orders_of(session, batch.id) if batch else []
    is_alive = found and all(order.state in _OPEN and order.expires_at > at for order in found)
    return batch if is_alive and not moved(session, found) else None


def _replace(session: Session, person: Person, ready: Collection[Opening]) -> None:
    """End what the person prepared before for the same classes and slots: its leases go to the new orders."""
    slots = {each.task.class_term_id: set(each.slots) for each in ready}
    query = select(SigningOrder).where(
        SigningOrder.staff_id == person.staff_id,
        SigningOrder.state.in_(_OPEN),
        SigningOrder.batch_id.is_not(None),
        SigningOrder.class_term_id.in_(slots),
    )
    for order in session.scalars(query.order_by(SigningOrder.id)):
        same = slots[order.class_term_id]
        if same & set(order.slots) or (order.signs_records and any(is_subject(slot) for slot in same)):
            confirmations.give_up(session, order.id, *REPLACED)


def batch_of(session: Session, batch_id: UUID, person: Person) -> SigningBatch:
    """A batch of one's own. Raises NotFound for anybody else's."""
    batch = _known(session, person, batch_id)
    if batch is None:
        raise NotFound(UNKNOWN)
    return batch


def _orders_of(session: Session, batch_id: UUID) -> Sequence[SigningOrder]:
    return session.scalars(select(SigningOrder).where(SigningOrder.batch_id == batch_id)).all()


def orders_of(session: Session, batch_id: UUID) -> Sequence[SigningOrder]:
    """The orders of a batch, the first due first."""
    query = (
        select(SigningOrder)
        .join(ClassTermRow, ClassTermRow.id == SigningOrder.class_term_id)
        .where(SigningOrder.batch_id == batch_id)
    )
    return session.scalars(query.order_by(ClassTermRow.due_at, SigningOrder.created_at, SigningOrder.id)).all()


def open_of(session: Session, person: Person, at: datetime) -> list[OpenBatch]:
    """The person's batches that still wait for something, the newest first."""
    under_way = SigningOrder.state.in_(("asked", "signed"))
    waits = SigningOrder.state.in_(_OPEN) & (SigningOrder.expires_at > at)
    query = (
        select(
            SigningBatch.id,
            SigningBatch.action,
            func.count(SigningOrder.class_term_id.distinct()),
            func.bool_or(under_way),
            SigningBatch.created_at,
        )
        .join(SigningOrder, SigningOrder.batch_id == SigningBatch.id)
        .where(SigningBatch.staff_id == person.staff_id, or_(under_way, waits))
        .group_by(SigningBatch.id)
        .order_by(SigningBatch.created_at.desc())
    )
    return [OpenBatch(*row) for row in session.execute(query)]


def wishes_of(batch: SigningBatch) -> list[Wish]:
    return [_from_json(each) for each in batch.asked]


def moved(session: Session, wanted: Sequence[SigningOrder]) -> dict[UUID, tuple[str, ...]]:
    """Records that have moved on since their order was opened or prepared, by order: they cannot be signed with it."""
    found = signing_desk.standings(session, {order.class_term_id for order in wanted})
    revisions, prepared = _revisions(session, wanted), _prepared(session, wanted)
    gone: dict[UUID, tuple[str, ...]] = {}
    for order in wanted:
        states = signing_desk.records_of(found.get(order.class_term_id, ()))
        covered = prepared.get(order.id, dict.fromkeys(order.record_ids))
        left = tuple(
            record_id
            for record_id, revision in covered.items()
            if revision not in {None, revisions.get(record_id)}
            or any(turn(states[record_id], slot) is not Turn.NOW for slot in order.slots)
        )
        if left:
            gone[order.id] = left
    return gone


def _revisions(session: Session, wanted: Sequence[SigningOrder]) -> dict[str, int]:
    class_terms = {order.class_term_id for order in wanted}
    query = select(TermRecord.id, TermRecord.revision).where(TermRecord.class_term_id.in_(class_terms))
    return {str(record_id): revision for record_id, revision in session.execute(query)}


def _prepared(session: Session, wanted: Sequence[SigningOrder]) -> dict[UUID, dict[str, int | None]]:
    """The revision of each record as prepared papers speak of it; what could not be prepared stays out anyway."""
    ids = [order.id for order in wanted]
    query = select(OrderItem.order_id, OrderItem.covers).where(
        OrderItem.order_id.in_(ids), OrderItem.outcome != "failed"
    )
    covered: dict[UUID, dict[str, int | None]] = {}
    for order_id, covers in session.execute(query):
        covered.setdefault(order_id, {}).update(covers)
    return covered


def _as_json(asked: Sequence[Wish]) -> list[list[object]]:
    return [[str(wish.class_term_id), list(wish.slots), list(wish.record_ids)] for wish in asked]


def _from_json(values: list[object]) -> Wish:
    class_term_id, slots, record_ids = values
    return Wish(UUID(str(class_term_id)), _texts(slots), _texts(record_ids))


def _texts(values: object) -> tuple[str, ...]:
    return tuple(str(each) for each in values) if isinstance(values, list) else ()
