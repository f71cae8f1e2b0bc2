"""Whose list it is: school, year, grade and class from the rows above a table, in several wordings."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from domain.calendar import SchoolYear
from domain.curriculum import offered
from domain.errors import Invalid
from domain.identity import normalise_name
from domain.signature_plans import SignaturePlan
from interchange.headings import plain
from interchange.sheets import cell_text
from interchange.spreadsheet.workbook import CellValue

# The label that is written, and what else it may be called, by the field of RosterHeader it fills.
LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "authority": ("Cơ quan quản lí", "Cơ quan chủ quản", "Đơn vị quản lí"),
    "school_name": ("Trường", "Tên trường", "Đơn vị"),
    "school_code": ("Mã trường", "Mã đơn vị"),
    "commune": ("Phường/Xã", "Phường", "Xã", "Xã/Phường"),
    "district": ("Quận/Huyện", "Quận", "Huyện"),
    "province": ("Tỉnh/Thành phố", "Tỉnh", "Thành phố", "Tỉnh/TP"),
    "school_year": ("Năm học", "NH", "Niên học"),
    "grade": ("Khối", "Khối lớp"),
    "class_name": ("Lớp", "Tên lớp"),
    "optional": ("Môn tự chọn", "Môn lựa chọn", "Các môn lựa chọn"),
    "topics": ("Chuyên đề học tập", "Chuyên đề"),
    "plan": ("Hình thức ký", "Hình thức kí"),
}
_MEANT: Final = {plain(label): key for key, labels in LABELS.items() for label in labels}
_YEAR: Final = re.compile(r"(20\d\d)\s*[-–—/]\s*(20\d\d)")
# A grade and what tells its classes apart: 1A1, 1/2, 10A12, 1 B, 1TH2.
_CLASS: Final = re.compile(r"\d{1,2}(?:[./_-]\d{1,2}|\s?[A-ZĐ]{1,3}\d{0,2}(?:[./-]\d{1,2})?)(?!\w)", re.IGNORECASE)
_IN_A_SENTENCE: Final = re.compile(rf"\bl[oớ]p\b[\s:.]*(?P<name>{_CLASS.pattern})", re.IGNORECASE)
_LEADING: Final = re.compile(r"^l[oớ]p\s+", re.IGNORECASE)
_DAY: Final = re.compile(r"\d{2}/\d{2}/\d{4}")
_GRADE: Final = re.compile(r"\d{1,2}")
_GAP: Final = re.compile(r"\s{2,}|[\t\n;]")
GRADES: Final = range(1, 13)


@dataclass(frozen=True)
class RosterHeader:
    """Whose list it is; of the school only what the list says, "" where it is silent."""

    authority: str
    school_name: str
    school_code: str
    commune: str
    district: str
    province: str
    school_year: SchoolYear
    grade: int
    class_name: str
    optional: tuple[str, ...] = ()  # codes of the optional and elective subjects it takes
    topics: tuple[str, ...] = ()  # subjects of its study topics
    plan: SignaturePlan = SignaturePlan.SHEET


@dataclass(frozen=True)
class Chosen:
    """What whoever hands the list in has chosen already; it holds where the list is silent, and must not contradict."""

    school_year: SchoolYear | None = None
    class_name: str = ""


def title_facts(rows: Sequence[Sequence[CellValue]]) -> dict[str, str]:
    """Return what the title rows say, by the fields of RosterHeader: labels first, then sentences."""
    found: dict[str, str] = {}
    for row in rows:
        texts = [text for value in row if (text := cell_text(value))]
        for text, beside in pairwise([*texts, ""]):
            for key, value in _labelled(text, beside):
                found.setdefault(key, value)
    for text in (cell_text(value) for row in rows for value in row):
        for key, value in _in_words(text):
            found.setdefault(key, value)
    return found


def _labelled(text: str, beside: str) -> list[tuple[str, str]]:
    """“Nhãn: giá trị” pairs of a cell; a label alone names what stands beside it."""
    found = []
    for piece in _GAP.split(text):
        label, colon, value = piece.partition(":")
        key = _MEANT.get(plain(label))
        value = normalise_name(value) or (normalise_name(beside) if piece == text else "")
        if key and value and (colon or key != "school_name"):
            found.append((key, _first_fact(key, value)))
    return found


def _first_fact(key: str, value: str) -> str:
    """Of “1A1 Sĩ số: 35” or “2026 - 2027 Lớp: 1A1” only what belongs to the label."""
    if key == "school_year" and (year := _YEAR.match(value)):
        return f"{year[1]}-{year[2]}"
    shape = {"class_name": _CLASS, "grade": _GRADE}.get(key)
    match = shape.match(value) if shape and ":" in value else None
    return match[0] if match else value


def _in_words(text: str) -> list[tuple[str, str]]:
    found = []
    if year := _YEAR.search(text):
        found.append(("school_year", f"{year[1]}-{year[2]}"))
    if named := _IN_A_SENTENCE.search(text):
        found.append(("class_name", named["name"]))
    if plain(text).startswith("truong ") and ":" not in text:
        found.append(("school_name", normalise_name(text)))
    return found


def class_in_name(sheet: str) -> str:
    """Return the class that a sheet is named after, such as “1A1” or “Lớp 1A1”; "" for any other name."""
    bare = _LEADING.sub("", normalise_name(sheet))
    return bare if _CLASS.fullmatch(bare) else ""


def class_name_of(text: str) -> str:
    """Return a class's name without “Lớp” and in capitals. Raises Invalid for a date.

    Spreadsheets take 1/2 for the first of February.
    """
    if _DAY.fullmatch(text):
        raise Invalid("Excel đã đổi tên lớp thành ngày; hãy định dạng ô là Văn bản (Text) rồi gõ lại tên lớp.")
    bare = _LEADING.sub("", normalise_name(text))
    return bare.upper().replace(" ", "") if _CLASS.fullmatch(bare) else bare


def grade_of(class_name: str, said: str = "") -> int:
    """The grade that is said, or with which the class's name begins. Raises Invalid for none, or two that differ."""
    if said and not (_GRADE.fullmatch(said) and int(said) in GRADES):
        raise Invalid(f"Khối phải là số từ 1 đến 12, nhận được “{said}”.")
    begins = _GRADE.match(class_name)
    in_name = int(begins[0]) if begins and int(begins[0]) in GRADES else 0
    if said and in_name and int(said) != in_name:
        raise Invalid(f"Khối {said} không khớp với tên lớp {class_name}.")
    if not said and not in_name:
        raise Invalid(f"Chưa rõ khối của lớp {class_name}; hãy ghi thêm dòng “Khối: …” ở đầu trang.")
    return int(said) if said else in_name


def subjects_of(grade: int, said: str) -> tuple[str, ...]:
    """The codes of subjects that are named, in the order of the form. Raises Invalid for one the grade cannot have."""
    named = {plain(name): normalise_name(name) for name in said.split(",") if name.strip()}
    known = {plain(subject.name): subject.code for subject in offered(grade)}
    if unknown := [f"“{name}”" for key, name in named.items() if key not in known]:
        raise Invalid(f"Lớp {grade} không có môn: {', '.join(unknown)}.")
    return tuple(code for name, code in known.items() if name in named)


def plan_of(said: str) -> SignaturePlan:
    """How subject teachers sign; the usual way where nothing is said. Raises Invalid for other words."""
    for plan in SignaturePlan:
        if plain(said) in {"", plain(plan.label)}:
            return plan
    raise Invalid(f"Hình thức ký phải là “{SignaturePlan.SHEET.label}” hoặc “{SignaturePlan.RECORD.label}”.")


def label_of(header: RosterHeader, key: str) -> str:
    """What a list writes behind a label; "" for subjects that are not chosen and the usual way of signing."""
    match getattr(header, key):
        case SignaturePlan() as plan:
            return "" if plan is SignaturePlan.SHEET else plan.label
        case tuple() as codes:
            return ", ".join(subject.name for subject in offered(header.grade) if subject.code in codes)
        case value:
            return str(value)
