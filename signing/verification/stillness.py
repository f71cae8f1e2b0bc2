"""Whether a document stands still: nothing of it runs, is filled in, is shown and hidden, or comes from elsewhere.

What comes from elsewhere is under no signature: content that a stream keeps in another file or on the web (ISO 32000-1,
7.3.8.2), pages of other documents, other pictures for printers. Whoever prepared the document before anybody signed it
could change what it shows without a byte of it.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject, PdfObject, Reference, StreamObject
from pyhanko.pdf_utils.misc import PdfStrictReadError
from pyhanko.pdf_utils.xref import ObjStreamRef

from signing.archival import ArchivalReader
from signing.object_links import Links, Name, entry, links_of

# What a reader may act on by itself, or show now and hide then (ISO 32000-1, table 28).
_ACTIVE = ("/OpenAction", "/AA", "/OCProperties", "/Collection", "/Requirements", "/SpiderInfo", "/Threads")
_NAMES = {"/EmbeddedFiles", "/Dests"}  # the others are scripts, films, addresses, and pages that are made from them
_STEPS = ("/A", "/AA", "/PresSteps")
# Of streams: content outside of the file, and what is drawn instead of it.
_OUTSIDE = frozenset({"/F", "/FFilter", "/FDecodeParms", "/Ref", "/OPI", "/Alternates", "/PS", "/OC"})
_UPWARDS = frozenset(
    {"/Parent", "/P", "/V", "/Dest", "/StructParent"}
)  # to where one came from, or to what no page draws
_MOST_NODES, _MOST_OBJECTS = 1000, 20_000


def is_static(reader: ArchivalReader, signature_fields: int) -> bool:
    """Raises errors of any kind for trees that have no end."""
    root, form = reader.root, entry(reader.root, "/AcroForm")
    pages = [node for node in _walked(root["/Pages"], _kids) if "/Kids" not in node]
    annotations = [each.get_object() for page in pages for each in entry(page, "/Annots")]
    fields = [each.get_object() for each in entry(form, "/Fields")]
    is_active = any(key in root for key in _ACTIVE) or not _NAMES.issuperset(entry(root, "/Names"))
    is_form = (
        "/XFA" in form or len(fields) != signature_fields or any(each.get("/FT") != "/Sig" for each in annotations)
    )
    parts = [*pages, *annotations, *fields, *_walked(entry(root, "/Outlines"), _bookmarks)]
    is_clicked = any(key in part for part in parts for key in _STEPS)
    return not (is_active or is_form or is_clicked or any(map(_leads_outside, _drawn(reader, [*pages, *fields, form]))))


def _leads_outside(stream: StreamObject) -> bool:
    return not _OUTSIDE.isdisjoint(stream) or "/PS" in (stream.get("/Subtype"), stream.get("/Subtype2"))


def _drawn(reader: ArchivalReader, parts: Iterable[PdfObject]) -> Iterator[StreamObject]:
    """Every stream that these draw with: contents, pictures, fonts, and what is in them; each once."""
    waiting = [name for part in parts for name in _downwards(links_of(part))]
    seen = set[Name]()
    for _ in range(_MOST_OBJECTS):
        if not waiting:
            return
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        place = reader.xrefs[Reference(*name, reader)]
        waiting += _downwards(reader.links_at(name, place))
        if not isinstance(place, ObjStreamRef):
            value = reader.object_at(name, place)
            if isinstance(value, StreamObject):
                yield value
            elif isinstance(value, IndirectObject):
                waiting.append((value.idnum, value.generation))
    raise PdfStrictReadError("The pages draw with too many objects")


def _downwards(links: Links) -> list[Name]:
    return [name for way, name in links.below if _UPWARDS.isdisjoint(way)]


def _walked(root: Any, below: Callable[[Any], Iterable[Any]]) -> Iterator[Any]:  # noqa: ANN401 - () if there is none
    """Every node of a tree, however it is made up: one that names itself, or unfolds without end, is too large."""
    waiting = [root]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.pop()
        yield node
        waiting.extend(islice(below(node), _MOST_NODES))
    raise PdfStrictReadError("The tree has too many nodes")


def _kids(node: DictionaryObject) -> Iterator[DictionaryObject]:
    return (kid.get_object() for kid in entry(node, "/Kids"))


def _bookmarks(node: DictionaryObject) -> Iterator[DictionaryObject]:
    return (node[key] for key in ("/First", "/Next") if key in node)
