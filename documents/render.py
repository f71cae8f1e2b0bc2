"""Turns a document's content into the PDF that people sign: PDF/A-3a, PDF/UA-1, the same bytes for the same content."""

import hashlib
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typst

from documents.arrangement import Arrangement, arrangements
from documents.content import Exchanged, canonical_json
from documents.fonts import typefaces
from documents.form import place_fields
from documents.limits import check_limits
from documents.page import Printed, is_tidy, lookup_url
from documents.places import layout_of
from domain.errors import Invalid
from domain.signature_places import SignaturePlace
from domain.year_records import DocumentContent

TEMPLATES = Path(__file__).parent.parent / "templates" / "documents"
# PDF/A wants every character drawn; Libertinus Serif has no emoji and no Chinese, Japanese or Korean letters.
_UNPRINTABLE = re.compile(r'the text `"(.+?)"` could not be displayed')
_TOO_LONG = "Nội dung quá dài, không in vừa trang văn bản."


@dataclass(frozen=True)
class Rendered:
    pdf: bytes
    sha256_content: str  # hex SHA-256 of the attached record.json, also printed


class RenderFailed(Exception):
    """A template or Typst itself is at fault, not the content."""


class Renderer:
    """Renders documents from any thread; each thread keeps one Typst compiler, which holds fonts and parsed templates.

    Do not use it in a process forked after a first rendering: Typst's thread pool does not survive a fork.
    """

    def __init__(self, verify_url: str) -> None:
        """`verify_url` is the public verification site; a document's own address is `{verify_url}/v/{code}`."""
        self._verify_url = verify_url
        self._local = threading.local()

    def render(self, content: DocumentContent, exchanged: Exchanged | None = None) -> Rendered:
        """Return the PDF with its signature fields, all empty; `exchanged` is attached with the content.

        Raises `Invalid` if a text is too long or cannot be printed, else `RenderFailed`.
        """
        check_limits(content)
        layout, record = layout_of(content), canonical_json(content, exchanged)
        sha256 = hashlib.sha256(record).hexdigest()
        url = lookup_url(self._verify_url, content.lookup_code)
        printed = Printed(layout, sha256=sha256, url=url, tidy=is_tidy(record))
        return Rendered(_with_places(self._laid_out(content, record, printed), layout.places), sha256)

    def draft(self, content: DocumentContent) -> bytes:
        """The same pages to look at before anyone signs: marked as a draft, without fields, data and a code to look up.

        Raises as `render` does.
        """
        check_limits(content)
        record = canonical_json(content)
        printed = Printed(layout_of(content), sha256="", url=self._verify_url, tidy=is_tidy(record), draft=True)
        return self._laid_out(content, record, printed)

    def _laid_out(self, content: DocumentContent, record: bytes, printed: Printed) -> bytes:
        for arrangement, pages in arrangements(content):
            pdf = self._compile(record, printed, arrangement)
            if pages is None or b"/Type/Pages/Count %d/Kids" % pages in pdf:
                return pdf
        raise Invalid(_TOO_LONG)

    def _compile(self, record: bytes, printed: Printed, arrangement: Arrangement) -> bytes:
        # The data come as literals, not as `sys.inputs`: those are part of Typst's library, and with another library
        # it forgets all it evaluated and laid out before.
        data = f"bytes({literal(record.decode())}), json(bytes({literal(printed.as_json(arrangement))}))"
        source = f'#import "/{printed.layout.paper.template}.typ": paper\n#paper({data})'
        try:
            pdf = self._compiler().compile(source.encode(), format="pdf", pdf_standards=["a-3a", "ua-1"])
        except typst.TypstError as error:
            raise _explained(error) from error
        if not isinstance(pdf, bytes):
            raise RenderFailed("Typst returned no single PDF")
        return pdf

    def _compiler(self) -> typst.Compiler:
        compiler: typst.Compiler | None = getattr(self._local, "compiler", None)
        if compiler is None:
            compiler = typst.Compiler(root=TEMPLATES, font_paths=typefaces(), ignore_system_fonts=True)
            self._local.compiler = compiler
        return compiler


def _with_places(pdf: bytes, places: Sequence[SignaturePlace]) -> bytes:
    try:
        return place_fields(pdf, places)
    except ValueError as error:
        raise RenderFailed("Typst lays its file out in another way than it did") from error


def literal(text: str) -> str:
    """Return a Typst string: only the backslash and the quotation mark mean anything in one."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _explained(error: typst.TypstError) -> Exception:
    unprintable = _UNPRINTABLE.search(error.message)
    if unprintable is not None:
        return Invalid(f"Ký tự “{unprintable[1]}” không in được trên văn bản; hãy bỏ ký tự này.")
    if "does not fit its page" in error.message:
        return Invalid(_TOO_LONG)
    return RenderFailed(error.message)
