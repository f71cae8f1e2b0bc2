"""What was entered: the cells of each record, readable by all steps, writable only while their slot is open."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.assessment import (
    AssessmentPoint,
    QualityLevel,
    SubjectLevel,
    Term,
    parse_quality_level,
    parse_score,
    parse_subject_level,
    points_of,
)
from domain.curriculum import HOMEROOM, Curriculum, curriculum_for
from domain.entry import (
    HOMEROOM_COMMENTS,
    Cell,
    CellKind,
    CommentField,
    HomeroomEntry,
    SubjectEntry,
    check_comment,
    missing_cells,
    required_cells,
)
from domain.errors import Conflict, Invalid, NotFound
from storage.tables import Assessment, ClassGroup, ClassTermRow, PupilTerm, RecordSlot, TermRecord


@dataclass(frozen=True)
class EntryLine:
    """One cell as people give it: `item` and `point` by code, the value as text."""

    record_id: UUID
    item: str
    point: str
    kind: CellKind
    value: str


class StoredCell(NamedTuple):
    """One point and item of a record as stored, for reading."""

    record_id: UUID
    slot: str
    point: str
    item: str
    level: str
    score: str
    comment: str


@dataclass(frozen=True)
class Attendance:
    """Half-day absences of the term and whether the class recognised the pupil (Circular 27/2020 art. 13)."""

    record_id: UUID
    absent_excused: int = 0
    absent_unexcused: int = 0
    is_recognised: bool = False
    height_cm: str = ""
    weight_kg: str = ""
    health: str = ""


def curriculum_of(group: ClassGroup) -> Curriculum:
    return curriculum_for(group.grade, group.circular, optional=group.optional_subjects)


def save_lines(session: Session, class_term_id: UUID, slot: str, lines: Sequence[EntryLine], staff_id: UUID) -> None:
    """Write cells of one slot. All or nothing.

    Raises Conflict when a record's slot was submitted meanwhile, NotFound for a foreign record or cell, Invalid for a
    value outside the rules.
    """
    group, term = _class_and_term(session, class_term_id)
    offered = {
        (cell.item, cell.point.value, cell.kind): cell for cell in required_cells(curriculum_of(group), term, slot)
    }
    _lock_open(session, class_term_id, slot, {line.record_id for line in lines})
    merged: dict[tuple[UUID, str, str], dict[str, str]] = defaultdict(dict)
    for line in lines:
        cell = offered.get((line.item, line.point, line.kind))
        if cell is None:
            raise NotFound("Không có ô này trong phần của môn.")
        merged[line.record_id, line.point, line.item][line.kind.value] = checked_value(cell, line.value)
    _upsert(session, slot, merged, staff_id)


def checked_value(cell: Cell, text: str) -> str:
    """The value as it is stored; empty clears the cell. Raises Invalid in the user's words."""
    if not text.strip():
        return ""
    match cell.kind:
        case CellKind.SCORE:
            return str(parse_score(text))
        case CellKind.COMMENT:
            return check_comment(_comment_field(cell), text)
        case CellKind.LEVEL:
            parse = parse_quality_level if cell.slot == HOMEROOM else parse_subject_level
            return parse(text).value


def _comment_field(cell: Cell) -> CommentField:
    return CommentField(cell.item) if cell.slot == HOMEROOM else CommentField.SUBJECT


def save_attendance(session: Session, class_term_id: UUID, rows: Sequence[Attendance]) -> None:
    """Write the homeroom teacher's facts of the term; the same refusals as `save_lines`."""
    _lock_open(session, class_term_id, HOMEROOM, {row.record_id for row in rows})
    for row in rows:
        if min(row.absent_excused, row.absent_unexcused) < 0:
            raise Invalid("Số buổi nghỉ không được âm.")
        values = {name: value for name, value in vars(row).items() if name != "record_id"}
        new = insert(PupilTerm).values(record_id=row.record_id, **values)
        session.execute(new.on_conflict_do_update(index_elements=["record_id"], set_=values))


def _lock_open(session: Session, class_term_id: UUID, slot: str, record_ids: set[UUID]) -> None:
    """Settle the race with a submission by a row lock: either it is still open for us, or it is refused."""
    query = (
        select(RecordSlot.record_id, RecordSlot.state)
        .join(TermRecord, TermRecord.id == RecordSlot.record_id)
        .where(TermRecord.class_term_id == class_term_id, RecordSlot.slot == slot, RecordSlot.record_id.in_(record_ids))
    )
    states = dict(session.execute(query.order_by(RecordSlot.record_id).with_for_update(of=RecordSlot)).all())
    if set(states) != record_ids:
        raise NotFound("Có học sinh không thuộc lớp này.")
    closed = tuple(str(record_id) for record_id, state in states.items() if state != "open")
    if closed:
        raise Conflict("Phần này đã gửi, không sửa được nữa; cần trả lại trước khi sửa.", closed)


def _upsert(
    session: Session, slot: str, merged: Mapping[tuple[UUID, str, str], dict[str, str]], staff_id: UUID
) -> None:
    """Write only the values that were given: a score saved alone leaves the comment as it is."""
    alike: dict[tuple[str, ...], list[dict[str, object]]] = defaultdict(list)
    for (record_id, point, item), values in merged.items():
        row = {"record_id": record_id, "point": point, "item": item, "slot": slot, "updated_by": staff_id, **values}
        alike[tuple(sorted(values))].append(row)
    for given, rows in alike.items():
        new = insert(Assessment)
        changed: dict[str, object] = {name: new.excluded[name] for name in (*given, "updated_by")}
        changed |= {"version": Assessment.version + 1, "updated_at": func.now()}
        session.execute(new.on_conflict_do_update(index_elements=["record_id", "point", "item"], set_=changed), rows)


def _class_and_term(session: Session, class_term_id: UUID) -> tuple[ClassGroup, Term]:
    row = session.get_one(ClassTermRow, class_term_id)
    return session.get_one(ClassGroup, row.class_id), Term(row.term)


def subject_entries(
    session: Session, term: Term, slots: Iterable[str], record_ids: Iterable[UUID]
) -> dict[UUID, dict[str, SubjectEntry]]:
    """What subject teachers entered, by record and subject."""
    mid, end = points_of(term)
    cells: dict[tuple[UUID, str], dict[str, StoredCell]] = defaultdict(dict)
    for row in _rows(session, slots, record_ids):
        cells[row.record_id, row.slot][row.point] = row
    found: dict[UUID, dict[str, SubjectEntry]] = defaultdict(dict)
    for (record_id, slot), by_point in cells.items():
        found[record_id][slot] = _subject_entry(by_point.get(mid), by_point.get(end))
    return found


def _subject_entry(mid: StoredCell | None, end: StoredCell | None) -> SubjectEntry:
    return SubjectEntry(
        mid_level=SubjectLevel(mid.level) if mid and mid.level else None,
        end_level=SubjectLevel(end.level) if end and end.level else None,
        score=parse_score(end.score) if end and end.score else None,
        comment=end.comment if end else "",
    )


def homeroom_entries(session: Session, term: Term, record_ids: Iterable[UUID]) -> dict[UUID, HomeroomEntry]:
    """What homeroom teachers entered, by record."""
    wanted = list(record_ids)
    mid, end = points_of(term)
    rows: dict[UUID, list[StoredCell]] = defaultdict(list)
    for row in _rows(session, [HOMEROOM], wanted):
        rows[row.record_id].append(row)
    facts = {fact.record_id: fact for fact in session.scalars(select(PupilTerm).where(PupilTerm.record_id.in_(wanted)))}
    return {record_id: _homeroom_entry(rows[record_id], facts.get(record_id), mid, end) for record_id in wanted}


def _homeroom_entry(
    rows: list[StoredCell], facts: PupilTerm | None, mid: AssessmentPoint, end: AssessmentPoint
) -> HomeroomEntry:
    comments = {CommentField(row.item): row.comment for row in rows if row.item in HOMEROOM_COMMENTS}
    levels = {
        point: {row.item: QualityLevel(row.level) for row in rows if row.point == point and row.level}
        for point in (mid, end)
    }
    return HomeroomEntry(
        mid_levels=levels[mid],
        end_levels=levels[end],
        comments=comments,
        absent_excused=facts.absent_excused if facts else 0,
        absent_unexcused=facts.absent_unexcused if facts else 0,
        recognised=facts.is_recognised if facts else False,
    )


def missing(
    session: Session, group: ClassGroup, term: Term, slot: str, record_ids: Sequence[UUID]
) -> dict[UUID, list[str]]:
    """Labels of required cells that are empty, by record; records with none are left out."""
    curriculum = curriculum_of(group)
    waived_rows = select(PupilTerm.record_id).where(PupilTerm.record_id.in_(record_ids), PupilTerm.assessment_waived)
    waived = set(session.scalars(waived_rows))
    found: dict[UUID, SubjectEntry | HomeroomEntry]
    if slot == HOMEROOM:
        found = dict(homeroom_entries(session, term, record_ids))
    else:
        by_record = subject_entries(session, term, [slot], record_ids)
        found = {record_id: by_record[record_id].get(slot, SubjectEntry()) for record_id in record_ids}
    labels = {
        record_id: [
            cell.label for cell in missing_cells(curriculum, term, slot, entry, assessment_waived=record_id in waived)
        ]
        for record_id, entry in found.items()
    }
    return {record_id: names for record_id, names in labels.items() if names}


def cells_of(session: Session, slot: str, record_ids: Iterable[UUID]) -> dict[UUID, list[list[str]]]:
    """Everything a slot entered, in a fixed order, as plain text: what its content hash is taken over."""
    wanted = list(record_ids)
    found: dict[UUID, list[list[str]]] = {record_id: [] for record_id in wanted}
    for row in _rows(session, [slot], wanted):
        found[row.record_id].append([row.point, row.item, row.level, row.score, row.comment])
    return found


def cells_in(session: Session, class_term_id: UUID, slot: str) -> Sequence[StoredCell]:
    """Every cell one slot entered in a class-term."""
    records = session.scalars(select(TermRecord.id).where(TermRecord.class_term_id == class_term_id)).all()
    return _rows(session, [slot], records)


def _rows(session: Session, slots: Iterable[str], record_ids: Iterable[UUID]) -> Sequence[StoredCell]:
    # Columns, not rows of the table: a class has a thousand cells, and an object of the session for each is slow.
    query = (
        select(*(getattr(Assessment, name) for name in StoredCell._fields))
        .where(Assessment.slot.in_(list(slots)), Assessment.record_id.in_(list(record_ids)))
        .order_by(Assessment.record_id, Assessment.point, Assessment.item)
    )
    return [StoredCell(*row) for row in session.execute(query)]
