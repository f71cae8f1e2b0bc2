"""What a principal should look at in the class-terms that wait for approval: by record, for many classes at once."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from domain.approval_points import Point, PointKind, below_in_first_term, below_standard
from domain.assessment import Term
from domain.decisions import REOPENING_ACTIONS, Action
from domain.documents import DocumentKind
from domain.errors import Incomplete, Invalid
from domain.stages import Stage
from storage.among import among
from storage.reports.reading import ClassRead, PupilRead, read_class
from storage.tables import (
    AuditEntry,
    ClassTermRow,
    Command,
    Document,
    Enrolment,
    LastLook,
    PupilRow,
    Reason,
    ReviewItem,
    SignatureRow,
    Staff,
    TermRecord,
)

# What changes what a record says, or whether it may go on; signatures alone do not.
_CHANGING = (Action.RETURN, Action.UNLOCK, Action.RECALL, Action.RENEW, Action.SUBMIT, Action.HOLD, Action.RELEASE)
Points = dict[UUID, dict[UUID, list[Point]]]  # by class-term and record


@dataclass(frozen=True)
class Decided:
    """A return or hold with its reason, and the records that it names."""

    class_term_id: UUID
    seq: int
    action: Action
    slot: str
    to_slot: str
    reason: str
    by: str
    actor_id: UUID | None
    at: datetime
    record_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Looked:
    """How far a class-term was when the person last looked at it."""

    seq: int
    at: datetime


def looks_of(session: Session, staff_id: UUID, class_term_ids: Collection[UUID]) -> dict[UUID, Looked]:
    query = select(LastLook).where(LastLook.staff_id == staff_id, among(LastLook.class_term_id, class_term_ids))
    return {row.class_term_id: Looked(row.wf_seq, row.looked_at) for row in session.scalars(query)}


def note_look(session: Session, staff_id: UUID, class_term_id: UUID, seq: int, at: datetime) -> None:
    """The person has looked at the class-term as it was after its decision `seq`; an older look changes nothing."""
    newest = select(ClassTermRow.wf_seq).where(ClassTermRow.id == class_term_id)
    seen = min(seq, session.scalar(newest) or 0)
    row = insert(LastLook).values(staff_id=staff_id, class_term_id=class_term_id, wf_seq=seen, looked_at=at)
    newer = row.on_conflict_do_update(
        index_elements=["staff_id", "class_term_id"],
        set_={"wf_seq": row.excluded.wf_seq, "looked_at": row.excluded.looked_at},
        where=LastLook.wf_seq <= row.excluded.wf_seq,
    )
    session.execute(newer)


def decided(session: Session, class_term_ids: Collection[UUID], actions: Collection[Action]) -> list[Decided]:
    """Decisions of these kinds with their reasons, oldest first."""
    if not class_term_ids:
        return []
    query = (
        select(Command, AuditEntry.detail, Reason.text, Staff.full_name)
        .join(AuditEntry, (AuditEntry.class_term_id == Command.class_term_id) & (AuditEntry.wf_seq == Command.wf_seq))
        .outerjoin(Reason, Reason.id == Command.reason_id)
        .outerjoin(Staff, Staff.id == Command.actor_id)
        .where(among(Command.class_term_id, class_term_ids), Command.action.in_(actions))
        .order_by(Command.class_term_id, Command.wf_seq)
    )
    return [_decided(*row) for row in session.execute(query)]


def _decided(command: Command, detail: dict[str, object], reason: str | None, by: str | None) -> Decided:
    return Decided(
        command.class_term_id,
        command.wf_seq,
        Action(command.action),
        command.slot,
        str(detail["to_slot"]),
        reason or "",
        by or "",
        command.actor_id,
        command.created_at,
        tuple(_named(Action(command.action), detail)),
    )


_KEEP_BACK = frozenset({Action.HOLD, Action.DETACH_BEGIN})


def _named(action: Action, detail: Mapping[str, object]) -> Iterator[UUID]:
    """A return or hold also moves the others of its summary back; those it names are open again, or held."""
    records = detail["records"]
    if not isinstance(records, dict):
        return
    for record_id, (stage, _, held) in records.items():
        others = (action in {Action.RETURN, Action.UNLOCK} and stage != Stage.ENTRY) or (
            action in _KEEP_BACK and not held
        )
        if not others:
            yield UUID(record_id)


def quick_points(session: Session, staff_id: UUID, class_term_ids: Collection[UUID]) -> Points:
    """What the journal and the pupils' data say: returned, changed since the person's last look, ids to look at."""
    found: Points = defaultdict(lambda: defaultdict(list))
    looks = looks_of(session, staff_id, class_term_ids)
    for each in decided(session, class_term_ids, tuple(REOPENING_ACTIONS)):
        for record_id in each.record_ids:
            found[each.class_term_id][record_id].append(Point(PointKind.RETURNED, each.reason))
    for class_term_id, record_id in _changed(session, staff_id, looks):
        found[class_term_id][record_id].append(Point(PointKind.CHANGED, ""))
    for class_term_id, record_id, text in _ids_to_look_at(session, class_term_ids):
        found[class_term_id][record_id].append(Point(PointKind.PERSONAL_ID, text))
    return found


def _changed(session: Session, staff_id: UUID, looks: Mapping[UUID, Looked]) -> set[tuple[UUID, UUID]]:
    """Records that somebody else changed since the person looked at their class-term."""
    if not looks:
        return set()
    newest = select(Command.class_term_id, func.max(Command.wf_seq)).where(among(Command.class_term_id, looks))
    newer = [
        class_term_id
        for class_term_id, seq in session.execute(newest.group_by(Command.class_term_id))
        if seq > looks[class_term_id].seq
    ]
    return {
        (each.class_term_id, record_id)
        for each in decided(session, newer, _CHANGING)
        if each.seq > looks[each.class_term_id].seq and each.actor_id != staff_id
        for record_id in each.record_ids
    }


def _ids_to_look_at(session: Session, class_term_ids: Collection[UUID]) -> Iterator[tuple[UUID, UUID, str]]:
    doubts = (
        select(ReviewItem.pupil_id).where(ReviewItem.pupil_id == PupilRow.id, ReviewItem.resolved_at.is_(None)).exists()
    )
    query = (
        select(TermRecord.class_term_id, TermRecord.id, PupilRow.personal_id)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .where(among(TermRecord.class_term_id, class_term_ids), (PupilRow.personal_id == "") | doubts)
    )
    for class_term_id, record_id, personal_id in session.execute(query):
        text = "Số định danh cần xem lại" if personal_id else "Chưa có số định danh"
        yield class_term_id, record_id, text


def pending(session: Session, class_term_ids: Collection[UUID]) -> set[UUID]:
    """Records that wait for the principal: to be approved, or held."""
    query = select(TermRecord.id).where(
        among(TermRecord.class_term_id, class_term_ids),
        ((TermRecord.stage == Stage.HOMEROOM_SIGNED) | TermRecord.held) & ~TermRecord.moving,
    )
    return set(session.scalars(query))


def below(session: Session, class_term_id: UUID, day: date) -> dict[UUID, tuple[str, ...]]:
    """Results below the standard by record, of pupils for whom everything is handed in."""
    return below_in(read_class(session, class_term_id, day))


def below_in(read: ClassRead) -> dict[UUID, tuple[str, ...]]:
    found = {each.member.record.id: _below(read, each) for each in read.pupils if each.is_handed_in}
    return {record_id: texts for record_id, texts in found.items() if texts}


def _below(read: ClassRead, pupil: PupilRead) -> tuple[str, ...]:
    facts = read.facts
    if facts.term is Term.HK1 and facts.curriculum.is_primary:
        return below_in_first_term(facts.curriculum, pupil.entered)
    try:
        return below_standard(read.judged(pupil), facts.term)
    except (Incomplete, Invalid) as reason:
        return (reason.message,)


def versions(session: Session, class_term_ids: Collection[UUID]) -> dict[UUID, int]:
    """Grows with every decision in a class's terms of the year, on which its results depend."""
    of_class = aliased(ClassTermRow)
    query = (
        select(ClassTermRow.id, func.sum(of_class.wf_seq))
        .join(of_class, of_class.class_id == ClassTermRow.class_id)
        .where(among(ClassTermRow.id, class_term_ids))
        .group_by(ClassTermRow.id)
    )
    return {class_term_id: int(seq) for class_term_id, seq in session.execute(query)}


def seq_of(session: Session, class_term_id: UUID) -> int:
    return session.get_one(ClassTermRow, class_term_id).wf_seq


def parts_of(session: Session, class_term_id: UUID) -> dict[int, Sequence[UUID]]:
    """The records that wait for approval, by the class summary that they are on: each is approved as a whole."""
    query = select(TermRecord.part, TermRecord.id).where(
        TermRecord.class_term_id == class_term_id,
        TermRecord.stage == Stage.HOMEROOM_SIGNED,
        TermRecord.held.is_(False),
    )
    found: dict[int, list[UUID]] = defaultdict(list)
    for part, record_id in session.execute(query.order_by(TermRecord.part)):
        found[part].append(record_id)
    return dict(found)


@dataclass(frozen=True)
class SignedBy:
    """Who signed which kind of paper of the class as what; `papers` of that kind, the newest at `at`."""

    kind: DocumentKind
    slot: str
    field: str
    name: str
    at: datetime
    papers: int


def signed_by(session: Session, class_term_id: UUID) -> list[SignedBy]:
    """In the order in which it happened."""
    newest = func.max(SignatureRow.signed_at)
    query = (
        select(Document.kind, Document.slot, SignatureRow.field, Staff.full_name, newest, func.count())
        .join(SignatureRow, SignatureRow.document_id == Document.id)
        .join(Staff, Staff.id == SignatureRow.staff_id)
        .where(Document.class_term_id == class_term_id, Document.state == "live")
        .group_by(Document.kind, Document.slot, SignatureRow.field, Staff.full_name)
        .order_by(newest, Document.slot)
    )
    return [
        SignedBy(DocumentKind(kind), slot, field, name, at, papers)
        for kind, slot, field, name, at, papers in session.execute(query)
    ]
