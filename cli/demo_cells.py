"""Cells of a mark workbook as the API takes them."""

from collections.abc import Mapping

from domain.assessment import Term, points_of, score_text
from domain.curriculum import HOMEROOM, Curriculum, Subject
from domain.entry import required_cells
from interchange.marks import MarkBook

Cell = dict[str, str]


def subject_cells(book: MarkBook, subject: Subject, term: Term, records: Mapping[str, str]) -> list[Cell]:
    """Levels, score and comment of every pupil in one subject."""
    mid, end = points_of(term)
    cells = []
    for code, entry in book.subjects[subject.code].items():
        values = [
            (mid, "level", entry.mid_level or ""),
            (end, "level", entry.end_level or ""),
            (end, "comment", entry.comment),
        ]
        if subject.has_test(end):
            values.append((end, "score", score_text(entry.score)))
        cells += [_cell(records[code], subject.code, point, kind, value) for point, kind, value in values]
    return cells


def homeroom_cells(book: MarkBook, curriculum: Curriculum, term: Term, records: Mapping[str, str]) -> list[Cell]:
    """Qualities, competencies and the homeroom teacher's comments of every pupil."""
    required = required_cells(curriculum, term, HOMEROOM)
    return [
        _cell(records[code], cell.item, cell.point, cell.kind, str(entry.value(cell) or ""))
        for code, entry in book.homeroom.items()
        for cell in required
    ]


def _cell(record_id: str, item: str, point: str, kind: str, value: str) -> Cell:
    return {"record_id": record_id, "item": str(item), "point": str(point), "kind": str(kind), "value": str(value)}
