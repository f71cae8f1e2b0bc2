"""A pupil comes into another class: the enrolment moves, with what was entered so far, in one transaction.

This is a transfer's pivot (guide/domain.md 7.2): before it only the former school could sign the pupil's year, after it
only the new one. The former school's records stand still all the while, until its books let go of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import and_, func, insert, literal, or_, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session, aliased

from domain.assessment import Term
from domain.calendar import day_of
from domain.decisions import Decision
from domain.documents import DocumentKind
from domain.errors import Conflict
from domain.stages import Stage
from domain.transfers.phases import Deed, Direction, Phase
from storage import entries, presence, voids
from storage.among import among
from storage.corrections import identities, on_the_way
from storage.extracts import steps as extracts
from storage.matters import steps
from storage.matters.steps import Step
from storage.registration import lock_school
from storage.tables import (
    Assessment,
    ClassGroup,
    ClassTermRow,
    Document,
    Enrolment,
    LogEvent,
    PupilTerm,
    RecordSlot,
    TermRecord,
    Transfer,
)
from storage.transfers import books
from storage.transfers.steps import lead

_KEPT = (
    "absent_excused",
    "absent_unexcused",
    "height_cm",
    "weight_kg",
    "health",
    "assessment_waived",
    "individual_plan",
)


def attach(session: Session, row: ClassTermRow, decision: Decision, at: datetime) -> None:
    """Make the record that a transfer brings, with the enrolment it belongs to and what was entered so far.

    A second book of the same transfer finds the enrolment there. Raises Conflict where the transfer does not bring the
    pupil to this class, or the former school could still sign.
    """
    steps.lock(session, UUID(decision.matter_id))
    transfer = session.get_one(Transfer, UUID(decision.matter_id), with_for_update=True)
    if transfer.phase not in {Phase.ATTACHING, Phase.COMMITTING} or transfer.to_class_id != row.class_id:
        raise Conflict("Việc chuyển trường này không đưa học sinh vào lớp.")
    enrolment = arrive(session, transfer, at)
    if enrolment is None:
        raise Conflict("Học sinh chuyển ra ngoài hệ thống.")
    for record_id in decision.record_ids:
        _add_record(session, UUID(record_id), row, enrolment)


def arrive(session: Session, transfer: Transfer, at: datetime) -> Enrolment | None:
    """The pivot, once: the former enrolment ends and the new one begins. None for who leaves the system.

    The caller holds the locks of the matter and of the transfer.
    """
    if transfer.moved_on is not None:
        return session.get_one(Enrolment, transfer.to_enrolment_id) if transfer.to_enrolment_id else None
    identities.stop_at(session, transfer, at)
    extracts.stop_at(session, transfer, at)
    for school_id in sorted({each for each in (transfer.from_school_id, transfer.to_school_id) if each}):
        lock_school(session, school_id)  # neither opens a book meanwhile
    if transfer.from_school_id is not None:
        on_the_way.refuse_recalled(session, transfer.pupil_id)
    if books.open_records(session, transfer):
        raise Conflict("Sổ của học sinh ở trường nơi đi chưa dừng hết.")
    for former in books.ending(session, transfer):
        _leave(session, former, transfer, at)
    enrolment = None if transfer.direction == Direction.OUT else _enrol(session, transfer, at)
    transfer.to_enrolment_id, transfer.moved_on = enrolment.id if enrolment else None, day_of(at)
    session.flush()
    _note_moved(session, transfer, at)
    return enrolment


def with_what_they_bring(
    session: Session, row: ClassTermRow, enrolled: Iterable[Enrolment]
) -> tuple[list[Enrolment], dict[UUID, UUID]]:
    """Who gets a record in a book that opens now, and of those who came by transfer the former record of that term.

    A term that was issued elsewhere, or in an earlier stay, stays as it was issued.
    """
    found = list(enrolled)
    former = _former_records(session, row.term, [each.id for each in found])
    issued = _issued_elsewhere(session, row.term, found)
    return [each for each in found if each.id not in issued], former


def copy_entered(session: Session, pairs: Mapping[UUID, UUID]) -> None:
    """What was entered for the former records, by new record, as far as the new class asks for it.

    Recognition by the class is the former class's, and stays there.
    """
    for new_id, old_id in pairs.items():
        slots = select(RecordSlot.slot).where(RecordSlot.record_id == new_id)
        cells = ("slot", "point", "item", "kind", "value", "updated_by")
        copied = select(literal(new_id), *(getattr(Assessment, name) for name in cells)).where(
            Assessment.record_id == old_id, Assessment.slot.in_(slots), Assessment.value != ""
        )
        session.execute(insert(Assessment).from_select(["record_id", *cells], copied))
        facts = select(literal(new_id), literal(1), *(getattr(PupilTerm, name) for name in _KEPT)).where(
            PupilTerm.record_id == old_id
        )
        kept = postgresql.insert(PupilTerm).from_select(["record_id", "version", *_KEPT], facts)
        session.execute(
            kept.on_conflict_do_update(index_elements=["record_id"], set_={n: kept.excluded[n] for n in _KEPT})
        )
    session.flush()


def _leave(session: Session, former: Enrolment, transfer: Transfer, at: datetime) -> None:
    """What was signed of a year that goes on elsewhere is void; a sheet still stands for the others on it."""
    former.left_on = day_of(at)
    session.flush()
    records = select(TermRecord.id).where(TermRecord.enrolment_id == former.id, TermRecord.moving)
    about = (str(transfer.matter_id), books.why(session, transfer))
    voids.void_departed(session, list(session.scalars(records)), about)


def _enrol(session: Session, transfer: Transfer, at: datetime) -> Enrolment:
    """The last in the class's list; who comes back to a class has his place again. Each stay is a row of its own.

    A year that was begun elsewhere, or here before, goes on.
    """
    group = session.get_one(ClassGroup, transfer.to_class_id)
    _end_others(session, transfer, group, at)
    stays = select(Enrolment).where(Enrolment.pupil_id == transfer.pupil_id, Enrolment.school_year == group.school_year)
    earlier = session.scalars(stays.order_by(*presence.NEWEST_FIRST)).all()
    here = next((each for each in earlier if each.class_id == group.id), None)
    if here is not None and (here.left_on is None or here.joined_on == day_of(at)):
        return _take_up(session, here, transfer)
    enrolment = Enrolment(
        class_id=group.id, pupil_id=transfer.pupil_id, school_year=group.school_year,
        order_no=here.order_no if here else _next_place(session, group.id),
        register_no=transfer.register_no or (here.register_no if here else ""),
        record_uid=earlier[0].record_uid if earlier else uuid5(transfer.matter_id, "record"), joined_on=day_of(at),
    )  # fmt: skip
    for name in ("assessment_waived", "individual_plan", "assessment_reason_id") if earlier else ():
        setattr(enrolment, name, getattr(earlier[0], name))
    session.add(enrolment)
    session.flush()
    return enrolment


def _take_up(session: Session, here: Enrolment, transfer: Transfer) -> Enrolment:
    """Whom the class has in its list already, or who left and came back within a day: it is the same stay."""
    here.left_on, here.register_no = None, transfer.register_no or here.register_no
    session.flush()
    return here


def _next_place(session: Session, class_id: UUID) -> int:
    return (session.scalar(select(func.max(Enrolment.order_no)).where(Enrolment.class_id == class_id)) or 0) + 1


def _end_others(session: Session, transfer: Transfer, group: ClassGroup, at: datetime) -> None:
    """Some school may have listed the pupil for the year, too; a place that has no record yet is given up."""
    places = select(Enrolment).where(
        Enrolment.pupil_id == transfer.pupil_id,
        Enrolment.school_year == group.school_year,
        Enrolment.class_id != group.id,
        Enrolment.left_on.is_(None),
    )
    for place in session.scalars(places).all():
        if session.scalars(select(TermRecord.id).where(TermRecord.enrolment_id == place.id)).first() is not None:
            raise Conflict("Học sinh đang có hồ sơ trong sổ của một lớp khác trong năm học này.")
        place.left_on = day_of(at)
    session.flush()


def _add_record(session: Session, record_id: UUID, row: ClassTermRow, enrolment: Enrolment) -> None:
    group, term = session.get_one(ClassGroup, row.class_id), Term(row.term)
    session.add(TermRecord(id=record_id, class_term_id=row.id, enrolment_id=enrolment.id))
    session.flush()
    slots = entries.curriculum_of(group, term).slots
    session.execute(insert(RecordSlot), [{"record_id": record_id, "slot": slot} for slot in slots])
    if enrolment.assessment_waived or enrolment.individual_plan:
        session.add(
            PupilTerm(
                record_id=record_id, assessment_waived=enrolment.assessment_waived,
                individual_plan=enrolment.individual_plan,
            )
        )  # fmt: skip
        session.flush()
    former = _former_records(session, row.term, [enrolment.id]).get(enrolment.id)
    if former is not None:
        copy_entered(session, {record_id: former})


def _former_records(session: Session, term: str, enrolment_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The record of the term that was left last in the pupil's year, by enrolment; none if nobody had begun it."""
    left, book = aliased(Enrolment), or_(
        ClassTermRow.id == TermRecord.class_term_id, ClassTermRow.id == TermRecord.detached_from
    )  # fmt: skip
    query = (
        select(Enrolment.id, TermRecord.id)
        .join(left, and_(left.record_uid == Enrolment.record_uid, left.left_on.is_not(None)))
        .join(TermRecord, TermRecord.enrolment_id == left.id)
        .join(ClassTermRow, book)
        .where(
            among(Enrolment.id, enrolment_ids),
            ClassTermRow.term == term,
            TermRecord.stage != Stage.ISSUED.value,
            or_(TermRecord.moving, TermRecord.class_term_id.is_(None)),
        )
        .order_by(left.left_on, left.joined_on, TermRecord.moving)
    )
    return dict(session.execute(query).all())


def _issued_elsewhere(session: Session, term: str, enrolled: Sequence[Enrolment]) -> set[UUID]:
    other = aliased(Enrolment)
    query = (
        select(Enrolment.id)
        .join(other, and_(other.record_uid == Enrolment.record_uid, other.id != Enrolment.id))
        .join(TermRecord, TermRecord.enrolment_id == other.id)
        .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
        .where(
            among(Enrolment.id, [each.id for each in enrolled]), ClassTermRow.term == term, books.KEPT,
        )
    )  # fmt: skip
    return set(session.scalars(query))


def _note_moved(session: Session, row: Transfer, at: datetime) -> None:
    """The pivot's own step, and what the history log says of sealed years."""
    detail = {"enrolment": str(row.to_enrolment_id or ""), "on": str(row.moved_on)}
    steps.note(session, row.matter_id, Step("moved", Deed.MOVED, at, None, None, detail))
    lead(session, row, Phase.COMMITTING, at)
    sealed = select(Document.id).where(
        Document.kind == DocumentKind.YEAR_RECORD, Document.sealed_at.is_not(None), Document.state == "live",
        Document.enrolment_id.in_(select(Enrolment.id).where(Enrolment.pupil_id == row.pupil_id)),
    )  # fmt: skip
    events = [{"document_id": each, "kind": "transferred", "happened_at": at} for each in session.scalars(sealed)]
    if events:
        session.execute(insert(LogEvent), events)
