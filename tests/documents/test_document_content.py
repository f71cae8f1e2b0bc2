"""The canonical bytes that are attached, hashed and signed."""

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

import pytest
import rfc8785

from documents.content import canonical_json, content_sha256, kind_of
from domain.documents import DocumentKind
from domain.year_records import DocumentContent
from tests.documents import class_samples, extract_samples, matter_samples, samples, secondary_samples

CASES = [
    (samples.year_record(), DocumentKind.YEAR_RECORD),
    (secondary_samples.secondary_record(), DocumentKind.YEAR_RECORD),
    (class_samples.class_summary(2), DocumentKind.CLASS_SUMMARY),
    (class_samples.subject_sheet(2), DocumentKind.SUBJECT_SHEET),
    (matter_samples.identity_page(), DocumentKind.IDENTITY_PAGE),
    (extract_samples.paper_extract(), DocumentKind.PAPER_EXTRACT),
    (matter_samples.transfer_result(), DocumentKind.TRANSFER_RESULT),
    (matter_samples.handover_minutes(), DocumentKind.HANDOVER_MINUTES),
]


@pytest.mark.parametrize(("content", "kind"), CASES)
def test_the_canonical_json_names_its_kind(content: DocumentContent, kind: DocumentKind) -> None:
    assert kind_of(content) is kind
    assert json.loads(canonical_json(content))["kind"] == kind.value


def test_keys_are_sorted_and_nothing_is_escaped_or_spaced() -> None:
    text = canonical_json(samples.year_record()).decode()
    assert text.startswith(
        '{"content":{"absent_excused":2,"absent_unexcused":1,"assessment_waived":false,"circular":"27/2020/TT-BGDĐT"'
    )
    assert text.endswith('"kind":"year_record"}')


ODD_TEXTS = [
    "",
    "Đạt, 8.5 điểm",
    "a:1.5",
    ":1e9",
    ",1234567890123456",
    "🙂",
    'dấu " và \\',
    "\u2028\x7f\x00\x1f\t\n",
    "NaN",
    "cuối\ue000",
]


@pytest.mark.parametrize(("content", "kind"), CASES)
@pytest.mark.parametrize("exchanged", [None, {"diem": "9", "ten": "Trần"}])
def test_the_bytes_are_those_of_rfc_8785(
    content: DocumentContent, kind: DocumentKind, exchanged: dict[str, object] | None
) -> None:
    whole: dict[str, Any] = {"kind": kind.value, "content": asdict(content)} | (
        {"record": exchanged} if exchanged else {}
    )
    assert canonical_json(content, exchanged) == rfc8785.dumps(whole)


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_so_are_the_bytes_of_odd_texts_and_numbers(text: str) -> None:
    content = replace(samples.year_record(), homeroom_comment=text)
    for exchanged in ({"diem": 1.0}, {"diem": [1e-7, 1e21, -0.0]}, {"\U0001f642": 1, "\ue000": 2}, {text: text}):
        whole: dict[str, Any] = {"kind": "year_record", "content": asdict(content), "record": exchanged}
        assert canonical_json(content, exchanged) == rfc8785.dumps(whole)


def test_a_number_that_json_has_no_word_for_is_refused() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        canonical_json(samples.year_record(), {"diem": float("nan")})


def test_the_hash_is_of_the_canonical_bytes() -> None:
    content = samples.year_record()
    assert content_sha256(content) == hashlib.sha256(canonical_json(content)).hexdigest()


def test_any_changed_field_changes_the_hash() -> None:
    content = samples.year_record()
    assert content_sha256(content) != content_sha256(replace(content, absent_excused=3))
    assert content_sha256(content) != content_sha256(replace(content, pupil=samples.pupil(2)))
