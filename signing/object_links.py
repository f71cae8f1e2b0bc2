"""What an object of a PDF refers to, and what the structure tree has below it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, PdfObject

Path: TypeAlias = tuple[str | int, ...]  # keys and indices, as pyHanko writes them
Name: TypeAlias = tuple[int, int]  # an object's number and generation
HOLDING = (IndirectObject, DictionaryObject, ArrayObject)


@dataclass(frozen=True)
class Links:
    """`below` are all references in an object, but to its parent, with the way to each; `kids` those of the structure.

    `aside` are the references that pyHanko does not follow: to parents, and of an object that is one itself. `kids` and
    `is_element` are None where it takes further objects to tell.
    """

    below: tuple[tuple[Path, Name], ...]
    aside: tuple[Name, ...]
    kids: tuple[Name, ...] | None
    is_element: bool | None


def links_of(value: PdfObject) -> Links:
    if isinstance(value, IndirectObject):
        return Links((), ((value.idnum, value.generation),), (), is_element=False)
    return Links(tuple(_below(value, ())), tuple(_parents(value)), _kids(value), _is_element(value))


def _below(value: PdfObject, path: Path) -> Iterator[tuple[Path, Name]]:
    for key, part in parts_of(value):
        if key == "/Parent":
            continue
        if isinstance(part, IndirectObject):
            yield (*path, key), (part.idnum, part.generation)
        else:
            yield from _below(part, (*path, key))


def _parents(value: PdfObject) -> Iterator[Name]:
    for key, part in parts_of(value):
        if not isinstance(part, IndirectObject):
            yield from _parents(part)
        elif key == "/Parent":
            yield part.idnum, part.generation


def parts_of(value: PdfObject) -> list[tuple[str | int, PdfObject]]:
    """The references, dictionaries and arrays that stand in a dictionary or array, as they are, by key or index."""
    found: Iterable[tuple[str | int, PdfObject]] = ()
    if isinstance(value, DictionaryObject):
        found = dict.items(value)
    elif isinstance(value, ArrayObject):
        found = enumerate(list.__iter__(value))
    return [(key, part) for key, part in found if isinstance(part, HOLDING)]


def _kids(value: PdfObject) -> tuple[Name, ...] | None:
    if not isinstance(value, DictionaryObject) or "/K" not in value:
        return ()
    found = value.raw_get("/K")
    if isinstance(found, IndirectObject):
        return None
    each = [found.raw_get(at) for at in range(len(found))] if isinstance(found, ArrayObject) else [found]
    # An element that is no object of its own may have more below it.
    if any(isinstance(kid, DictionaryObject) and _is_element(kid) is not False for kid in each):
        return None
    return tuple((kid.idnum, kid.generation) for kid in each if isinstance(kid, IndirectObject))


def _is_element(value: PdfObject) -> bool | None:
    """Whether it is one of the structure; what does not say so is one too (ISO 32000-1, table 323)."""
    if not isinstance(value, DictionaryObject):
        return False
    kind = value.raw_get("/Type") if "/Type" in value else "/StructElem"
    return kind == "/StructElem" if isinstance(kind, str | NameObject) else None


def entry(node: DictionaryObject, key: str) -> Any:  # noqa: ANN401 - whatever stands there
    """What stands under a key, also where a reference leads there; () if nothing does."""
    # By [], which follows a reference; `get` does not.
    return node[key] if key in node else ()  # noqa: SIM401
