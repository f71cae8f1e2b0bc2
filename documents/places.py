"""Where each document leaves room for its signatures; the templates lay themselves out around these boxes.

What stands here travels to the template as data, so that what is printed around a signature and the signature itself
cannot drift apart.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from documents.papers import Box, Paper, paper_of
from documents.subject_rows import SubjectRows, subject_rows
from domain.documents import SignatureField, subject_field
from domain.signature_places import SignaturePlace
from domain.year_records import DocumentContent, MarkLine, SecondaryRecordContent

LAST_PAGE: Final = -1
_FIRST_PAGE: Final = 0

LABELS: Final = {
    SignatureField.SUBJECT_TEACHER: "Chữ ký của giáo viên bộ môn",
    SignatureField.HOMEROOM: "Chữ ký của giáo viên chủ nhiệm",
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
    last = tuple(SignaturePlace(field, LABELS[field], LAST_PAGE, box) for field, box in paper.boxes)
    signed = {signer.field for signer in content.signers} - {field.value for field in SignatureField}
    if not isinstance(content, SecondaryRecordContent) or not signed:
        return Layout(paper, None, last)
    rows = subject_rows(content, paper.size[1] - paper.top - paper.bottom)
    return Layout(paper, rows, (*_subject_places(content.subjects, signed, paper, rows), *last))


def places_of(content: DocumentContent) -> tuple[SignaturePlace, ...]:
    """Return the places of a document in signing order: subjects on the first page, all others on the last."""
    return layout_of(content).places


def _subject_places(
    subjects: Sequence[MarkLine], signed: Collection[str], paper: Paper, rows: SubjectRows
) -> Iterator[SignaturePlace]:
    width, height = paper.size
    for index, line in enumerate(subjects):
        field = subject_field(line.subject)
        if field in signed:
            top = height - paper.top - rows.above - rows.heading - index * rows.height
            box = _box(right=int(width - paper.x), top=round(top), rows=rows)
            yield SignaturePlace(field, f"Chữ ký của giáo viên môn {line.name}", _FIRST_PAGE, box)


def _box(*, right: int, top: int, rows: SubjectRows) -> Box:
    """The row's last cell, less the printed name at its foot."""
    return (right - rows.column + _SIDE, top - rows.height + rows.name, right - _SIDE, top)
