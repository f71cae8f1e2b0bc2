"""The empty signature fields that a document is written with, beside those that pyHanko would place."""

import io
import re
from dataclasses import replace

import pytest
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    append_signature_field,
    enumerate_sig_fields,
)

from documents.compact import compact
from documents.form import place_fields, with_fields
from documents.pdf_objects import cut
from documents.places import places_of
from documents.render import Renderer, RenderFailed
from documents.stamp_font import stamp_font
from domain.documents import DocumentKind, SignatureField
from domain.signature_places import SignaturePlace
from tests.documents import samples, secondary_samples
from tests.signing.samples import record_json
from tests.signing.samples import render as plain

PLACES = places_of(samples.year_record())
# A field's place in the file and its empty appearance may differ.
APART = {"/P", "/AP", "/Lock"}


@pytest.fixture(scope="module")
def typst_pdf() -> bytes:
    return plain(record_json(DocumentKind.YEAR_RECORD, dict.fromkeys(SignatureField, "079190000010")))


def fields_of(pdf: bytes) -> list[DictionaryObject]:
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    return [reference.get_object() for _, _, reference in enumerate_sig_fields(reader)]


def as_pyhanko_places_them(pdf: bytes, places: list[SignaturePlace]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=True)
    for place in places:
        lock = place.field == SignatureField.SEAL
        spec = SigFieldSpec(
            place.field,
            on_page=place.page,
            box=place.box,
            readable_field_name=place.label,
            field_mdp_spec=FieldMDPSpec(FieldMDPAction.ALL) if lock else None,
            doc_mdp_update_value=MDPPerm.NO_CHANGES if lock else None,
        )
        append_signature_field(writer, spec)
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


@pytest.mark.parametrize("page", [0, 1, -1])
def test_fields_are_those_that_pyhanko_would_place(typst_pdf: bytes, page: int) -> None:
    places = [SignaturePlace(each.field, each.label, page, each.box) for each in PLACES]
    ours = fields_of(place_fields(typst_pdf, places))
    theirs = fields_of(as_pyhanko_places_them(typst_pdf, places))
    assert len(ours) == len(PLACES)
    for mine, other, (x1, y1, x2, y2) in zip(ours, theirs, [each.box for each in PLACES], strict=True):
        assert {key: mine[key] for key in mine.keys() - APART} == {key: other[key] for key in other.keys() - APART}
        assert ("/Lock" in mine) == ("/Lock" in other) == (mine["/T"] == "seal")
        assert "/Lock" not in mine or mine["/Lock"] == other["/Lock"]
        assert mine["/P"].raw_get("/Contents") == other["/P"].raw_get("/Contents")
        assert [abs(float(side)) for side in mine["/AP"]["/N"]["/BBox"]] == [0, 0, x2 - x1, y2 - y1]


def test_each_field_is_shown_on_its_page_alone(typst_pdf: bytes) -> None:
    homeroom, principal, seal = (
        SignaturePlace(each.field, each.label, page, each.box) for each, page in zip(PLACES, (0, 1, 1), strict=True)
    )
    reader = PdfFileReader(io.BytesIO(place_fields(typst_pdf, [homeroom, principal, seal])), strict=True)
    pages = [page.get_object() for page in reader.root["/Pages"]["/Kids"]]
    shown = [[str(field.get_object()["/T"]) for field in page["/Annots"]] for page in pages]
    assert shown == [["homeroom"], ["principal", "seal"]]


def test_a_record_has_a_field_for_each_subject_before_all_others(renderer: Renderer) -> None:
    record = secondary_samples.signed_by_subjects(secondary_samples.secondary_record())
    fields = [(str(field["/T"]), str(field["/TU"])) for field in fields_of(renderer.render(record).pdf)]
    subjects = [(f"subject_teacher_{one.subject}", f"Chữ ký của giáo viên môn {one.name}") for one in record.subjects]
    assert fields[:-3] == subjects
    assert [name for name, _ in fields[-3:]] == ["homeroom", "principal", "seal"]


def test_everything_is_in_the_first_revision(typst_pdf: bytes) -> None:
    reader = PdfFileReader(io.BytesIO(place_fields(typst_pdf, PLACES)), strict=True)
    assert reader.total_revisions == 1
    assert list(reader.root["/AcroForm"]["/DR"]["/Font"]) == ["/" + stamp_font()[0]]


@pytest.mark.parametrize(
    ("kind", "entry"), [(b"<</Type/Catalog/", b"/AcroForm 9 0 R"), (b"<</Type/Page/", b"/Annots[9 0 R]")]
)
def test_a_document_with_a_form_takes_no_other(typst_pdf: bytes, kind: bytes, entry: bytes) -> None:
    file = cut(typst_pdf)
    objects = [one.with_entries(entry) if one.body.startswith(kind) else one for one in file.objects]
    with pytest.raises(ValueError, match="already"):
        with_fields(replace(file, objects=tuple(objects)), PLACES)


def test_pages_out_of_order_are_refused(typst_pdf: bytes) -> None:
    file = cut(typst_pdf)
    turned = [one._replace(data=re.sub(rb"Kids\[(.+? R) (.+? R)\]", rb"Kids[\2 \1]", one.data)) for one in file.objects]
    with pytest.raises(ValueError, match="order"):
        with_fields(replace(file, objects=tuple(turned)), PLACES)


def test_a_layout_that_is_not_understood_fails_the_paper_alone(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("documents.form.cut", lambda pdf: cut(pdf[:-6]))
    with pytest.raises(RenderFailed):
        renderer.render(samples.year_record())


def test_a_name_that_looks_like_a_page_is_none(renderer: Renderer) -> None:
    content = samples.year_record()
    named = replace(content, pupil=replace(content.pupil, full_name="<</Type/Page/ <</Type/Catalog/ endstream"))
    assert len(fields_of(renderer.render(named).pdf)) == len(PLACES)


@pytest.mark.parametrize("broken", [b"", b"%PDF-1.7\n", b"%PDF-1.7\ntrailer\n<</Size 1>>\nstartxref\n0\n%%EOF"])
def test_a_file_not_laid_out_by_typst_is_not_taken_apart(broken: bytes) -> None:
    with pytest.raises(ValueError, match="PDF"):
        compact(cut(broken))
