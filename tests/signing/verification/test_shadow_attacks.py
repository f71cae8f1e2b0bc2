"""Shadow attacks: a document prepared before it is signed, so that an update afterwards shows something else.

Hide: a cover over the contents is taken away. Replace: a font draws other letters. Hide and replace: the catalogue
turns to pages that were there unseen. (Mainka, Mladenov, Rohlmann: Shadow Attacks, NDSS 2021.)
"""

import pytest
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    NumberObject,
    StreamObject,
    pdf_name,
    pdf_string,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signing.verification.verdicts import Check, SignatureReport, Verdict
from signing.verification.verify import verify
from tests.signing.verification.attackers import Change, page, picture, refused, signed_with_change, updated
from tests.signing.verification.world import HOMEROOM, PRINCIPAL, World

COVER, PAGES, FONT = pdf_name("/Cover"), pdf_name("/Pages"), pdf_name("/Font")
WHITE, NOTHING = b"1 g 0 0 595 842 re f", b""


def cover(writer: IncrementalPdfFileWriter) -> None:
    """Something white over what stands on the page."""
    last = page(writer)
    resources = last["/Resources"]
    names = resources["/XObject"] if "/XObject" in resources else DictionaryObject()
    names[COVER] = writer.add_object(picture(WHITE))
    resources[pdf_name("/XObject")] = names
    drawing = writer.add_object(StreamObject(stream_data=b"q /Cover Do Q"))
    last[pdf_name("/Contents")] = ArrayObject([last.raw_get("/Contents"), drawing])
    writer.update_container(resources)


def uncover(writer: IncrementalPdfFileWriter) -> None:
    reference = page(writer)["/Resources"]["/XObject"].raw_get("/Cover")
    writer.objects[reference.generation, reference.idnum] = picture(NOTHING)


def change_font(writer: IncrementalPdfFileWriter) -> None:
    """Every glyph of a font of the text becomes that of another."""
    fonts = page(writer)["/Resources"]["/Font"]
    first, *others = fonts
    fonts[first] = fonts.raw_get(others[0]) if others else writer.add_object(DictionaryObject())
    writer.update_container(fonts)


def hide_pages(writer: IncrementalPdfFileWriter) -> None:
    """A second tree of pages that nothing refers to but an unknown key of the catalogue."""
    shown = writer.root["/Pages"]
    hidden = DictionaryObject({key: shown.raw_get(key) for key in shown})
    hidden[pdf_name("/Kids")] = ArrayObject(reversed(shown["/Kids"]))
    writer.root[pdf_name("/Shadow")] = writer.add_object(hidden)
    writer.update_root()


def show_hidden_pages(writer: IncrementalPdfFileWriter) -> None:
    writer.root[PAGES] = writer.root.raw_get("/Shadow")
    writer.update_root()


def add_text_field(writer: IncrementalPdfFileWriter) -> None:
    """A field over the result, which shows what is signed until somebody fills it in."""
    last = page(writer)
    field = DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/FT"): pdf_name("/Tx"),
            pdf_name("/T"): pdf_string("result"),
            pdf_name("/V"): pdf_string(""),
            pdf_name("/Rect"): ArrayObject(NumberObject(each) for each in (60, 700, 400, 730)),
            pdf_name("/AP"): DictionaryObject({pdf_name("/N"): writer.add_object(picture(NOTHING))}),
        }
    )
    reference = writer.add_object(field)
    last["/Annots"].append(reference)
    form = writer.root["/AcroForm"]
    form["/Fields"].append(reference)
    for container in (last["/Annots"], form["/Fields"], form):
        writer.update_container(container)


def fill_in(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][-1]
    field[pdf_name("/V")] = pdf_string("Hoàn thành xuất sắc")
    field["/AP"][pdf_name("/N")] = writer.add_object(picture(WHITE))
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


def script(source: str) -> DictionaryObject:
    return DictionaryObject({pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string(source)})


def run_at_opening(writer: IncrementalPdfFileWriter) -> None:
    writer.root[pdf_name("/OpenAction")] = script("app.alert(1)")
    writer.update_root()


def run_on_print(writer: IncrementalPdfFileWriter) -> None:
    writer.root[pdf_name("/AA")] = DictionaryObject({pdf_name("/WP"): script("app.alert(1)")})
    writer.update_root()


def keep_scripts(writer: IncrementalPdfFileWriter) -> None:
    names = writer.root["/Names"]
    names[pdf_name("/JavaScript")] = DictionaryObject({pdf_name("/Names"): ArrayObject([pdf_string("a"), script("1")])})
    writer.update_container(names)
    writer.update_root()


def run_on_page(writer: IncrementalPdfFileWriter) -> None:
    page(writer)[pdf_name("/AA")] = DictionaryObject({pdf_name("/O"): script("app.alert(1)")})


def add_layers(writer: IncrementalPdfFileWriter) -> None:
    layer = DictionaryObject({pdf_name("/Type"): pdf_name("/OCG"), pdf_name("/Name"): pdf_string("screen only")})
    listed = ArrayObject([writer.add_object(layer)])
    state = DictionaryObject({pdf_name("/OFF"): listed})
    writer.root[pdf_name("/OCProperties")] = DictionaryObject({pdf_name("/OCGs"): listed, pdf_name("/D"): state})
    writer.update_root()


def add_xfa(writer: IncrementalPdfFileWriter) -> None:
    form = writer.root["/AcroForm"]
    form[pdf_name("/XFA")] = writer.add_object(StreamObject(stream_data=b"<xdp/>"))
    writer.update_container(form)


def draw_anew(writer: IncrementalPdfFileWriter) -> None:
    form = writer.root["/AcroForm"]
    form[pdf_name("/NeedAppearances")] = BooleanObject(True)
    writer.update_container(form)


def add_note(writer: IncrementalPdfFileWriter) -> None:
    note = DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Contents"): pdf_string("Hoàn thành xuất sắc"),
            pdf_name("/Rect"): ArrayObject(NumberObject(each) for each in (60, 700, 400, 730)),
        }
    )
    annotations = page(writer)["/Annots"]
    annotations.append(writer.add_object(note))
    writer.update_container(annotations)


@pytest.mark.parametrize(
    "prepare",
    [run_at_opening, run_on_print, keep_scripts, run_on_page, add_layers, add_xfa, draw_anew, add_note],
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
