"""Civil data: what a civil-status office decided of a pupil, and how it reaches the pupil's row and papers."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.decisions import Action, BookDecision, Decision
from domain.documents import DocumentKind
from domain.errors import Conflict, Invalid, NotFound
from domain.matters import civil
from domain.matters.civil import CivilDecision
from domain.matters.corrections import Deed
from domain.pupils import PupilField
from domain.record_states import MATTER
from domain.stages import Stage
from storage import presence
from storage.corrections import records
from storage.entries import curriculum_of
from storage.tables import (
    CivilChange,
    ClassGroup,
    ClassTermRow,
    Command,
    Document,
    DocumentRecord,
    Enrolment,
    Matter,
    PupilRow,
    TermRecord,
    Transfer,
)

_OPEN: Final = [stage.value for stage in Stage if stage not in {Stage.SEALED, Stage.ISSUED}]


def values_of(pupil: PupilRow) -> dict[str, str]:
    """Every civil value as text, by column."""
    return {field.value: _text(getattr(pupil, field.value)) for field in civil.FIELDS}


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def require_pupil(session: Session, pupil_id: UUID, school_id: UUID) -> Enrolment:
    """The pupil's present enrolment. Raises NotFound where the pupil is not at the school now."""
    found = presence.place_of(session, pupil_id)
    if found is None or found[1] != school_id:
        raise NotFound("Không tìm thấy học sinh này trong trường.")
    return found[0]


def record(
    session: Session, matter_id: UUID, pupil_id: UUID, by: tuple[UUID, UUID], values: Mapping[str, str],
    decision: CivilDecision,
) -> None:  # fmt: skip
    """Keep the words of a change before its matter is opened; the same matter again changes nothing.

    `by`: the school, and who records it.
    """
    school_id, staff_id = by
    require_pupil(session, pupil_id, school_id)
    refuse_moving(session, pupil_id)
    before = values_of(session.get_one(PupilRow, pupil_id))
    after = civil.changed(before, values)
    row = insert(CivilChange).values(
        matter_id=matter_id, pupil_id=pupil_id, school_id=school_id, before={key: before[key] for key in after},
        after=after, decision_no=decision.number, decided_on=decision.day, office=decision.office,
        recorded_by=staff_id,
    )  # fmt: skip
    session.execute(row.on_conflict_do_nothing(index_elements=["matter_id"]))


def apply(session: Session, matter_id: UUID, at: datetime) -> list[str]:
    """Put the new values into the pupil's row, with the values that they replace; returns the names of the columns.

    Past years stay as they were issued. Raises Conflict for a pupil who is moving to another school.
    """
    change = session.get_one(CivilChange, matter_id)
    pupil = session.get_one(PupilRow, change.pupil_id, with_for_update=True)
    refuse_moving(session, pupil.id)
    current = values_of(pupil)
    change.before = {key: current[key] for key in change.after}
    session.flush()
    change.applied_at = at
    for key, text in change.after.items():
        setattr(pupil, key, date.fromisoformat(text) if key == PupilField.BIRTH_DATE else text)
        for code in civil.CODES_OF.get(PupilField(key), ()):
            setattr(pupil, code.value, "")
    try:
        session.flush()
    except IntegrityError as error:
        raise Invalid("Số định danh cá nhân này đã có ở một học sinh khác.") from error
    return sorted(change.after)


def refuse_moving(session: Session, pupil_id: UUID) -> None:
    """Raises Conflict from the application for a transfer until it is through: the school where the pupil is then goes
    on, and what is on its way there says one thing of the pupil.
    """
    query = (
        select(Transfer.matter_id)
        .join(Matter, Matter.id == Transfer.matter_id)
        .where(Transfer.pupil_id == pupil_id, Matter.settled_at.is_(None))
    )
    if session.scalars(query.limit(1)).first() is not None:
        raise Conflict(
            "Học sinh đang làm thủ tục chuyển trường. Chờ chuyển xong, trường nơi học sinh học sẽ ghi thay đổi này."
        )


def orders(session: Session, matter_id: UUID, actor_id: str, reason_id: str) -> tuple[BookDecision, ...]:
    """What books are told: papers that speak of the former data, signed or just being signed, are void.

    Sealed ones stay, and what nobody has begun to sign takes the new data by itself.
    """
    change = session.get(CivilChange, matter_id)
    if change is None or change.applied_at is None:
        return ()
    attempt = records.times(session, matter_id, Deed.STUCK)
    by_name = bool(civil.ON_CLASS_PAPERS & set(change.after))
    found = []
    for record, row, group in _unsealed(session, change.pupil_id):
        prefix = f"renew/{matter_id}/{record.id}/"
        if _has_taken(session, prefix) or not _speaks_of_it(session, record, Term(row.term), by_name=by_name):
            continue
        slots = curriculum_of(group, Term(row.term)).slots[:-1] if by_name else ()
        decision = Decision(
            Action.RENEW, MATTER, (str(record.id),), actor_id=actor_id, reason_id=reason_id, to_slots=tuple(slots),
            matter_id=str(matter_id),
        )  # fmt: skip
        found.append(BookDecision(str(row.id), f"{prefix}{attempt}", decision))
    return tuple(found)


def _has_taken(session: Session, prefix: str) -> bool:
    query = select(Command.id).where(Command.id.startswith(prefix, autoescape=True))
    return session.scalars(query.limit(1)).first() is not None


def _unsealed(session: Session, pupil_id: UUID) -> list[tuple[TermRecord, ClassTermRow, ClassGroup]]:
    query = (
        select(TermRecord, ClassTermRow, ClassGroup)
        .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .where(Enrolment.pupil_id == pupil_id, TermRecord.stage.in_(_OPEN))
        .order_by(ClassTermRow.term)
    )
    return [(record, row, group) for record, row, group in session.execute(query)]


def _speaks_of_it(session: Session, record: TermRecord, term: Term, *, by_name: bool) -> bool:
    """The first term's papers only know a pupil by name; nobody has an order for what is still being entered."""
    if term is Term.HK1 and not by_name:
        return False
    if record.stage not in {Stage.ENTRY, Stage.SUBMITTED}:
        return True
    query = (
        select(Document.id)
        .join(DocumentRecord, DocumentRecord.document_id == Document.id)
        .where(
            DocumentRecord.record_id == record.id, DocumentRecord.voided_at.is_(None), Document.state == "live",
            Document.sealed_at.is_(None), Document.kind == DocumentKind.SUBJECT_SHEET,
        )
    )  # fmt: skip
    return by_name and session.scalars(query.limit(1)).first() is not None
