"""A revision of a document, as pyHanko's analysis of what came after it looks at it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyhanko.pdf_utils.generic import (
    BooleanObject,
    ByteStringObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    Reference,
    TextStringObject,
)
from pyhanko.pdf_utils.misc import PdfStrictReadError
from pyhanko.pdf_utils.reader import HistoricalResolver, RawPdfPath

from signing.object_links import Links, Name, Path, links_of

if TYPE_CHECKING:
    from signing.archival import ArchivalReader

_WITHOUT_PARTS = (NameObject, NumberObject, FloatObject, BooleanObject, NullObject, TextStringObject, ByteStringObject)
_STRUCTURE: Path = ("/Root", "/StructTreeRoot", "/K")
_TRAILER: Name = (0, 0)  # no object has this name
_MOST_LEVELS = 300  # of the structure: pyHanko's own walk would not come to the end of many more


class Tangled(Exception):
    """The structure is written in a way that pyHanko must look at itself."""


@dataclass(frozen=True)
class Web:
    """All objects that can be reached from the trailer; `above` are those that refer to one.

    `pages` are the nodes of the page tree with the way to each, `above_page` those that refer to one as the tree does.
    """

    links: dict[Name, Links]
    above: defaultdict[Name, set[Name]]
    above_page: defaultdict[Name, set[Name]]
    pages: dict[Name, Path]
    structure: set[Name]

    def entered_from(self, name: Name) -> set[Name]:
        """Those that may lead on through it: every part of a tagged page refers to the page."""
        return (self.above_page if name in self.pages else self.above)[name]


class Revision(HistoricalResolver):
    """A revision's view, with two things done otherwise than pyHanko does them.

    PyHanko makes a container reference for every name, number and reference, and drops it. And before it looks at what
    a later revision replaced, it lists every way to every object; here only the ways to those it asks about are walked.
    """

    reader: "ArchivalReader"

    def __init__(self, reader: "ArchivalReader", revision: int) -> None:
        super().__init__(reader, revision)
        self._web: Web | None = None
        self._usages: dict[Name, set[RawPdfPath]] = {}

    def _subsume_object(self, obj: PdfObject) -> PdfObject:
        if isinstance(obj, _WITHOUT_PARTS):
            return obj
        if isinstance(obj, IndirectObject):
            return IndirectObject(obj.idnum, obj.generation, self)  # type: ignore[no-untyped-call]
        whole: PdfObject = super()._subsume_object(obj)  # type: ignore[no-untyped-call]
        return whole

    def _load_reverse_xref_cache(self) -> None:
        if self._web is not None or self._indirect_object_access_cache is not None:
            return
        try:
            self._web = self._woven()
        except Tangled:
            super()._load_reverse_xref_cache()  # type: ignore[no-untyped-call]

    def _get_usages_of_ref(self, ref: Reference) -> set[RawPdfPath]:
        if self._web is None:
            listed: set[RawPdfPath] = super()._get_usages_of_ref(ref)
            return listed
        name = (ref.idnum, ref.generation)
        if name not in self._usages:
            self._usages[name] = {RawPdfPath(*path) for path in _ways(self._web, name)}
        return self._usages[name]

    def _woven(self) -> Web:
        before = self.reader.webs.get(self.revision - 1)
        if before is None:
            known = self.reader.known_objects(self.revision)
            links: dict[Name, Links] = {(number, 0): each.links for number, each in known.items()}
            above, above_page = defaultdict[Name, set[Name]](set), defaultdict[Name, set[Name]](set)
            changed: list[Name] = []
        else:
            # What refers to an object in an earlier revision only is looked at in vain, and that is all.
            links, above, above_page = dict(before.links), before.above, before.above_page
            changed = self._changed(links, above)
        links[_TRAILER] = links_of(self.trailer_view)
        pages, waiting = self._pages(), [_TRAILER, *changed]
        while waiting:
            name = waiting.pop()
            for way, below in links[name].below:
                if below not in above:
                    waiting.append(below)
                    if below not in links:
                        links[below] = self._links(below)
                above[below].add(name)
                if below in pages and (way[-1] == "/Pages" or isinstance(way[-1], int)):
                    above_page[below].add(name)
        web = Web(links, above, above_page, pages, self._structure(links))
        self.reader.webs[self.revision] = web
        return web

    def _changed(self, links: dict[Name, Links], above: dict[Name, set[Name]]) -> list[Name]:
        """What this revision put in place of objects that something refers to; `links` has its links afterwards."""
        data = self.reader.xrefs._xref_sections[self.revision].xref_data  # noqa: SLF001 - pinned by a test
        written = [(number, generation) for number, (generation, _) in data.standard_xrefs.items()]
        written += [(number, 0) for number in data.xrefs_in_objstm]
        freed = [(number, generation - 1) for number, generation in data.freed.items()]
        for name in (*written, *freed):
            links.pop(name, None)
        links.update({name: Links((), (), (), is_element=False) for name in freed})
        changed = [name for name in written if name in above]
        links.update({name: self._links(name) for name in changed})
        return changed

    def _links(self, name: Name) -> Links:
        # What did not change is the same in all revisions, and need not be copied for this one.
        place = self.reader.xrefs.get_historical_ref(Reference(*name, self), self.revision)
        return self.reader.links_at(name, place)

    def _pages(self) -> dict[Name, Path]:
        """The way through the page tree to each of its nodes: pyHanko enters them by no other."""
        top, found = self.root.raw_get("/Pages"), dict[Name, Path]()
        path: Path = ("/Root", "/Pages")
        if isinstance(top, IndirectObject):
            found[top.idnum, top.generation] = path
        for name, way in self._kids(top.get_object(), path):
            if name in found:
                raise PdfStrictReadError("Circular reference in the page tree")
            found[name] = way
        return found

    def _kids(self, pages: DictionaryObject, path: Path) -> Iterator[tuple[Name, Path]]:
        for at, kid in enumerate(pages["/Kids"]):
            way = (*path, "/Kids", at)
            if isinstance(kid, IndirectObject):
                yield (kid.idnum, kid.generation), way
            node = kid.get_object()
            if node.get("/Type", None) == "/Pages":
                yield from self._kids(node, way)

    def _structure(self, web: dict[Name, Links]) -> set[Name]:
        """The elements of the structure tree: pyHanko enters them only from above."""
        try:
            root = self.root.raw_get("/StructTreeRoot")
        except KeyError:
            return set()
        level, found = [*_known_kids(links_of(root.get_object()))], set[Name]()
        for _ in range(_MOST_LEVELS):
            if not level:
                return found
            links = [(name, web[name]) for name in level]
            if any(each.is_element is None for _, each in links):
                raise Tangled
            elements = [(name, each) for name, each in links if each.is_element]
            names = [name for name, _ in elements]
            if len({*names}) < len(names) or not found.isdisjoint(names):
                raise PdfStrictReadError("Circular reference in the structure tree")
            found.update(names)
            level = [kid for _, each in elements for kid in _known_kids(each)]
        raise PdfStrictReadError("The structure tree is too deep")


def _known_kids(links: Links) -> tuple[Name, ...]:
    if links.kids is None:
        raise Tangled
    return links.kids


def _ways(web: Web, wanted: Name) -> set[Path]:
    """All ways from the trailer to an object, as pyHanko walks them."""
    if wanted not in web.above:
        return set()
    leading = {wanted, *web.above[wanted]}
    waiting = [*web.above[wanted]]
    while waiting:
        for name in web.entered_from(waiting.pop()):
            if name not in leading:
                leading.add(name)
                waiting.append(name)
    return set(_walked(web, wanted, leading, _TRAILER, (), ()))


def _walked(
    web: Web, wanted: Name, leading: set[Name], start: Name, path: Path, passed: tuple[Name, ...]
) -> Iterator[Path]:
    for way, name in web.links[start].below:
        if name not in leading or name in passed:
            continue
        whole = (*path, *way)
        is_inside = whole[:3] == _STRUCTURE
        if is_inside and "/P" in whole[max(3, len(path)) :]:  # an element's parent
            continue
        if name == wanted:
            yield whole
        is_entered = web.pages.get(name, whole) == whole and (is_inside or name not in web.structure)
        if is_entered:
            yield from _walked(web, wanted, leading, name, whole, (*passed, name))
