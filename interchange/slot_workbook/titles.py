"""The title rows of a slot's workbook: whose marks they are, and the refusal of anybody else's."""

from collections.abc import Mapping
from typing import Final

from domain.assessment import Term
from domain.calendar import TIMEZONE, SchoolYear
from domain.errors import Invalid
from domain.slot_marks import HOMEROOM_NAME, SlotMarks
from interchange.marks import parse_term
from interchange.sheets import Sheet, fold

LABELS: Final = {
    "school": "Trường",
    "school_year": "Năm học",
    "class_name": "Lớp",
    "term": "Học kì",
    "subject": "Môn học",
    "teacher": "Giáo viên",
}
# Further names of the same, on sheets that teachers made themselves.
_ALSO: Final = {"Môn": "subject", "Phần": "subject", "Học kỳ": "term"}
WANTED: Final = {**LABELS, **{label: label for label in _ALSO}}
_WORDS: Final = {"class_name": "lớp {}", "subject": "{}", "term": "{}", "school_year": "năm học {}"}
_ALWAYS: Final = ("class_name", "subject", "term")


def title_of(marks: SlotMarks) -> dict[str, str]:
    """The words of the title rows, by the keys of LABELS."""
    return {
        "school": marks.school_name,
        "school_year": marks.school_year,
        "class_name": marks.class_name,
        "term": marks.term.label,
        "subject": marks.name,
        "teacher": marks.teacher or "chưa phân công",
    }


def saved_line(marks: SlotMarks) -> str:
    at = marks.saved_at
    return f"Lưu lần cuối: {at.astimezone(TIMEZONE):%H:%M %d/%m/%Y}" if at else "Lưu lần cuối: chưa có"


def said_by(sheet: Sheet) -> dict[str, str]:
    """What the title rows of a sheet read for WANTED say, by the keys of LABELS; empty ones are left out."""
    found = {_ALSO.get(key, key): text for key, text in reversed(sheet.title.items())}
    return {key: text for key, text in found.items() if text}


def refuse_foreign(title: Mapping[str, str], marks: SlotMarks) -> None:
    """Raises Invalid unless the title rows, as far as they go, speak of this slot, class and term."""
    ours, theirs = title_of(marks), {key: title[key] for key in _WORDS if key in title}
    other = [key for key, text in theirs.items() if _comparable(key, text) != _comparable(key, ours[key])]
    if other:
        said = _described(theirs, [key for key in theirs if key in _ALWAYS or key in other])
        raise Invalid(f"Tệp này là của {said}; thầy/cô đang mở {_described(ours, other)}.")


def require_title(title: Mapping[str, str]) -> None:
    """Raises Invalid unless a sheet says for itself whose it is."""
    if missing := [f"“{LABELS[key]}: …”" for key in _ALWAYS if key not in title]:
        raise Invalid(f"Phần đầu bảng thiếu {', '.join(missing)} nên không biết tệp là của lớp nào.")


def _comparable(key: str, text: str) -> str | Term | SchoolYear:
    if key == "term":
        return parse_term(text)
    return SchoolYear.parse(text) if key == "school_year" else fold(text)


def _described(title: Mapping[str, str], keys: list[str]) -> str:
    """For example: lớp 1A2, môn Toán, học kì I."""
    return ", ".join(_WORDS[key].format(_said(key, title[key])) for key in _WORDS if key in keys)


def _said(key: str, text: str) -> str:
    if key == "subject":
        return f"phần {HOMEROOM_NAME}" if fold(text) == fold(HOMEROOM_NAME) else f"môn {text}"
    return text[0].lower() + text[1:] if key == "term" else text
