"""Where each document leaves room for its signatures; the templates lay themselves out around these boxes.

What stands here travels to the template as data, so that what is printed around a signature and the signature itself
cannot drift apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from documents.minutes_places import Box
from documents.papers import Paper, paper_of
from documents.subject_rows import SubjectRows, subject_fields, subject_rows
from domain.documents import SignatureField, role_of
from domain.signature_places import SignaturePlace
from domain.year_records import DocumentContent, SecondaryRecordContent

LAST_PAGE: Final = -1
_FIRST_PAGE: Final = 0

LABELS: Final = {
    SignatureField.SUBJECT_TEACHER: "Chữ ký của giáo viên bộ môn",
    SignatureField.HOMEROOM: "Chữ ký của giáo viên chủ nhiệm",
    SignatureField.GIVER: "Chữ ký của người bàn giao",
    SignatureField.TAKER: "Chữ ký của người nhận bàn giao",
    SignatureField.PRINCIPAL: "Chữ ký của Hiệu trưởng",
    SignatureField.SEAL: "Con dấu số của nhà trường",
}

_SIDE: Final = 2  # points beside a box at the end of a row


@dataclass(frozen=True)
class Layout:
    paper: Paper
    rows: SubjectRows | None  # None where no subject teacher signs
    places: tuple[SignaturePlace, ...]  # in signing order


def layout_of(content: DocumentContent) -> Layout:
    paper = paper_of(content)
    last = tuple(SignaturePlace(field, _label(field), LAST_PAGE, box) for field, box in paper.boxes)
    if not isinstance(content, SecondaryRecordContent) or not subject_fields(content):
        return Layout(paper, None, last)
    rows = subject_rows(content, paper.size[1] - paper.top - paper.bottom)
    return Layout(paper, rows, (*_subject_places(content, paper, rows), *last))


def places_of(content: DocumentContent) -> tuple[SignaturePlace, ...]:
    """Return the places of a document in signing order: subjects on the first page, all others on the last."""
    return layout_of(content).places


def _label(field: str) -> str:
    """Of several takers each is told apart by number, as the minutes number them."""
    label, number = LABELS[role_of(field)], field.rpartition("_")[2]
    return f"{label} thứ {number}" if number.isdigit() else label


def _subject_places(record: SecondaryRecordContent, paper: Paper, rows: SubjectRows) -> Iterator[SignaturePlace]:
    for row, field in subject_fields(record).items():
        label = f"Chữ ký của giáo viên môn {record.subjects[row].name}"
        yield SignaturePlace(field, label, _FIRST_PAGE, _box(paper, rows, row))


def _box(paper: Paper, rows: SubjectRows, row: int) -> Box:
    """The last cell of a row, less the printed name at its foot."""
    width, height = paper.size
    right = int(width - paper.x)
    top = round(height - paper.top - rows.above - rows.heading - row * rows.height)
    return (right - rows.column + _SIDE, top - rows.height + rows.name, right - _SIDE, top)
