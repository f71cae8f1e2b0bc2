"""Changes that a certified document seems to allow (Mainka et al., Breaking the Specification, S&P 2021).

Evil annotation: a note laid over the contents. Sneaky signature: a signature whose picture lies over the contents.
"""

import io

import pytest
from asn1crypto.tsp import TimeStampReq, TimeStampResp
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper

from signing.verification.verdicts import Check
from tests.signing.stock import simple_signer
from tests.signing.verification.attackers import Change, page, picture, refused, signed_with_change, updated
from tests.signing.verification.objects import pdf
from tests.signing.verification.world import HOMEROOM, NOW, PRINCIPAL, TEACHER, World

OVER_IT_ALL = (40, 300, 555, 800)


def add_note(kind: str) -> Change:
    def add(writer: IncrementalPdfFileWriter) -> None:
        look = {"/N": writer.add_object(picture(b"1 0 0 rg 0 0 99 99 re f"))}
        note = {"/Type": "/Annot", "/Subtype": kind, "/Rect": list(OVER_IT_ALL), "/AP": look, "/F": 4}
        annotations = page(writer)["/Annots"]
        annotations.append(writer.add_object(pdf(note)))
        writer.update_container(annotations)

    return add


def grow_a_signed_field(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[pdf_name("/Rect")] = pdf(list(OVER_IT_ALL))
    writer.update_container(field)


def grow_the_next_field(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][1]
    field[pdf_name("/Rect")] = pdf(list(OVER_IT_ALL))
    writer.update_container(field)


def swap_a_stamp(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0]
    red = RawContent(b"1 0 0 rg 0 0 99 44 re f", box=BoxConstraints(150, 45)).as_form_xobject()
    field["/AP"][pdf_name("/N")] = writer.add_object(red)
    writer.update_container(field["/AP"])


def loosen_the_lock(writer: IncrementalPdfFileWriter) -> None:
    lock = writer.root["/AcroForm"]["/Fields"][2]["/Lock"]
    lock[pdf_name("/P")] = pdf(3)
    writer.update_container(lock)


def forget_certification(writer: IncrementalPdfFileWriter) -> None:
    del writer.root[pdf_name("/Perms")]
    writer.update_container(writer.root)


CHANGES = pytest.mark.parametrize(
    "change",
    [
        add_note("/FreeText"),
        add_note("/Stamp"),
        add_note("/Redact"),
        grow_a_signed_field,
        swap_a_stamp,
        loosen_the_lock,
        forget_certification,
    ],
    ids=["note", "stamp", "redaction", "grown", "swapped", "loosened", "forgotten"],
)


@CHANGES
def test_a_change_after_the_seal_is_found(record: bytes, world: World, change: Change) -> None:
    refused(updated(record, change), world, Check.WHOLE_FILE, Check.REVISIONS)


@CHANGES
def test_a_change_in_the_next_signer_s_own_revision_is_found(world: World, change: Change) -> None:
    signed = world.signed(world.cast.placed(), HOMEROOM)
    refused(world.sealed(signed_with_change(world, signed, PRINCIPAL, change)), world, Check.UNCHANGED_AFTER)


def test_the_place_of_a_signature_to_come_cannot_be_moved_over_the_contents(world: World) -> None:
    signed = world.signed(world.cast.placed(), HOMEROOM)
    moved = signed_with_change(world, signed, PRINCIPAL, grow_the_next_field)
    refused(world.sealed(moved), world, Check.UNCHANGED_AFTER)


def sneaked(world: World, document: bytes) -> bytes:
    """One more signature, whose field covers the page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    meta = PdfSignatureMetadata(field_name="extra", subfilter=SigSeedSubFilter.PADES)
    place = SigFieldSpec("extra", on_page=-1, box=OVER_IT_ALL)
    signed = PdfSigner(meta, simple_signer(world.cast.keys[TEACHER]), new_field_spec=place).sign_pdf(writer)
    assert isinstance(signed, io.BytesIO)
    return signed.getvalue()


def test_a_signature_more_after_the_seal_is_found(record: bytes, world: World) -> None:
    refused(sneaked(world, record), world, Check.PLAN, Check.WHOLE_FILE, Check.ALL_SIGNED)


def test_a_signature_more_between_two_is_found(world: World) -> None:
    signed = sneaked(world, world.signed(world.cast.placed(), HOMEROOM))
    signed = signed_with_change(world, signed, PRINCIPAL, lambda _: None)
    refused(signed, world, Check.PLAN, Check.REVISIONS)


def test_an_empty_field_more_is_found(record: bytes, world: World) -> None:
    def add(writer: IncrementalPdfFileWriter) -> None:
        append_signature_field(writer, SigFieldSpec("extra", on_page=-1, box=OVER_IT_ALL))

    refused(updated(record, add), world, Check.PLAN, Check.WHOLE_FILE)


class Stamper(TimeStamper):
    def __init__(self, world: World) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._service = world.stamps.stamper(NOW)

    async def async_request_tsa_response(self, req: TimeStampReq) -> TimeStampResp:
        return self._service.request_tsa_response(req)


def test_a_document_time_stamp_after_the_seal_is_found(record: bytes, world: World) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(record))
    stamped = PdfTimeStamper(Stamper(world)).timestamp_pdf(writer, "sha256")
    refused(stamped.getvalue(), world, Check.PLAN, Check.WHOLE_FILE)
