"""Shadow attacks: a document prepared before it is signed, so that an update afterwards shows something else.

Hide: a cover over the contents is taken away. Replace: a font draws other letters. Hide and replace: the catalogue
turns to pages that were there unseen. (Mainka, Mladenov, Rohlmann: Shadow Attacks, NDSS 2021.)
"""

import pytest
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signing.verification.verdicts import Check, SignatureReport, Verdict
from signing.verification.verify import verify
from tests.signing.verification.attackers import Change, page, picture, refused, signed_with_change, updated
from tests.signing.verification.objects import pdf, stream
from tests.signing.verification.world import HOMEROOM, PRINCIPAL, World

WHITE, NOTHING = b"1 g 0 0 595 842 re f", b""
PRAISE, ON_THE_RESULT = "Hoàn thành xuất sắc", [60, 700, 400, 730]
NAMES = [pdf_name(each) for each in ("/Cover", "/XObject", "/Contents", "/Kids", "/Shadow", "/Pages", "/V", "/N")]
COVER, XOBJECT, CONTENTS, KIDS, SHADOW, PAGES, VALUE, NORMAL = NAMES


def cover(writer: IncrementalPdfFileWriter) -> None:
    """Something white over what stands on the page."""
    last = page(writer)
    resources = last["/Resources"]
    names = resources["/XObject"] if "/XObject" in resources else pdf({})
    names[COVER] = writer.add_object(picture(WHITE))
    resources[XOBJECT] = names
    last[CONTENTS] = pdf([last.raw_get("/Contents"), writer.add_object(stream(b"q /Cover Do Q"))])
    writer.update_container(resources)


def uncover(writer: IncrementalPdfFileWriter) -> None:
    reference = page(writer)["/Resources"]["/XObject"].raw_get("/Cover")
    writer.objects[reference.generation, reference.idnum] = picture(NOTHING)


def change_font(writer: IncrementalPdfFileWriter) -> None:
    """Every glyph of a font of the text becomes that of another."""
    fonts = page(writer)["/Resources"]["/Font"]
    first, *others = fonts
    fonts[first] = fonts.raw_get(others[0]) if others else writer.add_object(pdf({}))
    writer.update_container(fonts)


def hide_pages(writer: IncrementalPdfFileWriter) -> None:
    """A second tree of pages that nothing refers to but an unknown key of the catalogue."""
    shown = writer.root["/Pages"]
    hidden = pdf({key: shown.raw_get(key) for key in shown})
    hidden[KIDS] = pdf([*reversed(shown["/Kids"])])
    writer.root[SHADOW] = writer.add_object(hidden)
    writer.update_container(writer.root)


def show_hidden_pages(writer: IncrementalPdfFileWriter) -> None:
    writer.root[PAGES] = writer.root.raw_get("/Shadow")
    writer.update_container(writer.root)


def add_text_field(writer: IncrementalPdfFileWriter) -> None:
    """A field over the result, which shows what is signed until somebody fills it in."""
    look = {"/N": writer.add_object(picture(NOTHING))}
    field = {"/Type": "/Annot", "/Subtype": "/Widget", "/FT": "/Tx", "/T": "result", "/V": "", "/AP": look}
    reference = writer.add_object(pdf({**field, "/Rect": ON_THE_RESULT}))
    for container in (page(writer)["/Annots"], writer.root["/AcroForm"]["/Fields"]):
        container.append(reference)
        writer.update_container(container)


def fill_in(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][-1]
    field[VALUE] = pdf(PRAISE)
    field["/AP"][NORMAL] = writer.add_object(picture(WHITE))
    writer.update_container(field)


def nothing(writer: IncrementalPdfFileWriter) -> None:
    pass


SHADOWS = pytest.mark.parametrize(
    ("prepare", "switch"),
    [(cover, uncover), (nothing, change_font), (hide_pages, show_hidden_pages)],
    ids=["hide", "replace", "hide-and-replace"],
)


@SHADOWS
def test_a_switch_after_the_seal_is_found(world: World, prepare: Change, switch: Change) -> None:
    placed = updated(world.cast.placed(), prepare)
    sealed = world.sealed(world.signed(placed, HOMEROOM, PRINCIPAL))
    refused(updated(sealed, switch), world, Check.WHOLE_FILE, Check.REVISIONS, Check.UNCHANGED_AFTER)


@SHADOWS
def test_a_switch_between_two_signatures_is_found(world: World, prepare: Change, switch: Change) -> None:
    placed = updated(world.cast.placed(), prepare)
    switched = updated(world.signed(placed, HOMEROOM), switch)
    found = refused(world.sealed(world.signed(switched, PRINCIPAL)), world, Check.REVISIONS, Check.UNCHANGED_AFTER)
    assert [Check.UNCHANGED_AFTER in _failed(each) for each in found.signatures] == [True, False, False]


@SHADOWS
def test_a_switch_inside_the_revision_of_the_next_signature_is_found(
    world: World, prepare: Change, switch: Change
) -> None:
    placed = updated(world.cast.placed(), prepare)
    switched = signed_with_change(world, world.signed(placed, HOMEROOM), PRINCIPAL, switch)
    found = refused(world.sealed(switched), world, Check.UNCHANGED_AFTER)
    assert [Check.UNCHANGED_AFTER in _failed(each) for each in found.signatures] == [True, False, False]


def test_a_form_field_over_the_contents_is_found_before_anybody_fills_it_in(world: World) -> None:
    placed = updated(world.cast.placed(), add_text_field)
    found = refused(world.sealed(world.signed(placed, HOMEROOM, PRINCIPAL)), world, Check.STATIC)
    assert found.failures() == (Check.STATIC,)


def test_a_form_field_filled_in_by_the_next_signer_is_found(world: World) -> None:
    # Filling in is what a certified document allows, so the analysis of changes is content.
    placed = updated(world.cast.placed(), add_text_field)
    filled = signed_with_change(world, world.signed(placed, HOMEROOM), PRINCIPAL, fill_in)
    found = refused(world.sealed(filled), world, Check.STATIC)
    assert Check.UNCHANGED_AFTER not in found.failures()


SCRIPT = {"/S": "/JavaScript", "/JS": "app.alert(1)"}
NOTE = {"/Type": "/Annot", "/Subtype": "/FreeText", "/Contents": PRAISE, "/Rect": ON_THE_RESULT}


def in_catalogue(key: str, value: object) -> Change:
    def add(writer: IncrementalPdfFileWriter) -> None:
        writer.root[pdf_name(key)] = pdf(value)
        writer.update_container(writer.root)

    return add


def keep_scripts(writer: IncrementalPdfFileWriter) -> None:
    names = writer.root["/Names"]
    names[pdf_name("/JavaScript")] = pdf({"/Names": ["a", SCRIPT]})
    writer.update_container(names)


def run_on_page(writer: IncrementalPdfFileWriter) -> None:
    page(writer)[pdf_name("/AA")] = pdf({"/O": SCRIPT})


def add_layers(writer: IncrementalPdfFileWriter) -> None:
    listed = [writer.add_object(pdf({"/Type": "/OCG", "/Name": "screen only"}))]
    in_catalogue("/OCProperties", {"/OCGs": listed, "/D": {"/OFF": listed}})(writer)


def add_xfa(writer: IncrementalPdfFileWriter) -> None:
    form = writer.root["/AcroForm"]
    form[pdf_name("/XFA")] = writer.add_object(stream(b"<xdp/>"))
    writer.update_container(form)


def add_note(writer: IncrementalPdfFileWriter) -> None:
    annotations = page(writer)["/Annots"]
    annotations.append(writer.add_object(pdf(NOTE)))
    writer.update_container(annotations)


@pytest.mark.parametrize(
    "prepare",
    [
        in_catalogue("/OpenAction", SCRIPT),
        in_catalogue("/AA", {"/WP": SCRIPT}),
        keep_scripts,
        run_on_page,
        add_layers,
        add_xfa,
        add_note,
    ],
)
def test_what_can_run_or_hide_is_found_though_everybody_signed_it(world: World, prepare: Change) -> None:
    placed = updated(world.cast.placed(), prepare)
    found = verify(world.sealed(world.signed(placed, HOMEROOM, PRINCIPAL)), world.roots)
    assert (found.verdict, found.failures()) == (Verdict.INVALID, (Check.STATIC,))


def test_pages_nested_without_end_are_found(world: World) -> None:
    def nest(writer: IncrementalPdfFileWriter) -> None:
        pages = writer.root["/Pages"]
        pages["/Kids"].append(writer.root.raw_get("/Pages"))
        writer.update_container(pages)

    sealed = updated(world.sealed(), nest)
    refused(sealed, world, Check.STRUCTURE)


def _failed(signature: SignatureReport) -> set[Check]:
    return {each.check for each in signature.findings if not each.holds}
