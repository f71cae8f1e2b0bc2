"""Variants of the published attacks that other programs fell for one by one, byte by byte.

Signature wrapping with a cross-reference of the attacker's where the reader looks for it, and with the signed bytes put
elsewhere (SWA 1 and 2); incremental saving with the signature's own object written anew, or with a half of a revision
(ISA 2 to 4: Mladenov et al., 2019); shadows that a cross-reference alone lifts (hide by freeing, hide and replace by
another object of the same number: Mainka et al., 2021); every kind of note (EAA: Mainka et al., 2021).
"""

import io
import re

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signing.verification.verdicts import Check
from tests.signing.verification.attackers import page, refused, signed_with_change, updated
from tests.signing.verification.holes import hole
from tests.signing.verification.raw_updates import appended, catalogue_number, last_startxref, with_table
from tests.signing.verification.test_certification_attacks import add_note
from tests.signing.verification.test_shadow_attacks import cover
from tests.signing.verification.test_wrapping_attacks import numbers, with_byte_range
from tests.signing.verification.world import HOMEROOM, PRINCIPAL, World

EVIL = b"<</Type/Catalog/Pages 901 0 R>>"
EVIL_PAGES = {
    900: EVIL,
    901: b"<</Type/Pages/Count 1/Kids[902 0 R]>>",
    902: b"<</Type/Page/Parent 901 0 R/MediaBox[0 0 9 9]>>",
}
# Those with a look of their own are in test_certification_attacks.
NOTES = (
    "/Text", "/Link", "/Highlight", "/Ink", "/Popup", "/FileAttachment", "/Screen", "/Watermark", "/3D", "/RichMedia",
)  # fmt: skip


def with_evil(pdf: bytes) -> bytes:
    """An update whose catalogue shows the attacker's page."""
    return appended(pdf, {catalogue_number(pdf): EVIL, **EVIL_PAGES})


def evil_section(at: int) -> bytes:
    """Objects and a classical cross-reference that stands, with them before it, so that it begins at `at`."""
    body, places = b"", dict[int, int]()
    for number, content in EVIL_PAGES.items():
        places[number] = len(body)
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = at - len(body)
    rows = b"".join(b"%010d 00000 n \n" % (start + places[number]) for number in sorted(places))
    return body + b"xref\n900 3\n%btrailer\n<</Size 999/Root 900 0 R>>\n" % rows


def test_a_cross_reference_put_where_the_old_end_points_is_found(record: bytes, world: World) -> None:
    """The signed bytes move back, their `startxref` still says where the reader looks, and there the attacker waits."""
    _, end = hole(record)
    wanted = last_startxref(record)
    section = evil_section(wanted)
    body = section.index(b"xref\n")
    space = wanted - body - (end + 1)
    assert space > 0
    junk = b"\n".ljust(space) + section
    junk += b" " * (4096 - len(junk) % 4096)
    assert (record[: end + 1] + junk)[wanted:].startswith(b"xref\n")
    _, first, start, rest = numbers(record)
    wrapped = record[: end + 1] + junk + record[end + 1 :]
    refused(with_byte_range(wrapped, b"/ByteRange [0 %d %d %d]" % (first, start + len(junk), rest)), world)


def test_the_signed_bytes_put_behind_the_attackers_are_found(record: bytes, world: World) -> None:
    """The second range is copied to the end, where its digest fits; what stands in its place is the attacker's."""
    _, first, start, rest = numbers(record)
    evil = with_evil(record)
    moved = evil + record[start : start + rest]
    forged = with_byte_range(moved, b"/ByteRange [0 %d %d %d]" % (first, len(evil), rest))
    refused(forged, world)
    refused(forged + b"startxref\n%d\n%%%%EOF\n" % last_startxref(evil), world)


def test_the_second_range_copied_into_the_hole_is_found(record: bytes, world: World) -> None:
    start, end = hole(record)
    _, first, second, rest = numbers(record)
    digits = record[start:end].rstrip(b"0")
    inside = record[start : start + len(digits) + 2] + b">" + record[second : second + rest]
    refused(with_byte_range(record[:start] + inside, b"/ByteRange [0 %d %d %d]" % (first, len(inside), rest)), world)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_signature_written_anew_under_its_own_number_is_found(record: bytes, world: World, which: int) -> None:
    """The same dictionary, byte for byte, after the attacker's update: its ranges cover the file as it was."""
    found = [*re.finditer(rb"(\d+) 0 obj\s*(<<(?:(?!endobj).)*?/ByteRange.*?>>)\s*endobj", record, re.DOTALL)][which]
    forged = appended(record, {int(found[1]): found[2], catalogue_number(record): EVIL, **EVIL_PAGES})
    refused(forged, world)
    reader_s_own = appended(record, {int(found[1]): found[2]})
    refused(reader_s_own, world, Check.WHOLE_FILE)


@pytest.mark.parametrize(
    "left_out", [rb"startxref\n\d+\n", rb"%%EOF\n", rb"/Prev \d+", rb"/Root \d+ 0 R", rb"endobj\n(?=startxref)"]
)
def test_a_revision_of_which_a_part_is_missing_is_found(record: bytes, world: World, left_out: bytes) -> None:
    """Some readers mend it and show it; some do not count it as a revision."""
    evil = with_evil(record)
    more = evil[len(record) :]
    assert re.search(left_out, more)
    refused(record + re.sub(left_out, b"", more), world)


def cover_number(pdf: bytes) -> int:
    """Of the object that lies over the page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    reference = page(writer)["/Resources"]["/XObject"].raw_get("/Cover")
    return int(reference.idnum)


def test_a_cover_that_is_freed_by_the_cross_reference_is_found(world: World) -> None:
    placed = updated(world.cast.placed(), cover)
    sealed = world.sealed(world.signed(placed, HOMEROOM, PRINCIPAL))
    number = cover_number(sealed)
    trailer = b"/Size 999/Root %d 0 R/Prev %d" % (catalogue_number(sealed), last_startxref(sealed))
    refused(with_table(sealed, b"%d 1\n0000000000 00001 f \n" % number, trailer), world)


def test_a_second_object_of_the_same_number_that_waits_unseen_is_found(world: World) -> None:
    """It stands in the file before anybody signs, and nothing names it until a cross-reference does."""
    placed = updated(world.cast.placed(), cover)
    number = cover_number(placed)
    hidden = b"%d 0 obj\n<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 0>>\nstream\n\nendstream\nendobj\n" % number
    at = placed.rindex(b"startxref")
    place = at
    waiting = placed[:at] + hidden + placed[at:]
    sealed = world.sealed(world.signed(waiting, HOMEROOM, PRINCIPAL))
    trailer = b"/Size 999/Root %d 0 R/Prev %d" % (catalogue_number(sealed), last_startxref(sealed))
    assert sealed[place:].startswith(b"%d 0 obj" % number)
    refused(with_table(sealed, b"%d 1\n%010d 00000 n \n" % (number, place), trailer), world, Check.WHOLE_FILE)


@pytest.mark.parametrize("kind", NOTES)
def test_a_note_of_any_kind_between_two_signatures_is_found(world: World, signed: bytes, kind: str) -> None:
    refused(signed_with_change(world, signed, PRINCIPAL, add_note(kind)), world, Check.UNCHANGED_AFTER, Check.STATIC)


@pytest.fixture(scope="module")
def signed(world: World) -> bytes:
    return world.signed(world.cast.placed(), HOMEROOM)


def test_a_note_that_is_there_before_anybody_signs_is_found(world: World) -> None:
    placed = updated(world.cast.placed(), add_note("/Watermark"))
    refused(world.sealed(world.signed(placed, HOMEROOM, PRINCIPAL)), world, Check.STATIC)
