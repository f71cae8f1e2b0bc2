"""What leads out of a document, or shows one thing here and another there, though everybody signed it.

Content from elsewhere is not under any signature; other faces of a picture or of a page are not what was looked at.
(Müller et al.: Processing Dangerous Paths, NDSS 2021; external streams: ISO 32000-1, 7.3.8.2.)
"""

import pytest
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signing.verification.verdicts import Check
from signing.verification.verify import verify
from tests.signing.verification.attackers import Change, page, picture, updated
from tests.signing.verification.objects import pdf, stream
from tests.signing.verification.test_shadow_attacks import in_catalogue
from tests.signing.verification.world import HOMEROOM, PRINCIPAL, World

ELSEWHERE = {"/Type": "/Filespec", "/FS": "/URL", "/F": "http://lua-dao.example/x"}
LAUNCH = {"/S": "/Launch", "/F": "calc.exe"}


def more_contents(writer: IncrementalPdfFileWriter) -> None:
    """A second stream of the page's contents, which is read from elsewhere."""
    last = page(writer)
    outside = writer.add_object(stream(b"", F=ELSEWHERE))
    last[pdf_name("/Contents")] = pdf([last.raw_get("/Contents"), outside])


def drawn(**entries: object) -> Change:
    """A picture that the page draws, with these entries."""

    def add(writer: IncrementalPdfFileWriter) -> None:
        last = page(writer)
        resources, image = last["/Resources"], picture(b"")
        for key, value in entries.items():
            image[pdf_name(f"/{key}")] = pdf(value)
        names = resources["/XObject"] if "/XObject" in resources else pdf({})
        names[pdf_name("/Extra")] = writer.add_object(image)
        resources[pdf_name("/XObject")] = names
        last[pdf_name("/Contents")] = pdf([last.raw_get("/Contents"), writer.add_object(stream(b"q /Extra Do Q"))])
        writer.update_container(resources)

    return add


def font_from_elsewhere(writer: IncrementalPdfFileWriter) -> None:
    file = writer.add_object(stream(b"", F=ELSEWHERE))
    descriptor = writer.add_object(pdf({"/Type": "/FontDescriptor", "/FontName": "/X", "/FontFile2": file}))
    font = {"/Type": "/Font", "/Subtype": "/TrueType", "/BaseFont": "/X", "/FontDescriptor": descriptor}
    fonts = page(writer)["/Resources"]["/Font"]
    fonts[pdf_name("/Extra")] = writer.add_object(pdf(font))
    writer.update_container(fonts)


def on_page(key: str, value: object) -> Change:
    def add(writer: IncrementalPdfFileWriter) -> None:
        page(writer)[pdf_name(key)] = pdf(value)

    return add


def named(key: str, value: object) -> Change:
    """One more kind of names in the catalogue."""

    def add(writer: IncrementalPdfFileWriter) -> None:
        names = writer.root["/Names"]
        names[pdf_name(key)] = pdf({"/Names": ["x", value]})
        writer.update_container(names)

    return add


WAYS: dict[str, Change] = {
    "contents": more_contents,
    "font": font_from_elsewhere,
    "picture-from-elsewhere": drawn(F=ELSEWHERE),
    "page-of-another-document": drawn(Ref={"/F": ELSEWHERE, "/Page": 0}),
    "picture-for-printers": drawn(OPI={"/2.0": {"/Type": "/OPI", "/Version": 2, "/F": ELSEWHERE}}),
    "other-pictures": drawn(Alternates=[{"/Image": 1, "/DefaultForPrinting": True}]),
    "program-for-printers": drawn(Subtype="/PS"),
    "picture-shown-or-not": drawn(OC={"/Type": "/OCG", "/Name": "x"}),
    "step-of-a-show": on_page("/PresSteps", {"/Type": "/NavNode", "/NA": LAUNCH}),
    "hidden-page": named("/Templates", {"/Type": "/Template"}),
    "address": named("/URLS", {"/S": "/SPS"}),
    "film": named("/Renditions", {"/Type": "/Rendition", "/S": "/MR"}),
    "slide-show": named("/AlternatePresentations", {"/Type": "/SlideShow"}),
    "web-capture": in_catalogue("/SpiderInfo", {"/V": 1}),
    "legal-content": in_catalogue("/Threads", [{"/Type": "/Thread", "/F": {"/T": "/Bead"}}]),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_way_out_is_found_though_everybody_signed_it(world: World, way: str) -> None:
    placed = updated(world.cast.placed(), WAYS[way])
    found = verify(world.sealed(world.signed(placed, HOMEROOM, PRINCIPAL)), world.roots)
    assert Check.STATIC in found.failures()
