"""Papers as people get them, by the real templates: honest ones, and such as print something else than is attached."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

import rfc8785
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from documents.arrangement import Arrangement
from documents.content import canonical_json, kind_of
from documents.page import Printed
from documents.render import Renderer
from domain.year_records import DocumentContent, YearRecordContent
from interchange.national.codes import load_codes
from interchange.national.json_form import written
from interchange.national.mapping import national_record
from signing.page_text import page_text
from signing.verification.printed import first_misprint
from tests.signing.verification.attackers import updated
from tests.signing.verification.objects import stream
from tests.signing.verification.world import HOMEROOM, PRINCIPAL, World

C = TypeVar("C", bound=DocumentContent)
URL = "https://tracuu.example.edu.vn"


class _Liar(Renderer):
    """Prints the hash of what will be attached instead."""

    def __init__(self, attached: bytes) -> None:
        super().__init__(URL)
        self._attached = attached

    def _compile(self, record: bytes, printed: Printed, arrangement: Arrangement) -> bytes:
        sha256 = hashlib.sha256(self._attached).hexdigest()
        return super()._compile(record, replace(printed, sha256=sha256), arrangement)


@cache
def renderer() -> Renderer:
    return Renderer(URL)


def exchanged(content: YearRecordContent) -> dict[str, Any]:
    """The national record as it is attached."""
    return written(national_record(content, load_codes()))


def signable(content: C, world: World) -> C:
    """The content with the signers of the cast."""
    ids = world.cast.ids()
    signers = tuple(replace(each, signer_id=ids[each.field]) for each in content.signers)  # type: ignore[index]
    return replace(content, signers=signers)


def sealed(world: World, pdf: bytes) -> bytes:
    return world.sealed(world.signed(pdf, HOMEROOM, PRINCIPAL))


def lying(printed: DocumentContent, attached: bytes) -> bytes:
    """A paper to be signed that prints one content and has another attached."""

    def swap(writer: IncrementalPdfFileWriter) -> None:
        specification = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]
        specification["/EF"][pdf_name("/F")] = writer.add_object(stream(attached, Type="/EmbeddedFile"))
        writer.update_container(specification["/EF"])

    return updated(_Liar(attached).render(printed).pdf, swap)


def attachable(content: DocumentContent, record: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What is attached, as JSON is read."""
    found: dict[str, Any] = json.loads(canonical_json(content, record))
    return found


def canonical(whole: Mapping[str, Any]) -> bytes:
    return rfc8785.dumps(whole)


@cache
def text_of(content: DocumentContent) -> str:
    return page_text(renderer().render(content).pdf)


def misprint(printed: DocumentContent, attached: DocumentContent | Mapping[str, Any]) -> str | None:
    """What is found where the pages print one content and another is attached."""
    content = attached if isinstance(attached, Mapping) else attachable(attached)["content"]
    return first_misprint(text_of(printed), kind_of(printed), content)
