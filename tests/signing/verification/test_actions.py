"""Actions hung where a reader runs them on a click, before anybody signs: on a signature's own box, on a bookmark."""

import pytest
from pyhanko.pdf_utils.generic import DictionaryObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signing.verification.verdicts import Check
from signing.verification.verify import verify
from tests.signing.verification.attackers import Change, refused, signed_with_change, updated
from tests.signing.verification.objects import pdf
from tests.signing.verification.world import HOMEROOM, PRINCIPAL, World

SCRIPT, LINK = {"/S": "/JavaScript", "/JS": "app.alert(1)"}, {"/S": "/URI", "/URI": "http://lua-dao.example"}


def on_the_box(key: str, action: object) -> Change:
    def add(writer: IncrementalPdfFileWriter) -> None:
        box = writer.root["/AcroForm"]["/Fields"][1]
        box[pdf_name(key)] = pdf(action)
        writer.update_container(box)

    return add


def bookmarked(writer: IncrementalPdfFileWriter, *bookmarks: DictionaryObject) -> None:
    """These bookmarks, one below the other's side."""
    places = [writer.add_object(each) for each in bookmarks]
    for each, following in zip(bookmarks, places[1:], strict=False):
        each[pdf_name("/Next")] = following
    outline = {"/Type": "/Outlines", "/First": places[0], "/Last": places[-1], "/Count": len(places)}
    writer.root[pdf_name("/Outlines")] = writer.add_object(pdf(outline))
    writer.update_container(writer.root)


def on_a_bookmark(writer: IncrementalPdfFileWriter) -> None:
    bookmarked(writer, pdf({"/Title": "Trang 1"}), pdf({"/Title": "Trang 2", "/A": SCRIPT}))


def on_a_bookmark_below(writer: IncrementalPdfFileWriter) -> None:
    below = writer.add_object(pdf({"/Title": "Trang 2", "/A": LINK}))
    bookmarked(writer, pdf({"/Title": "Trang 1", "/First": below, "/Last": below, "/Count": 1}))


ACTIONS = [on_the_box("/A", SCRIPT), on_the_box("/AA", {"/PO": SCRIPT}), on_a_bookmark, on_a_bookmark_below]


@pytest.mark.parametrize("prepare", ACTIONS, ids=["box", "box-seen", "bookmark", "bookmark-below"])
def test_an_action_is_found_though_everybody_signed_it(world: World, prepare: Change) -> None:
    placed = updated(world.cast.placed(), prepare)
    found = verify(world.sealed(world.signed(placed, HOMEROOM, PRINCIPAL)), world.roots)
    assert found.failures() == (Check.STATIC,)


def test_an_action_that_a_signer_hangs_on_the_own_box_is_found(world: World) -> None:
    signed = world.signed(world.cast.placed(), HOMEROOM)
    hung = signed_with_change(world, signed, PRINCIPAL, on_the_box("/A", SCRIPT))
    refused(world.sealed(hung), world, Check.STATIC)


def test_bookmarks_that_lead_nowhere_but_to_pages_are_in_order(world: World) -> None:
    def add(writer: IncrementalPdfFileWriter) -> None:
        bookmarked(writer, *(pdf({"/Title": f"Trang {number}"}) for number in range(40)))

    placed = updated(world.cast.placed(), add)
    assert verify(world.sealed(world.signed(placed, HOMEROOM, PRINCIPAL)), world.roots).holds


def test_bookmarks_without_end_are_found(world: World) -> None:
    def add(writer: IncrementalPdfFileWriter) -> None:
        mark = pdf({"/Title": "Trang 1"})
        mark[pdf_name("/Next")] = writer.add_object(mark)
        bookmarked(writer, mark)

    placed = updated(world.cast.placed(), add)
    refused(world.sealed(world.signed(placed, HOMEROOM, PRINCIPAL)), world, Check.STRUCTURE)
