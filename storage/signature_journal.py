"""What a person has signed so far: one line for each order that came to its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import end_of_day
from domain.curriculum import PRINCIPAL, SEAL
from domain.matters.paper_words import field_name
from domain.slot_marks import slot_name
from storage import standing_in
from storage.entries import curriculum_of
from storage.standing_in import StandIns
from storage.tables import CertificateRow, ClassGroup, ClassTermRow, Matter, OrderItem, SigningOrder

PAGE = 100


@dataclass(frozen=True)
class JournalFilter:
    """Empty or None: everything."""

    school_year: str = ""
    class_name: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class JournalLine:
    """One class signed with one confirmation, or the paper of a matter (`matter_kind`); `papers` by kind."""

    order_id: UUID
    batch_id: UUID | None
    signed_at: datetime
    action: str
    slots: tuple[str, ...]
    class_name: str
    school_year: str
    term: Term | None
    papers: Mapping[str, int]
    certificate_id: UUID
    level: str
    matter_id: UUID | None = None
    matter_kind: str = ""
    for_whom: str = ""  # whom the signer stood in for


def journal(
    session: Session, staff_id: UUID, wanted: JournalFilter, *, limit: int | None = None, skip: int = 0
) -> list[JournalLine]:
    """The newest first."""
    query = (
        select(SigningOrder, ClassTermRow.term, ClassGroup, Matter)
        .outerjoin(ClassTermRow, ClassTermRow.id == SigningOrder.class_term_id)
        .outerjoin(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .outerjoin(Matter, Matter.id == SigningOrder.matter_id)
        .where(SigningOrder.staff_id == staff_id, SigningOrder.state == "completed", *_conditions(wanted))
        .order_by(SigningOrder.signing_time.desc(), SigningOrder.id)
    )
    rows = session.execute(query.limit(limit).offset(skip)).all()
    papers = _papers(session, [order.id for order, *_ in rows])
    stand_ins = standing_in.of_staff(session, staff_id)
    lines = [
        _line(order, Term(term), group, papers.get(order.id, {}), stand_ins)
        if matter is None
        else _of_matter(order, matter, papers.get(order.id, {}))
        for order, term, group, matter in rows
    ]
    return [line for line in lines if line.papers]


def years_and_classes(session: Session, staff_id: UUID) -> tuple[list[str], list[str]]:
    """What a person can choose from: school years, newest first, and classes."""
    query = (
        select(ClassGroup.school_year, ClassGroup.name)
        .join(ClassTermRow, ClassTermRow.class_id == ClassGroup.id)
        .join(SigningOrder, SigningOrder.class_term_id == ClassTermRow.id)
        .where(SigningOrder.staff_id == staff_id, SigningOrder.state == "completed")
        .distinct()
    )
    rows = session.execute(query).all()
    return sorted({year for year, _ in rows}, reverse=True), sorted({name for _, name in rows}, key=_natural)


def certificates_of(session: Session, lines: Sequence[JournalLine]) -> Sequence[CertificateRow]:
    ids = {line.certificate_id for line in lines}
    return session.scalars(select(CertificateRow).where(CertificateRow.id.in_(ids))).all()


def _conditions(wanted: JournalFilter) -> list[ColumnElement[bool]]:
    found = []
    if wanted.school_year:
        found.append(ClassGroup.school_year == wanted.school_year)
    if wanted.class_name:
        found.append(ClassGroup.name == wanted.class_name)
    if wanted.action:
        found.append(SigningOrder.action == wanted.action)
    if wanted.since:
        found.append(SigningOrder.signing_time >= _begin(wanted.since))
    if wanted.until:
        found.append(SigningOrder.signing_time < end_of_day(wanted.until))
    return found


def _begin(day: date) -> datetime:
    return end_of_day(date.fromordinal(day.toordinal() - 1))


def _papers(session: Session, order_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    query = (
        select(OrderItem.order_id, OrderItem.kind, func.count())
        .where(OrderItem.order_id.in_(order_ids), OrderItem.outcome == "done")
        .group_by(OrderItem.order_id, OrderItem.kind)
    )
    found: dict[UUID, dict[str, int]] = {}
    for order_id, kind, count in session.execute(query):
        found.setdefault(order_id, {})[kind] = count
    return found


def _line(
    order: SigningOrder, term: Term, group: ClassGroup, papers: Mapping[str, int], stand_ins: StandIns
) -> JournalLine:
    curriculum = curriculum_of(group, term)
    slots = tuple(slot_name(curriculum, slot) for slot in order.slots if slot not in {PRINCIPAL, SEAL})
    return JournalLine(
        order_id=order.id,
        batch_id=order.batch_id,
        signed_at=order.signing_time,
        action=order.action,
        slots=slots,
        class_name=group.name,
        school_year=group.school_year,
        term=term,
        papers=papers,
        certificate_id=order.certificate_id,
        level=order.level,
        for_whom=stand_ins.for_whom(order.staff_id, group.id, order.slots, order.signing_time),
    )


def _of_matter(order: SigningOrder, matter: Matter, papers: Mapping[str, int]) -> JournalLine:
    slots = () if order.slot in {PRINCIPAL, SEAL} else (field_name(order.slot),)
    return JournalLine(
        order_id=order.id,
        batch_id=None,
        signed_at=order.signing_time,
        action=order.action,
        slots=slots,
        class_name="",
        school_year="",
        term=None,
        papers=papers,
        certificate_id=order.certificate_id,
        level=order.level,
        matter_id=matter.id,
        matter_kind=matter.kind,
    )


def _natural(name: str) -> tuple[int, str]:
    return len(name), name
