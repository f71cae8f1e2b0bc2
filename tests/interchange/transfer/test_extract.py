"""An extract as a national record: flagged, by the school that extracts, with the year where it was spent."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.documents import SignerContent
from interchange.national.checking import check
from interchange.national.codes import load_codes
from interchange.national.fields import Level
from interchange.national.json_form import read_record
from interchange.national.packet import Delivery, Event, stamped
from interchange.national.records import NationalRecord
from interchange.transfer.extract import ExtractIssue, extract_record, extract_records
from tests.documents import samples
from tests.documents.extract_samples import paper_extract
from tests.domain.transfers.test_extracts import EXTRACT

HEAD = SignerContent("principal", "Phạm Quốc Bảo", "079170000003", "Hiệu trưởng")
ISSUE = ExtractIssue("5b0f1e9c-0000-4000-8000-000000000009", samples.SCHOOL, HEAD, "2026-10-07")
PRIMARY = replace(EXTRACT, grade=3, conduct="", result="Hoàn thành tốt")


def record(extract: object = EXTRACT) -> NationalRecord:
    return extract_record(extract, ISSUE, samples.pupil(), load_codes())  # type: ignore[arg-type]


def test_the_header_says_that_it_is_an_extract_and_who_extracted_it() -> None:
    found = record()
    assert found.level is Level.SECONDARY
    said = {
        "trichluc": True,
        "namhoc": "2023-2024",
        "makhoi": "07",
        "tenlop": "7A2",
        "matruong": samples.SCHOOL.code,
        "tentruong": samples.SCHOOL.name,
        "hovaten": samples.pupil().full_name,
        "tengiamhieu": HEAD.name,
        "ngaykyphathanh": "2026-10-07",
        "canam": "K",
        "renluyencanam": "T",
        "duoclenlop": True,
    }
    assert {name: found.fields.get(name) for name in said} == said


def test_the_year_stands_where_it_was_spent() -> None:
    row = {"namhoc": "2023-2024", "tenlop": "7A2", "tentruong": "Trường THCS Mẫu", "tentinh": "Tỉnh Lâm Đồng"}
    assert record().children == {"quatrinhhoctap": (row,)}


def test_the_result_of_primary_school_stays_in_its_own_words() -> None:
    found = record(PRIMARY)
    assert (found.level, found.fields["xeploai"]) == (Level.PRIMARY, "Hoàn thành tốt")
    assert "canam" not in found.fields


@pytest.mark.parametrize(("result", "code"), [("chưa  đạt", "CĐ"), ("CĐ", "CĐ"), ("Giỏi", None), ("", None)])
def test_results_that_have_no_code_are_left_out(result: str, code: str | None) -> None:
    assert record(replace(EXTRACT, result=result)).fields.get("canam") == code


def test_what_is_missing_in_it_is_named_and_nothing_of_it_is_wrong() -> None:
    at = datetime(2026, 10, 7, tzinfo=UTC)
    refusals = check(stamped(record(), Delivery(ISSUE.record_uid, Event.NEW, 1, at, at)))
    assert {refusal.field for refusal in refusals} >= {"hocky1", "hocky2", "thongtu"}
    assert all("trống" in refusal.message for refusal in refusals)


def test_every_year_of_an_extract_is_attached_under_an_id_that_stays() -> None:
    content = paper_extract(2)
    found = extract_records(content, load_codes())
    assert list(found) == ["2024-2025", "2025-2026"]
    again = extract_records(replace(content, version=3, document_id="another"), load_codes())
    assert again == found
    [read, other] = (read_record(each) for each in found.values())
    assert (read.fields["trichluc"], read.fields["namhoc"]) == (True, "2024-2025")
    assert read.fields["madinhdanhhocba"] != other.fields["madinhdanhhocba"]
