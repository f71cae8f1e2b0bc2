"""A signature moved, doubled, emptied or mis-spelled, so that it seems to cover what it does not.

Universal signature forgery, incremental saving, signature wrapping (Mladenov et al.: 1 Trillion Dollar Refund, 2019).
"""

import hashlib
import re
from dataclasses import replace

import pytest
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from documents.form import place_fields
from domain.documents import SignatureField
from signing.cms_template import cms_template
from signing.pdf import BatchSigner, embed
from signing.verification.verdicts import Check, Verdict
from signing.verification.verify import verify
from tests.signing import samples
from tests.signing.conftest import raw_by
from tests.signing.verification.attackers import refused, updated
from tests.signing.verification.holes import hole
from tests.signing.verification.objects import pdf as made
from tests.signing.verification.world import HOMEROOM, PRINCIPAL, SEAL, SHEET, SIGNED, TEACHER, YEAR, World

_BYTE_RANGE = re.compile(rb"/ByteRange \[[^\]]*\] {8,}")


def respelled(pdf: bytes, old: bytes, new: bytes) -> bytes:
    """The last signature's dictionary with other words of the same length."""
    start, _ = hole(pdf)
    at = pdf.index(old, start)
    assert len(new) <= len(old)
    return pdf[:at] + new.ljust(len(old)) + pdf[at + len(old) :]


def with_byte_range(pdf: bytes, new: bytes) -> bytes:
    return respelled(pdf, [*_BYTE_RANGE.finditer(pdf)][-1][0], new)


def numbers(pdf: bytes) -> list[int]:
    return [int(each) for each in re.findall(rb"\d+", [*_BYTE_RANGE.finditer(pdf)][-1][0])]


def honestly_signed(world: World, old: bytes, new: bytes) -> bytes:
    """A sheet whose signature dictionary is spelled otherwise before it is signed, so that every digest fits."""
    key = world.cast.keys[TEACHER]
    prepared = BatchSigner(key.certificates, signed_at=SIGNED).prepare(world.cast.placed(SHEET), TEACHER)
    start, end = prepared.region_start, prepared.region_end
    at = prepared.pdf.index(old, end)
    assert len(old) == len(new)
    pdf = prepared.pdf[:at] + new + prepared.pdf[at + len(old) :]
    digest = hashlib.sha256(pdf[:start] + pdf[end:]).digest()
    attributes = cms_template(key.certificates, prepared.mechanism).signed_attributes(digest)
    prepared = replace(prepared, pdf=pdf, document_digest=digest, attrs_der=attributes)
    return embed(prepared, key.certificates, raw_by(key, prepared))


@pytest.mark.parametrize(
    "byte_range",
    [
        b"/ByteRangf [0 1 2 3]",
        b"/ByteRange null",
        b"/ByteRange []",
        b"/ByteRange [0 0 0 0]",
        b"/ByteRange [0 %d %d]",
        b"/ByteRange [0 -%d %d %d]",
        b"/ByteRange [0 %d -%d %d]",
        b"/ByteRange [0 %d %d -%d]",
        b"/ByteRange [-1 %d %d %d]",
        b"/ByteRange [1 %d %d %d]",
        b"/ByteRange [NaN %d %d %d]",
        b"/ByteRange [/NaN %d %d %d]",
        b"/ByteRange [(0) (%d) (%d) (%d)]",
        b"/ByteRange [0 %d.5 %d %d]",
        b"/ByteRange [0 %d %d 99999999999]",
        b"/ByteRange [0 99999999999 %d %d]",
        b"/ByteRange [0 %d %d %d 0 10]",
        b"/ByteRange [0 %d 0 %d]",
        b"/ByteRange 46 0 R",
        b"/ByteRange (0 1 2 3)",
    ],
)
def test_a_byte_range_out_of_shape_is_refused(record: bytes, world: World, byte_range: bytes) -> None:
    _, first, start, rest = numbers(record)
    fill = (first, start, rest)[: byte_range.count(b"%d")]
    refused(with_byte_range(record, byte_range % fill), world)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/SubFilter /ETSI.CAdES.detached", b"/SubFilter /ETSI.RFC3161       "),
        (b"/SubFilter /ETSI.CAdES.detached", b"/SubFilter /adbe.x509.rsa_sha1 "),
        (b"/SubFilter /ETSI.CAdES.detached", b"/SubFilter /ETSI.CAdES.detachex"),
        (b"/SubFilter /ETSI.CAdES.detached", b"/SubFiltex /ETSI.CAdES.detached"),
        (b"/SubFilter /ETSI.CAdES.detached", b"/SubFilter null                "),
    ],
)
def test_a_signature_of_another_kind_is_refused_though_its_digest_fits(world: World, old: bytes, new: bytes) -> None:
    assert verify(honestly_signed(world, old, old), world.roots).verdict is Verdict.INDETERMINATE
    refused(honestly_signed(world, old, new), world)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/Type /Sig\n", b"/Type /Six\n"),
        (b"/Type /Sig\n/Filter /Adobe.PPKLite", b"/Type /DocTimeStamp\n/Filter /Adob"),
    ],
)
def test_a_signature_of_another_type_is_refused_though_its_digest_fits(world: World, old: bytes, new: bytes) -> None:
    refused(honestly_signed(world, old, new), world, Check.INTACT)


@pytest.mark.parametrize("contents", [b"", b"00", b"0", b"3000", b"3080", b"FF" * 100, b"zz"])
def test_contents_that_are_no_signature_are_refused(record: bytes, world: World, contents: bytes) -> None:
    start, end = hole(record)
    refused(
        record[:start] + contents + b">" + b" " * (end - start - len(contents) - 1) + record[end + 1 :] + b"", world
    )


def test_contents_missing_or_null_are_refused(record: bytes, world: World) -> None:
    start, end = hole(record)
    refused(record[: start - 4] + b"x" + record[start - 3 :], world)
    refused(record[: start - 1] + b"null".ljust(end - start + 2) + record[end + 1 :], world)


def test_a_second_contents_is_refused(record: bytes, world: World) -> None:
    spaces = [*_BYTE_RANGE.finditer(record)][-1][0]
    refused(respelled(record, spaces, spaces.rstrip() + b" /Contents <3000>"), world)


@pytest.mark.parametrize("inside", [b" ", b"\n", b"%x\n"])
def test_white_space_inside_the_hole_is_refused(record: bytes, world: World, inside: bytes) -> None:
    start, end = hole(record)
    middle = start + 200
    altered = record[:middle] + inside + record[middle : end - len(inside)] + record[end:]
    assert len(altered) == len(record)
    refused(altered, world)


def test_bytes_put_between_the_two_ranges_are_refused(record: bytes, world: World) -> None:
    _, end = hole(record)
    junk = b"\n99 0 obj\n<</Type /Catalog>>\nendobj\n"
    _, first, start, rest = numbers(record)
    wrapped = record[: end + 1] + junk + record[end + 1 :]
    refused(with_byte_range(wrapped, b"/ByteRange [0 %d %d %d]" % (first, start + len(junk), rest)), world)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_copy_of_a_signature_over_the_old_bytes_is_refused(record: bytes, world: World, which: int) -> None:
    # The field points to a new object, whose ranges cover the file as it was; the rest of the file is the attacker's.
    def copy(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][which]
        old = field["/V"]
        field[pdf_name("/V")] = writer.add_object(made({key: old.raw_get(key) for key in old}))
        writer.update_container(field)

    refused(updated(record, copy), world, Check.WHOLE_FILE, Check.REVISIONS)


def test_one_signature_in_two_fields_is_refused(record: bytes, world: World) -> None:
    def share(writer: IncrementalPdfFileWriter) -> None:
        fields = writer.root["/AcroForm"]["/Fields"]
        first, second = fields[0], fields[1]
        second[pdf_name("/V")] = first.raw_get("/V")
        writer.update_container(second)

    refused(updated(record, share), world, Check.WHOLE_FILE)


@pytest.mark.parametrize("fields", [(HOMEROOM,), (PRINCIPAL,), (SEAL,), (HOMEROOM, PRINCIPAL, SEAL)])
def test_a_signature_taken_away_is_refused(record: bytes, world: World, fields: tuple[SignatureField, ...]) -> None:
    def take(writer: IncrementalPdfFileWriter) -> None:
        for at in range(3):
            field = writer.root["/AcroForm"]["/Fields"][at]
            if field["/T"] in fields:
                del field[pdf_name("/V")]
                writer.update_container(field)

    refused(updated(record, take), world, Check.ALL_SIGNED, Check.WHOLE_FILE)


def test_a_genuine_signature_in_another_record_is_refused(record: bytes, world: World) -> None:
    content = samples.render(samples.record_json(YEAR, world.cast.ids(), note="Hoàn thành xuất sắc"))
    other = world.sealed(world.signed(place_fields(content, samples.places(YEAR)), HOMEROOM, PRINCIPAL))
    for which, field in enumerate((HOMEROOM, PRINCIPAL, SEAL)):
        start, end = hole(record, which)
        place, stop = hole(other, which)
        taken = other[:place] + record[start:end].ljust(stop - place, b"0")[: stop - place] + other[stop:]
        found = refused(taken, world, Check.INTACT)
        assert field in [each.field for each in found.signatures if not each.findings[0].holds]
