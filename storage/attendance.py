"""What the homeroom teacher keeps of each pupil's term: what is sent changes, and nothing is overwritten unseen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.attendance import TermFact, read_fact
from domain.calendar import TIMEZONE
from domain.curriculum import HOMEROOM
from domain.errors import Conflict, Invalid
from storage.among import among
from storage.entries import records_in
from storage.saving import lock_open
from storage.tables import Enrolment, PupilRow, PupilTerm, Staff, TermRecord

_OVERTAKEN: Final = (
    "{by} đã sửa số liệu của {pupil} lúc {at:%H:%M} ngày {on:%d/%m/%Y}: {labels} nay khác với số liệu thầy/cô gửi."
)
_NOT_SAVED: Final = "Chưa lưu gì; hãy tải lại, xem rồi lưu lại."
_SOMEBODY: Final = "Người khác"


@dataclass(frozen=True)
class Attendance:
    """Half-day absences, health and whether the class recognised the pupil (Circular 27/2020 art. 13).

    None is not said, and stays as it is. `version` is the one the writer saw, 0 where nothing was entered yet.
    """

    record_id: UUID
    absent_excused: int | None = None
    absent_unexcused: int | None = None
    is_recognised: bool | None = None
    height_cm: str | None = None
    weight_kg: str | None = None
    health: str | None = None
    version: int = 0


@dataclass(frozen=True)
class KeptAttendance:
    """What is kept of one pupil; version 0 where nobody has entered anything yet."""

    record_id: UUID
    absent_excused: int = 0
    absent_unexcused: int = 0
    is_recognised: bool = False
    height_cm: str = ""
    weight_kg: str = ""
    health: str = ""
    version: int = 0


def attendance_in(session: Session, class_term_id: UUID, *, drafts: bool) -> list[KeptAttendance]:
    """Of every pupil in the order of the class; without `drafts`, of those whose homeroom slot was submitted."""
    return _kept(session, records_in(session, class_term_id, HOMEROOM, drafts=drafts))


def save_attendance(
    session: Session, class_term_id: UUID, rows: Sequence[Attendance], staff_id: UUID
) -> list[KeptAttendance]:
    """Write what is said, all or none; returns what is kept of these pupils now.

    Raises Invalid for an impossible value, Conflict where somebody else was there first or the homeroom's slot was
    submitted, NotFound for a foreign record.
    """
    wanted = _wanted(session, class_term_id, rows)
    if wanted.overtaken:
        raise _conflict(session, wanted.overtaken, wanted.changes[wanted.overtaken[0]])
    wanted.write(session, staff_id)
    return _kept(session, list(wanted.kept))


@dataclass(frozen=True)
class OvertakenAttendance:
    """What is kept of a pupil since somebody else wrote it, who and when."""

    kept: KeptAttendance
    by: str
    at: datetime


def save_each(
    session: Session, class_term_id: UUID, rows: Sequence[Attendance], staff_id: UUID
) -> tuple[list[KeptAttendance], list[OvertakenAttendance]]:
    """Write what is said, each pupil by itself: what is kept now of those written, and of those overtaken.

    Raises Invalid, Conflict once the homeroom's slot was submitted, and NotFound as `save_attendance` does.
    """
    wanted = _wanted(session, class_term_id, rows)
    wanted.write(session, staff_id)
    saved = _kept(session, [each for each in wanted.kept if each not in wanted.overtaken])
    writers = _writers(session, wanted.overtaken)
    return saved, [OvertakenAttendance(wanted.kept[each], *writers[each]) for each in wanted.overtaken]


@dataclass(frozen=True)
class _Wanted:
    """What rows would change; `overtaken` are those that somebody else changed since their writer saw them."""

    kept: Mapping[UUID, KeptAttendance]
    changes: Mapping[UUID, Mapping[TermFact, str | int]]
    overtaken: Sequence[UUID]

    def write(self, session: Session, staff_id: UUID) -> None:
        fresh = [each for each, facts in self.changes.items() if facts and each not in self.overtaken]
        _write(session, [(self.kept[each], self.changes[each]) for each in fresh], staff_id)


def _wanted(session: Session, class_term_id: UUID, rows: Sequence[Attendance]) -> _Wanted:
    record_ids = [row.record_id for row in rows]
    if len(set(record_ids)) != len(rows):
        raise Invalid("Mỗi học sinh chỉ được gửi một dòng.")
    lock_open(session, class_term_id, HOMEROOM, set(record_ids))
    kept = {each.record_id: each for each in _kept(session, record_ids)}
    changes = {row.record_id: _changes(row, kept[row.record_id]) for row in rows}
    seen = {row.record_id: row.version for row in rows}
    overtaken = [each for each, facts in changes.items() if facts and _is_newer(kept[each].version, seen[each])]
    return _Wanted(kept, changes, overtaken)


def _writers(session: Session, record_ids: Sequence[UUID]) -> dict[UUID, tuple[str, datetime]]:
    query = (
        select(PupilTerm.record_id, func.coalesce(Staff.full_name, ""), PupilTerm.updated_at)
        .outerjoin(Staff, Staff.id == PupilTerm.updated_by)
        .where(among(PupilTerm.record_id, record_ids))
    )
    return {record_id: (by, at) for record_id, by, at in session.execute(query)}


def _is_newer(version: int, seen: int) -> bool:
    """Whether somebody entered something since; where nothing was entered nobody was first."""
    return version not in {0, seen}


def _changes(row: Attendance, kept: KeptAttendance) -> dict[TermFact, str | int]:
    """What is said and differs from what is kept."""
    try:
        said = {fact: read_fact(fact, value) for fact, value in _said(row)}
    except Invalid as refused:
        raise Invalid(refused.message, (str(row.record_id),)) from refused
    return {fact: value for fact, value in said.items() if value != getattr(kept, fact.value)}


def _said(row: Attendance) -> Iterator[tuple[TermFact, str | int]]:
    for fact in TermFact:
        value: str | int | None = getattr(row, fact.value)
        if value is not None:
            yield fact, value


def _kept(session: Session, record_ids: Sequence[UUID]) -> list[KeptAttendance]:
    columns = [getattr(PupilTerm, fact.value) for fact in TermFact]
    query = select(PupilTerm.record_id, *columns, PupilTerm.version).where(among(PupilTerm.record_id, record_ids))
    found = {row.record_id: KeptAttendance(*row) for row in session.execute(query)}
    return [found.get(each, KeptAttendance(each)) for each in record_ids]


def _write(
    session: Session, changed: Sequence[tuple[KeptAttendance, Mapping[TermFact, str | int]]], staff_id: UUID
) -> None:
    if not changed:
        return
    rows = [vars(kept) | {fact.value: value for fact, value in facts.items()} for kept, facts in changed]
    new = insert(PupilTerm)
    newer: dict[str, object] = {name: new.excluded[name] for name in (*map(str, TermFact), "updated_by")}
    newer |= {"version": PupilTerm.version + 1, "updated_at": func.now()}
    written = new.on_conflict_do_update(index_elements=["record_id"], set_=newer)
    session.execute(written, [row | {"version": 1, "updated_by": staff_id} for row in rows])


def _conflict(session: Session, overtaken: Sequence[UUID], differing: Mapping[TermFact, object]) -> Conflict:
    """In words: who was first with the first of these pupils, when, and in what."""
    query = (
        select(PupilRow.full_name, Staff.full_name, PupilTerm.updated_at)
        .join(Enrolment, Enrolment.pupil_id == PupilRow.id)
        .join(TermRecord, TermRecord.enrolment_id == Enrolment.id)
        .join(PupilTerm, PupilTerm.record_id == TermRecord.id)
        .outerjoin(Staff, Staff.id == PupilTerm.updated_by)
        .where(TermRecord.id == overtaken[0])
    )
    pupil, by, at = session.execute(query).one()
    labels = ", ".join(fact.label.lower() for fact in differing)
    here, others = at.astimezone(TIMEZONE), len(overtaken) - 1
    said = [_OVERTAKEN.format(by=by or _SOMEBODY, pupil=pupil, at=here, on=here, labels=labels)]
    said += [f"Còn {others} học sinh khác cũng vậy."] if others else []
    return Conflict(" ".join([*said, _NOT_SAVED]), tuple(map(str, overtaken)))
