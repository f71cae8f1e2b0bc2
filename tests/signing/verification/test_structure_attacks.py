"""Files whose structure is made to mislead or to exhaust a reader: each ends in a verdict, none in an exception."""

import re
import subprocess
import zlib
from pathlib import Path

import pytest

from signing.errors import Unreadable
from signing.verification.verdicts import Check, Verdict
from signing.verification.verify import verify
from tests.signing.conftest import tool
from tests.signing.verification.attackers import refused
from tests.signing.verification.raw_updates import appended, catalogue_number, last_startxref, with_table
from tests.signing.verification.world import World

MANY = 64 * 1024 * 1024


def flate(content: bytes, entries: bytes = b"") -> bytes:
    packed = zlib.compress(content, 9)
    return b"<</Filter/FlateDecode/Length %d%b>>\nstream\n%b\nendstream" % (len(packed), entries, packed)


def object_stream(content: bytes, number: int, *, count: int = 1) -> bytes:
    head = b"%d 0 " % number
    return flate(head + content, b"/Type/ObjStm/N %d/First %d" % (count, len(head)))


@pytest.mark.parametrize("junk", [b"\n", b"junk", b"%%EOF\n", bytes(1000)])
def test_bytes_after_the_end_are_found(record: bytes, world: World, junk: bytes) -> None:
    refused(record + junk, world)


def test_a_file_cut_back_to_an_earlier_revision_is_found(record: bytes, world: World) -> None:
    ends = [match.end() for match in re.finditer(b"%%EOF\n", record)]
    for signatures, end in enumerate(ends[:-1]):
        found = refused(record[:end], world, Check.ALL_SIGNED, Check.WHOLE_FILE)
        assert len(found.signatures) == signatures
    assert (len(ends), ends[-1]) == (4, len(record))


@pytest.mark.parametrize("which", [0, 1, 2])
def test_an_end_that_points_back_to_an_earlier_revision_is_found(record: bytes, world: World, which: int) -> None:
    back = record + b"startxref\n%d\n%%%%EOF\n" % last_startxref(record, which)
    refused(back, world, Check.WHOLE_FILE, Check.ALL_SIGNED)


def test_objects_without_a_cross_reference_are_found(record: bytes, world: World) -> None:
    catalogue = b"%d 0 obj\n<</Type/Catalog>>\nendobj\n" % catalogue_number(record)
    refused(record + catalogue, world)
    refused(record + catalogue + b"startxref\n%d\n%%%%EOF\n" % last_startxref(record), world, Check.WHOLE_FILE)


def test_a_revision_that_changes_nothing_is_found(record: bytes, world: World) -> None:
    refused(appended(record, {}), world, Check.WHOLE_FILE, Check.REVISIONS)


def test_a_cross_reference_that_follows_itself_is_found(record: bytes, world: World) -> None:
    refused(appended(record, {}, prev=len(record)), world, Check.STRUCTURE)


def test_two_cross_references_that_follow_each_other_are_found(record: bytes, world: World) -> None:
    first = appended(record, {}, prev=10**9)
    second = last_startxref(appended(first, {}))
    looped = appended(first.replace(b"/Prev 1000000000", b"/Prev %d" % second), {})
    refused(looped, world, Check.STRUCTURE)


@pytest.mark.parametrize("prev", [b"-1", b"0", b"999999999", b"null", b"(x)", b"1.5", b"46 0 R"])
def test_a_cross_reference_that_follows_nonsense_is_found(record: bytes, world: World, prev: bytes) -> None:
    broken = appended(record, {}, prev=777_777_777).replace(b"/Prev 777777777", b"/Prev " + prev)
    refused(broken, world)


def test_one_object_listed_twice_is_found(record: bytes, world: World) -> None:
    entry = b"%010d 00000 n \n" % 15
    number = catalogue_number(record)
    trailer = b"/Size 99/Root %d 0 R/Prev %d" % (number, last_startxref(record))
    listed = b"%d 1\n%b%d 1\n%b" % (number, entry, number, entry)
    refused(with_table(record, listed, trailer), world, Check.STRUCTURE)


def test_a_hybrid_file_is_found(record: bytes, world: World) -> None:
    hidden = appended(record, {})
    number, stream = catalogue_number(record), last_startxref(hidden)
    trailer = b"/Size 99/Root %d 0 R/Prev %d/XRefStm %d" % (number, last_startxref(record), stream)
    refused(with_table(hidden, b"0 1\n0000000000 65535 f \n", trailer), world)


def test_a_claim_of_a_million_million_objects_is_found(record: bytes, world: World) -> None:
    refused(appended(record, {}, extra=b"/Index[0 1000000000000]"), world, Check.STRUCTURE)
    claimed = appended(record, {}).replace(b"/Index[501 1]", b"/Index[501 999999999999]")
    refused(claimed, world, Check.STRUCTURE)


def test_an_object_stream_that_swells_without_end_is_found(record: bytes, world: World) -> None:
    number = catalogue_number(record)
    bomb = object_stream(b"<</Type/Catalog/Pad(" + b"a" * MANY + b")>>", number)
    assert len(bomb) < 100_000
    refused(appended(record, {600: bomb}, {number: (600, 0)}), world, Check.STRUCTURE)


@pytest.mark.parametrize("opening", [b"[", b"<</A "])
def test_an_object_nested_without_end_is_found(record: bytes, world: World, opening: bytes) -> None:
    number = catalogue_number(record)
    deep = object_stream(opening * 1_000_000, number)
    refused(appended(record, {600: deep}, {number: (600, 0)}), world, Check.STRUCTURE)
    refused(appended(record, {number: opening * 100_000}), world, Check.STRUCTURE)


def test_an_object_stream_inside_itself_is_found(record: bytes, world: World) -> None:
    number = catalogue_number(record)
    refused(appended(record, {}, {number: (600, 0), 600: (600, 0)}), world, Check.STRUCTURE)


def test_a_length_that_refers_to_its_own_stream_is_found(record: bytes, world: World) -> None:
    number = catalogue_number(record)
    loop = b"<</Type/ObjStm/N 1/First 4/Length 600 0 R>>\nstream\n46 0 <<>>\nendstream"
    refused(appended(record, {600: loop}, {number: (600, 0)}), world, Check.STRUCTURE)


def test_an_encrypted_file_is_refused(record: bytes, world: World, tmp_path: Path) -> None:
    (tmp_path / "plain.pdf").write_bytes(record)
    command = [
        tool("qpdf"),
        "--encrypt",
        "",
        "",
        "256",
        "--",
        str(tmp_path / "plain.pdf"),
        str(tmp_path / "secret.pdf"),
    ]
    subprocess.run(command, check=True)
    refused((tmp_path / "secret.pdf").read_bytes(), world, Check.STRUCTURE)


@pytest.mark.parametrize("password", [b"/Encrypt 46 0 R", b"/Encrypt <<>>", b"/Encrypt null"])
def test_a_claim_to_be_encrypted_is_refused(record: bytes, world: World, password: bytes) -> None:
    refused(appended(record, {}, extra=password), world)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_anywhere_is_refused(record: bytes, world: World, share: float) -> None:
    refused(record[: int(len(record) * share)], world)


def test_a_damaged_file_gets_a_verdict(record: bytes, world: World) -> None:
    found = verify(record.replace(b"startxref", b"startxrex"), world.roots)
    assert (found.verdict, found.failures(), found.signatures) == (Verdict.INVALID, (Check.STRUCTURE,), ())


@pytest.mark.parametrize("content", [b"", b"%PDF", b"khong phai PDF", b"PK\x03\x04"])
def test_what_is_no_pdf_gets_none(content: bytes, world: World) -> None:
    with pytest.raises(Unreadable, match="không phải là PDF"):
        verify(content, world.roots)


@pytest.mark.parametrize("content", [b"%PDF-", b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"%PDF-1.7\nstartxref\n0\n%%EOF\n"])
def test_what_only_begins_like_a_pdf_gets_a_verdict(content: bytes, world: World) -> None:
    refused(content, world, Check.STRUCTURE)


@pytest.mark.parametrize(("levels", "kids"), [(60, 2), (2, 100_000), (4, 10_000)])
def test_a_tree_of_pages_that_unfolds_without_end_is_found(record: bytes, world: World, levels: int, kids: int) -> None:
    first = 600
    nodes = {
        number: b"<</Type/Pages/Count 1/Kids[%b]>>" % (b"%d 0 R " % (number + 1) * kids)
        for number in range(first, first + levels)
    }
    catalogue = b"<</Type/Catalog/Pages %d 0 R>>" % first
    leaf = b"<</Type/Page/MediaBox[0 0 9 9]>>"
    bomb = appended(record, {catalogue_number(record): catalogue, **nodes, first + levels: leaf})
    refused(bomb, world, Check.STRUCTURE)
