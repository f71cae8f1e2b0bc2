"""Revisions that do nothing but fill in a signature field: told from any others without comparing whole documents.

For each signature and each revision behind it pyHanko looks up every way to everything that was replaced: a quarter of
the time that a record's verification took. A revision is recognised here if it

- replaces one empty signature field, which nothing but the form and one page refers to, by the same with a signature
  and a look, and the catalogue, if at all, by the same with validation data (ISO 32000-2, 12.8.4.3);
- defines all else anew, under numbers that nothing before it refers to: what was left open cannot be filled in later.

After several of these in a row a document is what it was, with more signatures. All others pyHanko judges as ever.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any, Final

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    Reference,
    StreamObject,
)
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.pdf_utils.xref import ObjStreamRef
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel, SuspiciousModification
from pyhanko.sign.diff_analysis.policies import StandardDiffPolicy, _is_id
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

from signing.archival import ArchivalReader
from signing.object_links import Name, Path

_STORED: Final = frozenset({"/Certs", "/OCSPs", "/CRLs"})
_OF_THE_TRAILER: Final = frozenset({("/Root",), ("/Info",)})
_USES: Final = 2  # of a field: by its form, and by its page


class FillingsFirst(StandardDiffPolicy):
    """PyHanko's own analysis, but for what is recognised here. Of one document."""

    def __init__(self, reader: ArchivalReader) -> None:
        super().__init__(DEFAULT_DIFF_POLICY.global_rules, DEFAULT_DIFF_POLICY.form_rule)
        self._reader = reader
        self._filled: list[str | None] | None = None

    @property
    def filled(self) -> list[str | None]:
        """By revision, the name of the field that it fills in; None for one that is not recognised."""
        if self._filled is None:
            try:
                self._filled = _Fillings(self._reader).names()
            except (PdfError, ValueError, LookupError, TypeError, AttributeError, RuntimeError):
                self._filled = [None] * self._reader.total_revisions
        return self._filled

    def review_file(
        self,
        reader: PdfFileReader,
        base_revision: int | HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult | SuspiciousModification:
        allows_filling = field_mdp_spec is None and doc_mdp in {None, MDPPerm.FILL_FORMS}
        if allows_filling and reader is self._reader and isinstance(base_revision, int):
            names = self.filled[base_revision + 1 :]
            if None not in names:
                return DiffResult(ModificationLevel.FORM_FILLING, {name for name in names if name is not None})
        return super().review_file(reader, base_revision, field_mdp_spec, doc_mdp)


class _Fillings:
    def __init__(self, reader: ArchivalReader) -> None:
        self._reader = reader
        self._sections = [each.xref_data for each in reader.xrefs._xref_sections]  # noqa: SLF001 - pinned by a test
        trailers = [reader.trailer.flatten(each) for each in range(len(self._sections))]
        self._heads = [(each.raw_get("/Root"), each.raw_get("/Info")) for each in trailers]
        # Who refers to what a later revision defines, and how; of nothing else it matters.
        self._later = {name for each in self._sections[1:] for name in each.explicit_refs_in_revision}
        self._uses = defaultdict[Name, list[tuple[int, Path]]](list)
        self._taken: set[int] = set()  # numbers of objects up to the revision before
        self._tables = {each.idnum for each in reader.xrefs.xref_stream_refs}

    def names(self) -> list[str | None]:
        found: list[str | None] = [None]
        for revision in range(1, len(self._sections)):
            self._take_in(revision - 1)
            found.append(self._name(revision))
        return found

    def _take_in(self, revision: int) -> None:
        data = self._sections[revision]
        places: dict[Name, int | ObjStreamRef] = {(number, 0): place for number, place in data.xrefs_in_objstm.items()}
        places |= {(number, generation): place for number, (generation, place) in data.standard_xrefs.items()}
        for name, place in places.items():
            links = self._reader.links_at(name, place)
            for way, below in links.below:
                if below in self._later and not (name[0] in self._tables and way in _OF_THE_TRAILER):
                    self._uses[below].append((name[0], way))
            for aside in links.aside:
                self._uses[aside].append((name[0], ()))
        self._taken.update(data.standard_xrefs, data.xrefs_in_objstm, data.freed)

    def _name(self, revision: int) -> str | None:
        """The field that this revision fills in, and does nothing else."""
        data = self._sections[revision]
        generations = {generation for generation, _ in data.standard_xrefs.values()}
        if data.freed or data.xrefs_in_objstm or data.hybrid or generations != {0}:
            return None
        before, after = self._heads[revision - 1 : revision + 1]
        new, root = set(data.standard_xrefs) - self._taken, before[0].idnum
        replaced = set(data.standard_xrefs) & self._taken
        fields = replaced - {root}
        is_closed = not any((number, 0) in self._uses for number in (*new, root))
        if not is_closed or before != after or len(fields) != 1:
            return None
        if root in replaced and not self._is_catalogue_with_store(root, revision, new):
            return None
        return self._filled(fields.pop(), revision, new)

    def _filled(self, number: int, revision: int, new: Collection[int]) -> str | None:
        before, after = (self._value(number, each) for each in (revision - 1, revision))
        if not _is_same_but(before, after, added={"/V"}, changed={"/AP"}) or before.get("/FT") != "/Sig":
            return None
        signature, look = self._new(after.raw_get("/V"), revision, new), after.raw_get("/AP")
        if not isinstance(look, DictionaryObject) or look.keys() != {"/N"}:
            return None
        drawn = self._new(look.raw_get("/N"), revision, new)
        is_signature = _is_dictionary(signature) and signature.get("/Type") == "/Sig"
        is_drawn = isinstance(drawn, StreamObject) and drawn.get("/Subtype") == "/Form"
        is_known_by = self._is_of_form_and_page(number, revision)
        return str(after["/T"]) if is_signature and is_drawn and is_known_by else None

    def _is_of_form_and_page(self, number: int, revision: int) -> bool:
        catalogue = self._value(self._heads[revision][0].idnum, revision - 1)
        form, uses = catalogue.raw_get("/AcroForm"), self._uses[number, 0]
        by_form = [way for user, way in uses if isinstance(form, IndirectObject) and user == form.idnum]
        by_page = [way for _, way in uses if way[:1] == ("/Annots",)]
        ways = [*by_form, *by_page]
        is_one_each = len(uses) == _USES and len(by_form) == len(by_page) == 1 and by_form[0][:1] == ("/Fields",)
        return is_one_each and all(len(way) == 2 and isinstance(way[1], int) for way in ways)  # noqa: PLR2004 - key and place

    def _is_catalogue_with_store(self, number: int, revision: int, new: Collection[int]) -> bool:
        before, after = (self._value(number, each) for each in (revision - 1, revision))
        if not _is_same_but(before, after, added={"/DSS"}):
            return False
        store = self._new(after.raw_get("/DSS"), revision, new)
        if not _is_dictionary(store) or not store.keys() <= _STORED:
            return False
        lists = [store.raw_get(key) for key in store]
        return all(isinstance(each, ArrayObject) for each in lists) and all(
            isinstance(self._new(each.raw_get(at), revision, new), StreamObject)
            for each in lists
            for at in range(len(each))
        )

    def _new(self, reference: Any, revision: int, new: Collection[int]) -> Any:  # noqa: ANN401 - whatever stands there
        """The object that a reference names, if this revision defined it."""
        is_new = isinstance(reference, IndirectObject) and reference.idnum in new and reference.generation == 0
        return self._value(reference.idnum, revision) if is_new else None

    def _value(self, number: int, revision: int) -> Any:  # noqa: ANN401 - whatever stands there
        place = self._reader.xrefs.get_historical_ref(Reference(number, 0, self._reader), revision)
        return self._reader.object_at((number, 0), place)


def _is_dictionary(value: object) -> bool:
    return isinstance(value, DictionaryObject) and not isinstance(value, StreamObject)


def _is_same_but(before: Any, after: Any, added: Collection[str], changed: Collection[str] = ()) -> bool:  # noqa: ANN401 - whatever stands there
    """Whether both are dictionaries, and `after` has these keys besides and all others as before."""
    if not _is_dictionary(before) or not _is_dictionary(after):
        return False
    if after.keys() - before.keys() != set(added) or not before.keys() <= after.keys():
        return False
    return all(key in changed or _is_id(before.raw_get(key), after.raw_get(key)) for key in before)
