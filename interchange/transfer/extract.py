"""From an extract (trích lục) to the national record: its header, and the year's place in the pupil's schooling.

The school of the header is the one that extracts: it signs, and it sends the record. Where and in which class the year
was spent stands in `quatrinhhoctap`. Subjects are in the original's own words and have no codes, so they are left out.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

from domain.documents import PupilContent, SchoolContent, SignatureField, SignerContent
from domain.matter_papers import PaperExtractContent
from domain.rules.school_levels import SchoolLevel, level_of
from domain.transfers.extracts import PaperExtract
from interchange.national.codes import CodeList, CodeLists, code_or_empty
from interchange.national.fields import Level
from interchange.national.json_form import written
from interchange.national.mapping import profile_fields
from interchange.national.records import NationalRecord, Row, Value

_YEARS: Final = UUID("c1b6a7de-3f42-4c0e-9f0b-0d5a8e6c7714")
_IN_FORCE: Final = "1"
# Codes of learning and conduct results (list data_green_g03_gddt028), by what an original calls them.
_LEVELS: Final = {"tốt": "T", "khá": "K", "đạt": "Đ", "chưa đạt": "CĐ"}


@dataclass(frozen=True)
class ExtractIssue:
    """Under which id the receiving school issues an extract, who signs it for the school, and when (ISO date)."""

    record_uid: str
    extractor: SchoolContent
    head: SignerContent
    date: str


def extract_record(extract: PaperExtract, issue: ExtractIssue, pupil: PupilContent, codes: CodeLists) -> NationalRecord:
    """The national record of an extract, flagged `trichluc`; what the original does not say is left out.

    `interchange.national.checking` names what is missing in it. Raises Invalid for a grade outside 1 to 12.
    """
    level = level_of(extract.grade)
    fields: dict[str, Value] = {
        "trangthaithongtinhocba": _IN_FORCE,
        "trichluc": True,
        "phienbanthongtinhocba": "1",
        "madinhdanhhocba": issue.record_uid,
        "namhoc": extract.school_year,
        "macaphoc": code_or_empty(codes, CodeList.SCHOOL_LEVEL, level.value),
        "makhoi": code_or_empty(codes, CodeList.GRADE, str(extract.grade)),
        "tenlop": extract.class_name,
        "cokhuyettatkhongdanhgia": False,
        "duoclenlop": extract.promoted,
        **profile_fields(issue.extractor, pupil, codes),
        **_signed(issue),
    }
    rows = {"quatrinhhoctap": (_schooling(extract),)}
    if level is SchoolLevel.PRIMARY:
        return NationalRecord(Level.PRIMARY, fields | {"xeploai": extract.result}, rows)
    return NationalRecord(Level.SECONDARY, fields | _results(extract), rows)


def extract_records(content: PaperExtractContent, codes: CodeLists) -> dict[str, Any]:
    """What is attached to an extract: the national record of each of its years, as `json_form.written` has it.

    A year's id is the same in every version of the extract.
    """
    head = next(each for each in content.signers if each.field == SignatureField.PRINCIPAL)
    found = {}
    for year in content.years:
        uid = uuid5(_YEARS, f"{content.school.code}/{content.pupil.pupil_code}/{year.school_year}")
        issue = ExtractIssue(str(uid), content.school, head, content.date)
        found[year.school_year] = written(extract_record(year, issue, content.pupil, codes))
    return found


def _signed(issue: ExtractIssue) -> Row:
    return {
        "tengiamhieu": issue.head.name,
        "soddcngiamhieu": issue.head.signer_id,
        "chucvugiamhieu": issue.head.position,
        "diadanhphathanh": issue.extractor.place,
        "ngaykyphathanh": issue.date,
        "ngaytao": issue.date,
    }


def _results(extract: PaperExtract) -> dict[str, Value]:
    """Results that an original names otherwise (“Giỏi”) have no code, and are left out."""
    return {"canam": _level(extract.result), "renluyencanam": _level(extract.conduct)}


def _level(text: str) -> str:
    said = " ".join(text.lower().split())
    return _LEVELS.get(said, text if text in _LEVELS.values() else "")


def _schooling(extract: PaperExtract) -> Row:
    return {
        "namhoc": extract.school_year,
        "tenlop": extract.class_name,
        "tentruong": extract.school,
        "tentinh": extract.province,
    }
