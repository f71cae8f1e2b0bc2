"""Where signatures have their places: empty, apart, on the lines that name their signers."""

from dataclasses import replace
from itertools import combinations

import pytest
from pypdfium2 import PdfDocument

from documents.places import LAST_PAGE, layout_of, places_of
from documents.render import Renderer
from domain.documents import FIELDS, DocumentKind, SignatureField, subject_field
from domain.errors import Invalid
from domain.signature_places import SEAL_COVERS, SEAL_DIAMETER, SEAL_WORDS, SignaturePlace
from domain.year_records import DocumentContent, SecondaryRecordContent
from tests.documents import samples
from tests.documents.reading import page_texts, text_touching
from tests.documents.secondary_samples import (
    GRADE_6,
    GRADE_10,
    MOST,
    longest_secondary_record,
    secondary_record,
    signed_by_subjects,
)
from tests.documents.test_pdf_files import CONTENTS, SEALED

SIGNED = [
    signed_by_subjects(secondary_record(1, GRADE_6[:8])),
    signed_by_subjects(secondary_record(2, GRADE_6)),
    signed_by_subjects(secondary_record(3, GRADE_10, 10)),
    signed_by_subjects(longest_secondary_record(MOST[:13])),
    signed_by_subjects(longest_secondary_record()),
]


def overlap(one: SignaturePlace, other: SignaturePlace) -> bool:
    (a1, b1, a2, b2), (c1, d1, c2, d2) = one.box, other.box
    return one.page == other.page and a1 < c2 and c1 < a2 and b1 < d2 and d1 < b2


@pytest.mark.parametrize("content", [*CONTENTS, *SIGNED])
def test_the_boxes_for_signatures_are_empty(renderer: Renderer, content: DocumentContent) -> None:
    rendered = renderer.render(content)
    for place in places_of(content):
        assert text_touching(rendered.pdf, place.box, place.page) == []


@pytest.mark.parametrize("content", CONTENTS)
def test_places_stand_in_signing_order_and_people_sign_apart(content: DocumentContent) -> None:
    places = places_of(content)
    assert [place.field for place in places] == [signer.field for signer in content.signers]
    people = [place for place in places if place.field != SignatureField.SEAL]
    assert {y2 - y1 for _, y1, _, y2 in (one.box for one in people if one.page == LAST_PAGE)} == {45}
    assert not any(overlap(one, other) for one, other in combinations(people, 2))


@pytest.mark.parametrize("content", SEALED)
def test_the_seal_has_its_real_size_and_covers_a_third_of_the_principals_box_at_its_left(
    content: DocumentContent,
) -> None:
    boxes = {place.field: place.box for place in places_of(content)}
    (left, low, right, high), (x1, y1, x2, y2) = boxes[SignatureField.SEAL], boxes[SignatureField.PRINCIPAL]
    assert 0 <= right - left - SEAL_DIAMETER < 1
    assert 0 <= high - low - SEAL_DIAMETER - SEAL_WORDS < 1
    assert left < x1
    assert right - x1 == pytest.approx((x2 - x1) * SEAL_COVERS)
    assert low + SEAL_WORDS < y1 < y2 < high


@pytest.mark.parametrize("content", SEALED)
def test_the_principals_name_stands_beside_the_seal_however_long(renderer: Renderer, content: DocumentContent) -> None:
    *others, principal, seal = content.signers
    asked = replace(principal, name=samples.LONG_NAME, position="Phó Hiệu trưởng phụ trách")
    pdf = renderer.render(replace(content, signers=(*others, asked, seal))).pdf
    boxes = {place.field: place.box for place in places_of(content)}
    assert text_touching(pdf, boxes[SignatureField.SEAL]) == []
    x1, y1, x2, _ = boxes[SignatureField.PRINCIPAL]
    assert "Phó Hiệu trưởng phụ trách" in " ".join(text_touching(pdf, (x1, y1 - 40, x2, y1)))


@pytest.mark.parametrize("record", SIGNED)
def test_each_subject_has_a_box_above_the_name_of_its_teacher(
    renderer: Renderer, record: SecondaryRecordContent
) -> None:
    pdf = renderer.render(record).pdf
    assert len(page_texts(pdf)) == 2
    for line, place in zip(record.subjects, places_of(record), strict=False):
        x1, y1, x2, y2 = place.box
        assert (place.field, place.page) == (subject_field(line.subject), 0)
        assert x2 - x1 >= 84
        assert y2 - y1 >= 29
        assert " ".join(text_touching(pdf, (x1, y1 - 9, x2, y1), place.page)) == line.teacher


@pytest.mark.parametrize("record", SIGNED)
def test_every_comment_stands_in_its_row(renderer: Renderer, record: SecondaryRecordContent) -> None:
    pdf, rows = renderer.render(record).pdf, layout_of(record).rows
    assert rows is not None
    page = PdfDocument(pdf)[0].get_textpage()
    for line, place in zip(record.subjects, places_of(record), strict=False):
        x1, _, _, top = place.box
        row = page.get_text_bounded(0, top - rows.height, x1 - 3, top)
        marks = [mark.replace(".", ",") or "–" for mark in (line.hk1, line.hk2, line.year, line.retest)]
        assert " ".join(row.split()) == " ".join((line.name, *marks, line.comment))


def test_only_the_subjects_of_the_plan_have_a_box(renderer: Renderer) -> None:
    record = SIGNED[1]
    some = replace(record, signers=(record.signers[0], record.signers[3], *record.signers[-3:]))
    places = places_of(some)
    assert [place.field for place in places] == [signer.field for signer in some.signers]
    assert places[1].box == places_of(record)[3].box
    first, _ = page_texts(renderer.render(some).pdf)
    assert all(line.teacher in first for line in record.subjects)


def test_a_record_that_subject_teachers_do_not_sign_has_the_usual_places() -> None:
    for content in (samples.year_record(), secondary_record()):
        assert tuple(place.field for place in places_of(content)) == FIELDS[DocumentKind.YEAR_RECORD]


def test_more_subjects_than_have_room_for_a_signature_are_refused(renderer: Renderer) -> None:
    subjects = (*MOST, ("tieng_anh_2", "Tiếng Anh 2", "TA 2", True))
    with pytest.raises(Invalid, match="16 môn học, chỉ đủ chỗ cho chữ ký của 15"):
        renderer.render(signed_by_subjects(secondary_record(1, subjects, 10)))
    assert len(page_texts(renderer.render(secondary_record(1, subjects, 10)).pdf)) == 2
