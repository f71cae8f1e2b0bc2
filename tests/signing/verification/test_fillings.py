"""What is taken for the mere filling in of a field without pyHanko's comparison, and what never is."""

import io
import re
from collections.abc import Callable

import pytest
from pyhanko.pdf_utils.generic import PdfObject, Reference
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis.policies import DEFAULT_DIFF_POLICY, StandardDiffPolicy, _is_id

from domain.documents import FIELDS, DocumentKind
from signing.archival import ArchivalReader
from signing.verification.fillings import FillingsFirst
from signing.verification.verdicts import Check
from signing.verification.verify import verify
from tests.signing.conftest import Cast
from tests.signing.verification.attackers import refused
from tests.signing.verification.raw_updates import appended, catalogue_number
from tests.signing.verification.world import HOMEROOM, PRINCIPAL, SEAL, World

Objects = dict[int, bytes]
LOOK = rb"/AP\s*<<\s*/N (\d+) 0 R\s*>>"
NEW = 900


def filled(pdf: bytes) -> list[str | None]:
    return FillingsFirst(ArchivalReader(pdf)).filled


def newest(pdf: bytes) -> Objects:
    """The objects of the last revision, as they stand there."""
    places = ArchivalReader(pdf).xrefs._xref_sections[-1].xref_data.standard_xrefs
    return {number: between(pdf, at) for number, (_, at) in places.items() if b"/XRef" not in between(pdf, at)}


def between(pdf: bytes, at: int) -> bytes:
    return pdf[pdf.index(b"obj", at) + 3 : pdf.index(b"endobj", at)].strip()


def field_of(objects: Objects) -> int:
    return next(number for number, body in objects.items() if b"/Widget" in body)


def named(pattern: bytes, objects: Objects) -> int:
    found = re.search(pattern, objects[field_of(objects)])
    assert found is not None
    return int(found[1])


def text(value: PdfObject) -> bytes:
    written = io.BytesIO()
    value.write_to_stream(written, None, None)
    return written.getvalue()


def as_it_is(pdf: bytes, number: int) -> bytes:
    return text(PdfFileReader(io.BytesIO(pdf)).get_object(Reference(number)))  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def begun(world: World) -> bytes:
    return world.cast.signed(world.cast.placed(), HOMEROOM)


@pytest.fixture(scope="module")
def added(world: World, begun: bytes) -> Objects:
    return newest(world.cast.signed(begun, PRINCIPAL))


@pytest.mark.parametrize("kind", [kind for kind, fields in FIELDS.items() if len(fields) > 1])
def test_every_signature_but_the_first_is_recognised(cast: Cast, kind: DocumentKind) -> None:
    assert filled(cast.finished(kind)) == [None, None, *FIELDS[kind][1:]]


def test_a_seal_with_validation_data_is_recognised(record: bytes) -> None:
    assert b"/DSS" in record
    assert filled(record)[-1] == SEAL


def test_the_same_revision_in_another_spelling_is_recognised(begun: bytes, added: Objects) -> None:
    assert filled(appended(begun, added))[-1] == PRINCIPAL


def in_field(old: bytes, new: bytes) -> Callable[[Objects], Objects]:
    def change(objects: Objects) -> Objects:
        number = field_of(objects)
        return objects | {number: re.sub(old, new, objects[number], count=1)}

    return change


TWISTS: dict[str, Callable[[Objects], Objects]] = {
    "moved": in_field(rb"/Rect\[\d+", b"/Rect[1"),
    "an entry more": in_field(rb"/FT", b"/TM(x)/FT"),
    "an entry less": in_field(rb"/TU<[0-9A-F]*>", b""),
    "no signature": in_field(rb"/V \d+ 0 R", b""),
    "its own value": in_field(rb"/V (\d+) 0 R", b"/V<</Type/Sig>>"),
    "two looks": in_field(LOOK, rb"/AP<</N \1 0 R/D \1 0 R>>"),
    "a look that is no drawing": lambda objects: objects | {named(LOOK, objects): b"<</Subtype/Form>>"},
    "a look of another kind": lambda objects: objects | {
        named(LOOK, objects): b"<</Subtype/Image/Length 1>>\nstream\n0\nendstream"
    },
    "a value that is no signature": lambda objects: objects | {
        named(rb"/V (\d+)", objects): b"<</Type/DocTimeStamp/Contents<00>>>"
    },
}  # fmt: skip


@pytest.mark.parametrize("twist", TWISTS)
def test_a_field_that_is_changed_otherwise_is_not(begun: bytes, added: Objects, twist: str) -> None:
    objects = TWISTS[twist](dict(added))
    assert objects != added
    assert filled(appended(begun, objects))[-1] is None


@pytest.mark.parametrize("pattern", [rb"/V (\d+) 0 R", LOOK])
def test_a_field_is_not_filled_with_what_was_there(begun: bytes, added: Objects, pattern: bytes) -> None:
    former, number = named(pattern, newest(begun)), field_of(added)
    body = added[number].replace(b" %d 0 R" % named(pattern, added), b" %d 0 R" % former)
    assert filled(appended(begun, added | {number: body}))[-1] is None


def test_nothing_else_is_replaced_with_it(world: World, begun: bytes, added: Objects) -> None:
    reader, sealed = PdfFileReader(io.BytesIO(begun)), newest(world.cast.signed(begun, PRINCIPAL, SEAL))
    page = reader.root["/Pages"]["/Kids"].raw_get(0).idnum
    again = {number: as_it_is(begun, number) for number in (page, catalogue_number(begun))}
    others = {field_of(sealed): sealed[field_of(sealed)]}
    for more in ({page: again[page]}, {catalogue_number(begun): again[catalogue_number(begun)]}, others):
        assert filled(appended(begun, {**added, **more}))[-1] is None


STORES = {
    "sound": (b"<</Certs[901 0 R]>>", PRINCIPAL), "with more": (b"<</Certs[901 0 R]/Other 901 0 R>>", None),
    "of old": (b"<</Certs[1 0 R]>>", None), "no list": (b"<</Certs 901 0 R>>", None), "no store": (b"[901 0 R]", None),
    "of no streams": (b"<</Certs[900 0 R]>>", None),
}  # fmt: skip


@pytest.mark.parametrize("store", STORES)
def test_the_catalogue_gets_validation_data_and_nothing_else(begun: bytes, added: Objects, store: str) -> None:
    root = catalogue_number(begun)
    catalogue, (body, expected) = as_it_is(begun, root), STORES[store]
    assert catalogue.endswith(b">>")
    more = {NEW: body, NEW + 1: b"<</Length 1>>\nstream\n0\nendstream"}
    for entries, name in ((b"", expected), (b"/OpenAction 900 0 R", None)):
        changed = catalogue[:-2] + b"/DSS 900 0 R" + entries + b">>"
        assert filled(appended(begun, {**added, **more, root: changed}))[-1] == name
    turned = catalogue.replace(b"/Lang", b"/Long")
    assert turned != catalogue
    assert filled(appended(begun, {**added, **more, root: turned[:-2] + b"/DSS 900 0 R>>"}))[-1] is None


OPEN_ENDS = {
    "contents": b"/Contents[%b 900 0 R]", "a resource": b"/Resources<</XObject<</Later 900 0 R>>>>/Contents %b",
    "a parent": b"/Resources<</Parent 900 0 R>>/Contents %b",
    "deep inside": b"/PieceInfo[[<</A[900 0 R]>>]]/Contents %b",
}  # fmt: skip


@pytest.mark.parametrize("end", [*OPEN_ENDS, "an object that is a reference"])
def test_what_was_left_open_is_not_filled_in_with_it(world: World, end: str) -> None:
    """Whoever prepared the document named an object that is not there yet: the look of a later signature."""
    placed = world.cast.placed()
    page = PdfFileReader(io.BytesIO(placed)).root["/Pages"]["/Kids"].raw_get(0).idnum
    if end in OPEN_ENDS:
        entries = re.sub(rb"/Resources \d+ 0 R", b"", as_it_is(placed, page))
        opened = re.sub(rb"/Contents (\d+ 0 R)", lambda found: OPEN_ENDS[end] % found[1], entries)
        prepared = appended(placed, {page: opened})
    else:
        prepared = appended(placed, {950: b"900 0 R"})
    begun = world.cast.signed(prepared, HOMEROOM)
    objects = newest(world.cast.signed(begun, PRINCIPAL))
    assert filled(appended(begun, objects))[-1] == PRINCIPAL
    look, field = named(LOOK, objects), field_of(objects)
    objects[field] = objects[field].replace(b"/N %d 0 R" % look, b"/N 900 0 R")
    objects[NEW] = objects.pop(look)
    assert filled(appended(begun, objects))[-1] is None


def test_a_field_that_is_used_elsewhere_is_left_to_pyhanko(world: World) -> None:
    placed = world.cast.placed()
    reader = PdfFileReader(io.BytesIO(placed))
    field = reader.root["/AcroForm"]["/Fields"].raw_get(1).idnum
    begun = world.cast.signed(appended(placed, {950: b"<</Other %d 0 R>>" % field}), HOMEROOM)
    assert filled(world.cast.signed(begun, PRINCIPAL))[-1] is None


def test_freed_and_packed_objects_are_left_to_pyhanko(begun: bytes, added: Objects) -> None:
    whole = appended(begun, added)
    start = whole.rindex(b"stream\n", 0, whole.rindex(b"endstream")) + len(b"stream\n")
    for row in range(len(added)):
        at = start + 7 * row
        for kind, more in ((0, 1), (2, 0)):
            changed = whole[:at] + bytes([kind]) + whole[at + 1 : at + 6] + bytes([more]) + whole[at + 7 :]
            assert filled(changed)[-1] is None


def test_what_pyhanko_forbids_is_refused_as_ever(world: World, begun: bytes, added: Objects) -> None:
    page = PdfFileReader(io.BytesIO(begun)).root["/Pages"]["/Kids"].raw_get(0).idnum
    changed = as_it_is(begun, page).replace(b"/MediaBox", b"/CropBox[0 0 9 9]/MediaBox")
    refused(appended(begun, {**added, page: changed}), world, Check.UNCHANGED_AFTER)


def test_pyhanko_is_not_asked_about_a_sealed_record(
    record: bytes, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(StandardDiffPolicy, "apply", asked)
    assert verify(record, world.roots).holds


def test_the_names_used_still_exist_in_pyhanko() -> None:
    assert isinstance(DEFAULT_DIFF_POLICY, StandardDiffPolicy)
    assert callable(_is_id)
    assert {"global_rules", "form_rule"} <= vars(DEFAULT_DIFF_POLICY).keys()
