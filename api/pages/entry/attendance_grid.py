"""Attendance as a grid: absences, health and recognition of each pupil's term, kept by the homeroom teacher."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.pages.entry.grid import Column, Grid, Line, standing
from api.pages.entry.saved import CellEdit, Overtaken, Refused, Saved, SavedCell
from api.pages.language import gettext as _
from domain.attendance import HEIGHTS, LONGEST_HEALTH, WEIGHTS, TermFact, read_fact
from domain.errors import Invalid, NotFound
from storage.attendance import Attendance, KeptAttendance, attendance_in, save_each
from storage.entry_sheets import EntrySheet

MOST_ABSENCES = 400
_YES = "1"
_COUNTS = (TermFact.ABSENT_EXCUSED, TermFact.ABSENT_UNEXCUSED)


def attendance_columns() -> tuple[Column, ...]:
    yes = ((_YES, _("Có")),)
    return (
        _column(TermFact.ABSENT_EXCUSED, _("Nghỉ có phép"), "count", high=MOST_ABSENCES),
        _column(TermFact.ABSENT_UNEXCUSED, _("Nghỉ không phép"), "count", high=MOST_ABSENCES),
        Column(TermFact.IS_RECOGNISED.value, "flag", _("Lớp công nhận"), _(TermFact.IS_RECOGNISED.label), choices=yes),
        _column(TermFact.HEIGHT_CM, _("Chiều cao (cm)"), "measure", *HEIGHTS),
        _column(TermFact.WEIGHT_KG, _("Cân nặng (kg)"), "measure", *WEIGHTS),
        Column(TermFact.HEALTH.value, "text", _(TermFact.HEALTH.label), _(TermFact.HEALTH.label), limit=LONGEST_HEALTH),
    )


def _column(fact: TermFact, heading: str, kind: str, low: int = 0, high: int = 0) -> Column:
    return Column(fact.value, kind, heading, _(fact.label), low=low, high=high, decimals=int(kind == "measure"))


def attendance_grid(session: Session, sheet: EntrySheet, *, drafts: bool) -> Grid:
    """The same pupils as in the homeroom teacher's part, open while that is open."""
    kept = {each.record_id: each for each in attendance_in(session, sheet.marks.class_term_id, drafts=drafts)}
    lines = tuple(
        Line(
            pupil.record_id,
            pupil.order_no,
            pupil.full_name,
            pupil.is_open,
            standing(sheet, pupil.record_id),
            tuple((_text(kept[pupil.record_id], fact), kept[pupil.record_id].version) for fact in _facts()),
        )
        for pupil in sheet.marks.pupils
    )
    return Grid(attendance_columns(), lines)


def _facts() -> Sequence[TermFact]:
    return [TermFact(column.code) for column in attendance_columns()]


def _text(kept: KeptAttendance, fact: TermFact) -> str:
    value = getattr(kept, fact.value)
    if fact is TermFact.IS_RECOGNISED:
        return _YES if value else ""
    return str(value) if fact not in _COUNTS or value else ""


@dataclass(frozen=True)
class _Read:
    """Edits of one pupil as facts, and those that no fact can be made of."""

    said: Mapping[UUID, dict[TermFact, Any]]
    versions: Mapping[UUID, int]
    refused: list[Refused]


def save_attendance_cells(session: Session, class_term_id: UUID, edits: Sequence[CellEdit], staff_id: UUID) -> Saved:
    """Save cells, each pupil by itself. The version is the pupil's, so all cells of a saved row come back."""
    read = _read(edits)
    rows = [
        Attendance(record_id, version=read.versions[record_id], **{fact.value: value for fact, value in facts.items()})
        for record_id, facts in read.said.items()
    ]
    if not rows:
        return Saved(refused=tuple(read.refused))
    saved, overtaken = save_each(session, class_term_id, rows, staff_id)
    theirs = {each.kept.record_id: each for each in overtaken}
    return Saved(
        tuple(
            SavedCell(each.record_id, fact.value, _text(each, fact), each.version)
            for each in saved
            for fact in _facts()
        ),
        tuple(
            Overtaken(edit, _text(them.kept, TermFact(edit.code)), them.kept.version, them.by, them.at)
            for edit in edits
            if (them := theirs.get(edit.record_id)) and TermFact(edit.code) in read.said[edit.record_id]
        ),
        tuple(read.refused),
    )


def _read(edits: Sequence[CellEdit]) -> _Read:
    said: dict[UUID, dict[TermFact, Any]] = {}
    versions: dict[UUID, int] = {}
    refused = []
    for edit in edits:
        try:
            value = _fact(edit)
        except Invalid as refusal:
            refused.append(Refused(edit, refusal.message))
            continue
        said.setdefault(edit.record_id, {})[TermFact(edit.code)] = value
        versions[edit.record_id] = edit.version
    return _Read(said, versions, refused)


def _fact(edit: CellEdit) -> str | int | bool:
    try:
        fact = TermFact(edit.code)
    except ValueError as error:
        raise NotFound("Không có ô này.") from error
    text = edit.text.strip()
    if fact is TermFact.IS_RECOGNISED:
        return bool(text) and text.casefold() not in {"0", "không"}
    if fact in _COUNTS:
        return _count(fact, text)
    return read_fact(fact, text)


def _count(fact: TermFact, text: str) -> int:
    if text and not (text.isascii() and text.isdigit() and int(text) <= MOST_ABSENCES):
        raise Invalid(
            _("%(name)s phải là số nguyên từ 0 đến %(most)s.") % {"name": _(fact.label), "most": MOST_ABSENCES}
        )
    return int(text or 0)
