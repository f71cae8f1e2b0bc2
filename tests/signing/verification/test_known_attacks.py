"""What other programs were seen to accept on a sealed record: each is found here, and named.

Poppler's pdfsig says "Signature is Valid" to all but the first, MuPDF "valid but there have been edits".
"""

import pytest
from pyhanko.pdf_utils import embed
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signing.verification.verdicts import Check
from tests.signing.verification.attackers import Change, page, refused, signed_with_change, updated
from tests.signing.verification.objects import pdf, stream
from tests.signing.verification.test_times import found_in
from tests.signing.verification.world import HOMEROOM, PRINCIPAL, World


def repaint(writer: IncrementalPdfFileWriter) -> None:
    page(writer)[pdf_name("/Contents")] = writer.add_object(stream(b"0 0 1 rg 100 400 300 100 re f"))


def swap_pages(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    pages[pdf_name("/Kids")] = pdf([*reversed(pages["/Kids"])])
    writer.update_container(pages)


def take_a_page_out(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    pages[pdf_name("/Kids")], pages[pdf_name("/Count")] = pdf([pages["/Kids"].raw_get(0)]), pdf(1)
    writer.update_container(pages)


def attach(writer: IncrementalPdfFileWriter) -> None:
    file = embed.EmbeddedFileObject.from_file_data(writer, data=b"{}", mime_type="application/json")
    embed.embed_file(writer, embed.FileSpec("more.json", embedded_data=file))


def swap_the_attachment(writer: IncrementalPdfFileWriter) -> None:
    specification = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]
    specification["/EF"][pdf_name("/F")] = writer.add_object(stream(b"{}", Type="/EmbeddedFile"))
    writer.update_container(specification["/EF"])


ALL = pytest.mark.parametrize("change", [repaint, swap_pages, take_a_page_out, attach, swap_the_attachment])


@ALL
def test_a_change_after_the_seal_is_found_by_every_signature(record: bytes, world: World, change: Change) -> None:
    found = refused(updated(record, change), world, Check.WHOLE_FILE, Check.REVISIONS)
    assert found.failures().count(Check.UNCHANGED_AFTER) == 3


@ALL
def test_a_change_before_the_seal_is_found_by_those_who_had_signed(world: World, change: Change) -> None:
    signed = updated(world.signed(world.cast.placed(), HOMEROOM, PRINCIPAL), change)
    found = refused(world.sealed(signed), world, Check.REVISIONS)
    assert found.failures().count(Check.UNCHANGED_AFTER) == 2


@ALL
def test_a_change_in_the_revision_of_a_signature_is_found_by_the_one_before(world: World, change: Change) -> None:
    signed = signed_with_change(world, world.signed(world.cast.placed(), HOMEROOM), PRINCIPAL, change)
    found = refused(world.sealed(signed), world)
    unchanged = [found_in(each, Check.UNCHANGED_AFTER).holds for each in found.signatures]
    assert (unchanged[0], unchanged[2]) == (False, True)


def test_the_attachment_and_the_printed_hash_are_held_against_each_other(record: bytes, world: World) -> None:
    refused(updated(record, attach), world, Check.RECORD_ATTACHED)
    refused(updated(record, swap_the_attachment), world, Check.RECORD_ATTACHED, Check.HASH_PRINTED)


def test_a_byte_changed_anywhere_breaks_every_digest_above_it(record: bytes, world: World) -> None:
    at = record.index(b"%PDF-1.7") + 7
    found = refused(record[:at] + b"6" + record[at + 1 :], world)
    assert [each.findings[0].check for each in found.signatures if not each.findings[0].holds] == [Check.INTACT] * 3
