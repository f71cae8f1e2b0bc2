"""Who is who: personal ids, pupil and school codes, names and their Vietnamese order."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from domain.errors import Invalid
from domain.labelled import Labelled
from domain.provinces import PROVINCES


class Sex(Labelled):
    MALE = "male", "Nam"
    FEMALE = "female", "Nữ"


class FindingCode(StrEnum):
    MALFORMED = "malformed"
    UNKNOWN_PLACE = "unknown_place"
    SEX_MISMATCH = "sex_mismatch"
    CENTURY_MISMATCH = "century_mismatch"
    BIRTH_YEAR_MISMATCH = "birth_year_mismatch"


@dataclass(frozen=True)
class Finding:
    """Something a person should review; never a refusal."""

    code: FindingCode
    message: str


_PERSONAL_ID: Final = re.compile(r"([0-9]{3})([0-9])([0-9]{2})[0-9]{6}")
_PUPIL_CODE: Final = re.compile(r"[0-9]{10,12}")
_SCHOOL_CODE: Final = re.compile(r"[0-9]{8,20}")
_FIRST_CENTURY: Final = 19  # digit 0 is a man, 1 a woman born in 1900-1999; every century takes the next two digits
_LAST_CENTURY: Final = 23
_LAST_SERIAL: Final = 999_999


def _sex_and_century(digit: str) -> tuple[Sex, int]:
    number = int(digit)
    return (Sex.FEMALE if number % 2 else Sex.MALE), _FIRST_CENTURY + number // 2


def check_personal_id(personal_id: str, sex: Sex, birth_date: date) -> list[Finding]:
    """Return what does not fit in a 12-digit personal id (Decree 137/2015 art. 13, Circular 07/2016/TT-BCA art. 7).

    There is no check digit. A mismatch is for review, not an error: ids are re-issued when sex or birth year change.
    """
    parts = _PERSONAL_ID.fullmatch(personal_id)
    if parts is None:
        message = f"Số định danh cá nhân phải có đúng 12 chữ số, nhận được “{personal_id}”."
        return [Finding(FindingCode.MALFORMED, message)]
    place, digit, year = parts.groups()
    id_sex, id_century = _sex_and_century(digit)
    findings = []
    if place not in PROVINCES:
        message = f"Mã nơi đăng ký khai sinh {place} không thuộc danh mục 63 tỉnh, thành phố."
        findings.append(Finding(FindingCode.UNKNOWN_PLACE, message))
    if id_sex is not sex:
        message = f"Số định danh cho biết giới tính {id_sex.label}, hồ sơ ghi {sex.label}."
        findings.append(Finding(FindingCode.SEX_MISMATCH, message))
    if id_century != birth_date.year // 100:
        message = f"Số định danh dành cho người sinh từ {id_century}00 đến {id_century}99, hồ sơ ghi {birth_date.year}."
        findings.append(Finding(FindingCode.CENTURY_MISMATCH, message))
    if int(year) != birth_date.year % 100:
        message = f"Hai số cuối năm sinh trong số định danh là {year}, hồ sơ ghi năm {birth_date.year}."
        findings.append(Finding(FindingCode.BIRTH_YEAR_MISMATCH, message))
    return findings


def is_personal_id(text: str) -> bool:
    """Whether it has the form of one: twelve digits, and nothing else."""
    return _PERSONAL_ID.fullmatch(text) is not None


def make_personal_id(province: str, sex: Sex, birth_date: date, serial: int) -> str:
    """Build a well-formed personal id for sample people; raise Invalid for a place, century or serial out of range."""
    century = birth_date.year // 100
    if province not in PROVINCES:
        raise Invalid(f"Mã tỉnh, thành phố {province} không có trong danh mục.")
    if not _FIRST_CENTURY <= century <= _LAST_CENTURY:
        raise Invalid(f"Năm sinh {birth_date.year} nằm ngoài cấu trúc số định danh cá nhân (1900-2399).")
    if not 0 <= serial <= _LAST_SERIAL:
        raise Invalid(f"Sáu số cuối phải từ 0 đến {_LAST_SERIAL}, nhận được {serial}.")
    digit = 2 * (century - _FIRST_CENTURY) + (sex is Sex.FEMALE)
    return f"{province}{digit}{birth_date.year % 100:02}{serial:06}"


def parse_sex(text: str) -> Sex:
    """Read "Nam" or "Nữ"; raise Invalid otherwise."""
    for sex in Sex:
        if normalise_name(text).casefold() == sex.label.casefold():
            return sex
    raise Invalid(f"Giới tính phải là Nam hoặc Nữ, nhận được “{text}”.")


def parse_pupil_code(text: str) -> str:
    """Return the pupil code: 10 to 12 digits, as the sector database and public forms show it. Raises Invalid."""
    return _matching(text, _PUPIL_CODE, f"Mã học sinh phải có từ 10 đến 12 chữ số, nhận được “{text}”.")


def parse_school_code(text: str) -> str:
    """Return the school code: 8 digits (province, district, serial) or longer ones by commune. Raises Invalid."""
    return _matching(text, _SCHOOL_CODE, f"Mã trường phải có từ 8 đến 20 chữ số, nhận được “{text}”.")


def _matching(text: str, pattern: re.Pattern[str], refusal: str) -> str:
    code = text.strip()
    if pattern.fullmatch(code) is None:
        raise Invalid(refusal)
    return code


def normalise_name(text: str) -> str:
    """Return the text in NFC with single spaces; case and diacritics are kept."""
    return " ".join(unicodedata.normalize("NFC", text).split())


_LETTERS: Final = {letter: rank for rank, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES: Final = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền, hỏi, ngã, sắc, nặng

SyllableKey = tuple[tuple[int, ...], tuple[int, ...]]


def name_sort_key(full_name: str) -> tuple[SyllableKey, ...]:
    """Return the key of the class-list order: given name (the last word) first, then family and middle names.

    The Vietnamese alphabet decides (a ă â ... d đ ... o ô ơ), then the tone: ngang, huyền, hỏi, ngã, sắc, nặng,
    word by word as dictionaries do. Limits: letters outside the alphabet sort last by code point, case is ignored,
    and a hyphenated or foreign name counts as written.
    """
    *first, given = normalise_name(full_name).casefold().split(" ")
    return tuple(_syllable_key(word) for word in (given, *first))


@lru_cache(maxsize=4096)  # names are many, their syllables few
def _syllable_key(word: str) -> SyllableKey:
    letters, tones = [], []
    for sign in word:
        marks = unicodedata.normalize("NFD", sign)
        toneless = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES))
        letters.append(_LETTERS.get(toneless, len(_LETTERS) + ord(toneless[:1] or "\0")))
        tones.append(sum(_TONES.get(mark, 0) for mark in marks))
    return tuple(letters), tuple(tones)
