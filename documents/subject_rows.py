"""The table of a record that subject teachers sign: rows of one height, so that their boxes are known beforehand."""

from dataclasses import dataclass
from typing import Final

from documents.letters import BOLD, lines
from domain.documents import SchoolContent, subject_field
from domain.year_records import SecondaryRecordContent

BODY: Final = 9.5  # points, the letters of the page

# Points. What stands above the table, as little as can be; its heading; what is kept below it.
_ABOVE: Final = 132.89
_HEADING: Final = 26
_BELOW: Final = 12
_MOST, _ENOUGH = 60, 42  # of a row; where all have enough, lines above the table stand further apart
_APART: Final = 24
_COLUMN: Final = 108
_NAMES: Final = (9, 12)  # below a box, in a row that is low and in one that has enough
_LINE: Final = 13  # that a text above the table takes more than foreseen

_HEAD: Final = 237.0  # width of the school's name
_HALF: Final = 244.8  # of the pupil's
_WHOLE: Final = 515.2


@dataclass(frozen=True)
class SubjectRows:
    """Points; the rows begin at a whole number of them above the page's lower edge."""

    above: float  # from the page's upper margin to the table
    gap: float  # more than usual between the lines up there
    heading: int
    height: int  # of a row
    column: int  # width of the last column, where the teachers sign
    name: int  # what the teacher's name takes below the box


def subject_fields(record: SecondaryRecordContent) -> dict[int, str]:
    """Return the signature fields of the rows that have one, by row from 0."""
    signed = {signer.field for signer in record.signers}
    fields = (subject_field(line.subject) for line in record.subjects)
    return {row: field for row, field in enumerate(fields) if field in signed}


def subject_rows(record: SecondaryRecordContent, room: float) -> SubjectRows:
    """Share the height of a page within its margins."""
    count = len(record.subjects)
    above = _ABOVE + more_lines(record, BODY) * _LINE
    left = room - above - _HEADING - _BELOW
    apart = min(_APART, max(0, int(left - count * _ENOUGH)))
    height = min(_MOST, int((left - apart) // count))
    return SubjectRows(above + apart, apart / 4, _HEADING, height, _COLUMN, _NAMES[height >= _ENOUGH])


def more_lines(record: SecondaryRecordContent, size: float) -> int:
    """How many lines the school's and the pupil's names and places take more than one each."""
    texts = (
        (record.school.authority, 9.5, _HEAD),
        (record.school.name, 10.5 * BOLD, _HEAD),
        (f"Họ và tên: {record.pupil.full_name}", size * BOLD, _HALF),
        (f"Nơi sinh: {record.pupil.place_of_birth}", size, _HALF),
        (f"Trường: {_school_and_place(record.school)}", size, _WHOLE),
    )
    return sum(lines(*text) - 1 for text in texts)


def _school_and_place(school: SchoolContent) -> str:
    return ", ".join(part for part in (school.name, school.commune, school.district, school.province) if part)
