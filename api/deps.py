"""The guards: who is asking, and the only ways to a class-term, an order or a document. Not visible means 404."""

import ipaddress
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import sights
from api.bodies import declared
from api.errors import SignInNeeded
from api.guard import visitor_of
from api.services import Services
from domain import matters
from domain.calendar import day_of
from domain.errors import Invalid, NotAllowed, NotFound
from domain.matters import MatterKind
from domain.sights import Sight
from storage import access, orders
from storage.access import ClassTermHead, DocumentHead, RecordHead
from storage.matters import paper_orders
from storage.ordering import NOT_ASSIGNED
from storage.sights import Seen
from storage.staffing import Person
from storage.tables import ClassGroup, Matter, SigningOrder
from storage.visitors import Visitor
from workflows.class_term import workflow_id as class_workflow_id

UNKNOWN_ORDER = "Không tìm thấy lệnh ký này."
THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


# Dependencies that wait for nothing are async all the same: FastAPI takes a plain function through a thread, and what
# that costs is more than what they do.


async def services(request: Request) -> Services:
    found: Services = request.app.state.services
    return found


ServicesDep = Annotated[Services, Depends(services)]


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    return day_of(now())


def is_loopback(request: Request) -> bool:
    """Both ends must say so: behind a proxy, or under a name made to point here, the caller is somewhere else."""
    if request.client is None or request.url.hostname not in THIS_MACHINE:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def current_visitor(request: Request) -> Visitor:
    """Who is asking, as the guard found out; a route that is open to everybody may have nobody."""
    visitor = visitor_of(request)
    if visitor is None:
        raise SignInNeeded
    return visitor


CurrentVisitor = Annotated[Visitor, Depends(current_visitor)]


async def current_person(visitor: CurrentVisitor) -> Person:
    return visitor.person


CurrentPerson = Annotated[Person, Depends(current_person)]


def visible_class_term(
    request: Request, class_term_id: UUID, person: CurrentPerson, found: ServicesDep
) -> ClassTermHead:
    """A class-term of the person's own school in which the person has a slot or an office."""
    with found.sessions() as session:
        head = access.class_term(session, class_term_id, person, now())
    if head is None:
        raise NotFound("Không tìm thấy lớp này.")
    sights.note(request, found, Seen(person.staff_id, Sight.CLASS, head.school_id, class_term_id=head.id))
    return head


VisibleClassTerm = Annotated[ClassTermHead, Depends(visible_class_term)]


def visible_record(request: Request, record_id: UUID, person: CurrentPerson, found: ServicesDep) -> RecordHead:
    """A pupil's record of a class-term that the person may see; other schools' and other classes' do not exist."""
    with found.sessions() as session:
        head = access.record(session, record_id, person, now())
    if head is None:
        raise NotFound("Không tìm thấy học bạ này.")
    school_id = head.class_term.school_id
    sights.note(request, found, Seen(person.staff_id, Sight.RECORD, school_id, pupil_id=head.pupil_id))
    return head


VisibleRecord = Annotated[RecordHead, Depends(visible_record)]


def class_of_school(session: Session, class_id: UUID, person: Person) -> ClassGroup:
    """A class of the person's own school, for its offices."""
    query = select(ClassGroup).where(ClassGroup.id == class_id, ClassGroup.school_id == person.school_id)
    group = session.scalars(query).first()
    if group is None or not person.roles:
        raise NotFound("Không tìm thấy lớp này.")
    return group


def visible_document(request: Request, document_id: UUID, person: CurrentPerson, found: ServicesDep) -> DocumentHead:
    with found.sessions() as session:
        head = access.document(session, document_id, person, now())
    if head is None:
        raise NotFound("Không tìm thấy văn bản này.")
    class_term_id = None if head.pupil_id else head.class_term_id
    if head.pupil_id or class_term_id:
        seen = Seen(person.staff_id, Sight.PAPER, head.school_id, head.pupil_id, class_term_id)
        sights.note(request, found, seen)
    return head


VisibleDocument = Annotated[DocumentHead, Depends(visible_document)]


@dataclass(frozen=True)
class OwnOrder:
    """An order of the asking person, the workflow that it is for, and what the person may sign there now."""

    order: SigningOrder
    workflow_id: str
    slots: frozenset[str]


def own_order_of(session: Session, order_id: UUID, person: Person, at: datetime) -> OwnOrder:
    order = orders.get(session, order_id)
    if order.staff_id != person.staff_id:
        raise NotFound(UNKNOWN_ORDER)
    if order.matter_id is not None:
        matter = session.get_one(Matter, order.matter_id)
        fields = paper_orders.fields_for(session, matter.id, person)
        return OwnOrder(order, matters.workflow_id(MatterKind(matter.kind), matter.id), frozenset(fields))
    head = access.class_term(session, order.class_term_id, person, at)
    if head is None:
        raise NotFound(UNKNOWN_ORDER)
    return OwnOrder(order, class_workflow_id(head.school_year, str(head.class_id), head.term), head.my_slots)


def own_order(order_id: UUID, person: CurrentPerson, found: ServicesDep) -> OwnOrder:
    with found.sessions() as session:
        return own_order_of(session, order_id, person, now())


OwnOrderDep = Annotated[OwnOrder, Depends(own_order)]


def require_slot(head: ClassTermHead, *slots: str) -> None:
    """Authority follows the assignment at this moment, for each of these slots."""
    if not head.my_slots.issuperset(slots):
        raise NotAllowed(NOT_ASSIGNED)


def require_readable(head: ClassTermHead, person: Person, slot: str, refusal: str = "Không tìm thấy phần này.") -> None:
    """A slot is read by its own teacher, the homeroom teacher and the school's offices."""
    if not access.may_read_slot(person, head, slot):
        raise NotFound(refusal)


async def parts_of(request: Request, limit: int, too_large: str) -> AsyncGenerator[bytes, None]:
    """The body of a request, a part at a time. Raises Invalid once it is more than `limit` bytes."""
    if declared(request.headers) > limit:  # nothing of it is read
        raise Invalid(too_large)
    length = 0
    async for part in request.stream():
        length += len(part)
        if length > limit:
            raise Invalid(too_large)
        yield part


async def body_of(request: Request, limit: int, too_large: str) -> bytes:
    """The whole body of a request, but never more than `limit` bytes of it in memory. Raises Invalid."""
    return b"".join([part async for part in parts_of(request, limit, too_large)])
