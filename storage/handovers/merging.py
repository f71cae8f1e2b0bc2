"""A school is merged into another, or a part of it goes there: by decision, at once, and the same decision once.

What is issued stays the former school's. What is open goes on at the successor, under its name and its seal; so nothing
may be half signed at that moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from domain.calendar import SchoolYear, day_of
from domain.errors import Conflict, Invalid, NotFound
from domain.matters import MatterKind
from domain.matters.handovers import Deed, HandoverKind, HandoverState, full_second
from domain.pupils import LONGEST
from domain.stages import Stage
from storage import confirmations, journal, registration
from storage.among import among
from storage.campaigns import progress
from storage.handovers import quiet
from storage.handovers.applying import hold_classes
from storage.handovers.deciding import Clock
from storage.matters import steps
from storage.matters.steps import Step
from storage.reassigning import end_position
from storage.tables import (
    CertificateRow,
    ClassGroup,
    ClassTermRow,
    Handover,
    HandoverItem,
    Matter,
    Position,
    School,
    SigningOrder,
    Staff,
    TeachingAssignment,
    TermRecord,
)

_MATTERS: Final = UUID("b0b1b1a2-6a67-4c1c-9f0e-0f6f4f2b7a10")
# Between the first signature that a class's papers bear and the seal.
_HALF_SIGNED: Final = (Stage.HOMEROOM_SIGNED.value, Stage.APPROVED.value)
_UNDER_WAY: Final = ("preparing", "prepared", "asked", "signed")


@dataclass(frozen=True)
class Merger:
    """Schools by code; without `classes` the whole school goes. `suffix` is added to names that are taken there."""

    decision_no: str
    from_code: str
    to_code: str
    classes: tuple[str, ...] = ()
    suffix: str = ""


@dataclass(frozen=True)
class Merged:
    """What a decision moved; `is_new` is False when it was carried out before."""

    matter_id: UUID
    classes: int
    people: int
    is_new: bool


def merge(session: Session, wanted: Merger, clock: Clock) -> Merged:
    """Raises NotFound for a school that is not known, Invalid without a decision, Conflict for half-signed papers and
    open matters.
    """
    if not wanted.decision_no.strip():
        raise Invalid("Hãy ghi số quyết định.")
    if wanted.from_code == wanted.to_code:
        raise Invalid("Trường nhận phải là trường khác.")
    registration.lock_schools(session, (wanted.from_code, wanted.to_code))
    source, target = _school(session, wanted.from_code), _school(session, wanted.to_code)
    known = _known(session, wanted.decision_no, source.id)
    if known is not None:
        return known
    groups = _groups(session, wanted, source.id, clock())
    hold_classes(session, {each.id for each in groups})
    quiet.require_quiet(session, source.id)
    at = full_second(clock())
    _require_whole(session, groups)
    matter = _open(session, wanted, (source, target), at)
    _give_up_orders(session, groups)
    people = _move_people(session, matter, groups, (source.id, target.id), at, whole=not wanted.classes)
    _move_classes(session, groups, target.id, wanted.suffix)
    if not wanted.classes:
        quiet.hand_on(session, (source.id, target.id))
        _close(session, matter, source.id, at)
    session.flush()
    return Merged(matter.id, len(groups), people, is_new=True)


def _school(session: Session, code: str) -> School:
    found = session.scalars(select(School).where(School.code == code)).first()
    if found is None:
        raise NotFound(f"Không có trường mã {code}.")
    return found


def _known(session: Session, decision_no: str, source_id: UUID) -> Merged | None:
    query = select(Handover.matter_id).where(Handover.decision_no == decision_no, Handover.from_school_id == source_id)
    matter_id = session.scalars(query).first()
    if matter_id is None:
        return None
    items = session.scalars(select(HandoverItem).where(HandoverItem.matter_id == matter_id)).all()
    classes = {each.class_id for each in items if each.class_id}
    return Merged(matter_id, len(classes), len({each.successor_id for each in items if each.class_id}), is_new=False)


def _groups(session: Session, wanted: Merger, source_id: UUID, now: datetime) -> Sequence[ClassGroup]:
    """The classes of this school year and later; those of earlier years stay where they were."""
    year = str(SchoolYear.of(day_of(now)))
    query = select(ClassGroup).where(ClassGroup.school_id == source_id, ClassGroup.school_year >= year)
    groups = session.scalars(query.order_by(ClassGroup.id)).all()
    if missing := set(wanted.classes) - {each.name for each in groups}:
        raise NotFound(f"Trường không có lớp {', '.join(sorted(missing))} trong năm học này.")
    return [each for each in groups if not wanted.classes or each.name in wanted.classes]


def _require_whole(session: Session, groups: Sequence[ClassGroup]) -> None:
    half = (
        select(ClassGroup.name)
        .join(ClassTermRow, ClassTermRow.class_id == ClassGroup.id)
        .join(TermRecord, TermRecord.class_term_id == ClassTermRow.id)
        .where(among(ClassGroup.id, [each.id for each in groups]), TermRecord.stage.in_(_HALF_SIGNED))
        .distinct()
    )
    if names := sorted(session.scalars(half)):
        raise Conflict(
            f"Còn văn bản đã ký mà chưa đóng dấu ở lớp {', '.join(names)}: "
            "hãy đóng dấu hoặc trả lại trước, vì con dấu cũ không dùng tiếp được."
        )


def _open(session: Session, wanted: Merger, schools: tuple[School, School], at: datetime) -> Matter:
    """It stands with the school that receives, done in the moment in which it is opened."""
    source, target = schools
    head = _head(session, target.id, at)
    matter_id = uuid5(_MATTERS, f"{wanted.decision_no}/{source.code}")
    reason_id = uuid5(matter_id, "reason")
    journal.add_reason(session, reason_id, target.id, head, f"Theo quyết định {wanted.decision_no}")
    detail = {"decision": wanted.decision_no, "from": source.code, "to": target.code}
    first = Step(str(matter_id), Deed.OPEN, at, head, reason_id, detail)
    matter = steps.open_matter(session, MatterKind.HANDOVER, matter_id, target.id, HandoverState.DONE, first)
    if matter is None:
        raise Conflict("Quyết định này đã dùng cho một việc khác.")
    matter.settled_at = at
    session.add(
        Handover(
            matter_id=matter_id, kind=HandoverKind.MERGER.value, effective_at=at, moment=at, applied_at=at,
            reason_id=reason_id, step_since=at, from_school_id=source.id, to_school_id=target.id,
            decision_no=wanted.decision_no,
        )
    )  # fmt: skip
    session.flush()
    return matter


def _head(session: Session, school_id: UUID, at: datetime) -> UUID:
    query = select(Position.staff_id).where(
        Position.school_id == school_id, Position.role.in_(("principal", "system_admin")), _lasts(Position, at)
    )
    found = session.scalars(query.order_by(Position.role, Position.valid_from)).first()
    if found is None:
        raise Conflict("Trường nhận chưa có hiệu trưởng hay cán bộ quản trị.")
    return found


def _lasts(table: type[Position] | type[TeachingAssignment], at: datetime) -> ColumnElement[bool]:
    return or_(table.valid_to.is_(None), table.valid_to > at)


def _give_up_orders(session: Session, groups: Sequence[ClassGroup]) -> None:
    """What somebody was about to sign under the former name is signed anew."""
    class_terms = select(ClassTermRow.id).where(among(ClassTermRow.class_id, [each.id for each in groups]))
    query = select(SigningOrder.id).where(
        SigningOrder.class_term_id.in_(class_terms), SigningOrder.state.in_(_UNDER_WAY)
    )
    for order_id in session.scalars(query.order_by(SigningOrder.id)).all():
        confirmations.give_up(session, order_id, "Merged", "Lớp đã chuyển sang trường khác; hãy ký lại.")


def _move_people(
    session: Session,
    matter: Matter,
    groups: Sequence[ClassGroup],
    schools: tuple[UUID, UUID],
    at: datetime,
    *,
    whole: bool,
) -> int:
    """Teachers go with their classes; who is known there, or also stays with other classes, has a place of its own."""
    source_id, target_id = schools
    ids = [each.id for each in groups]
    query = select(TeachingAssignment).where(among(TeachingAssignment.class_id, ids), _lasts(TeachingAssignment, at))
    assignments = session.scalars(query.order_by(TeachingAssignment.id)).all()
    people = {each.staff_id for each in assignments}
    if whole:
        people |= set(session.scalars(select(Staff.id).where(Staff.school_id == source_id)))
    staying = set() if whole else _teach_elsewhere(session, source_id, ids, at)
    now_is = {each: _place(session, each, target_id, stays=each in staying) for each in sorted(people)}
    for row in assignments:
        _reassign(session, matter, row, now_is[row.staff_id], at)
    session.flush()
    return len(people)


def _teach_elsewhere(session: Session, source_id: UUID, moved: Sequence[UUID], at: datetime) -> set[UUID]:
    """Who also teaches a class that stays, or holds an office there."""
    taught = (
        select(TeachingAssignment.staff_id)
        .join(ClassGroup, ClassGroup.id == TeachingAssignment.class_id)
        .where(ClassGroup.school_id == source_id, ClassGroup.id.not_in(moved), _lasts(TeachingAssignment, at))
    )
    held = select(Position.staff_id).where(Position.school_id == source_id, _lasts(Position, at))
    return {*session.scalars(taught), *session.scalars(held)}


def _place(session: Session, staff_id: UUID, target_id: UUID, *, stays: bool) -> UUID:
    """The person's place at the successor: the same one, moved there with its certificate, unless there is another."""
    row = session.get_one(Staff, staff_id)
    there = select(Staff.id).where(Staff.school_id == target_id, Staff.personal_id == row.personal_id)
    known = session.scalars(there).first()
    if known is not None:
        return known
    if stays:
        new = Staff(
            school_id=target_id, full_name=row.full_name, personal_id=row.personal_id, account_id=row.account_id
        )
        session.add(new)
        session.flush()
        return new.id
    row.school_id = target_id
    return row.id


def _reassign(session: Session, matter: Matter, row: TeachingAssignment, staff_id: UUID, at: datetime) -> None:
    """In the list either way; another period only where it is another place."""
    session.add(
        HandoverItem(
            id=uuid5(matter.id, str(row.id)), matter_id=matter.id, class_id=row.class_id, slot=row.slot,
            source_id=row.id, source_until=row.valid_to, successor_id=staff_id, accepted_at=at, applied_at=at,
        )
    )  # fmt: skip
    if staff_id == row.staff_id:
        return
    until, since = row.valid_to, max(at, row.valid_from)
    row.valid_to = since
    session.flush()
    session.add(
        TeachingAssignment(
            class_id=row.class_id, slot=row.slot, staff_id=staff_id, is_signer=row.is_signer, valid_from=since,
            valid_to=until, made_by=matter.opened_by, matter_id=matter.id,
        )
    )  # fmt: skip


def _move_classes(session: Session, groups: Sequence[ClassGroup], target_id: UUID, suffix: str) -> None:
    years = {each.school_year for each in groups}
    query = select(ClassGroup.school_year, ClassGroup.name).where(
        ClassGroup.school_id == target_id, ClassGroup.school_year.in_(years)
    )
    taken = {(year, name) for year, name in session.execute(query)}
    same = sorted(each.name for each in groups if (each.school_year, each.name) in taken)
    if same and not suffix:
        raise Conflict(f"Trường nhận đã có lớp {', '.join(same)}: hãy cho phần thêm vào tên (--suffix).")
    for each in groups:
        if (each.school_year, each.name) in taken:
            each.name = f"{each.name}{suffix}"
            if len(each.name) > LONGEST or (each.school_year, each.name) in taken:
                raise Conflict(f"Tên lớp {each.name} dài quá hoặc cũng đã có ở trường nhận.")
        each.school_id = target_id
    session.flush()
    books = select(ClassTermRow.id).where(among(ClassTermRow.class_id, [each.id for each in groups]))
    progress.refresh(session, list(session.scalars(books)))


def _close(session: Session, matter: Matter, source_id: UUID, at: datetime) -> None:
    """The former school's offices end, and its seal: what it sealed stays valid."""
    reason_id = session.get_one(Handover, matter.id).reason_id
    for row in session.scalars(select(Position).where(Position.school_id == source_id, _lasts(Position, at))).all():
        session.add(
            HandoverItem(
                id=uuid5(matter.id, str(row.id)), matter_id=matter.id, role=row.role, title=row.title,
                source_id=row.id, source_until=row.valid_to,
            )
        )  # fmt: skip
        end_position(session, row, at, (matter.opened_by, reason_id))
    seal = (CertificateRow.school_id == source_id) & CertificateRow.state.in_(("valid", "suspended"))
    session.execute(update(CertificateRow).where(seal).values(state="revoked", state_since=at))
