"""The canonical bytes that are attached, hashed and signed."""

import hashlib
import json
from dataclasses import replace

import pytest

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


def test_the_hash_is_of_the_canonical_bytes() -> None:
    content = samples.year_record()
    assert content_sha256(content) == hashlib.sha256(canonical_json(content)).hexdigest()


def test_any_changed_field_changes_the_hash() -> None:
    content = samples.year_record()
    assert content_sha256(content) != content_sha256(replace(content, absent_excused=3))
    assert content_sha256(content) != content_sha256(replace(content, pupil=samples.pupil(2)))
