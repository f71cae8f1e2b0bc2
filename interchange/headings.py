"""Headings understood by what they mean: without accents, case and signs, by synonyms, over one row or two."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from interchange.sheets import cell_text, fold
from interchange.spreadsheet.workbook import CellValue, Grid

_HEADING_WITHIN: Final = 40  # rows from the top
_ALIKE: Final = str.maketrans("đy", "di")
_FILLERS: Final = {"va", "cua"}
_OF_PUPILS: Final = (" hoc sinh", " hs")
_FALSE_FRIENDS: Final = {"năm"}  # without accents it would be “nam”


def plain(text: str) -> str:
    """Return the words of a text without accents, case, signs, “và” and “của”; y is i, as in “quản lý, quản lí”."""
    letters = unicodedata.normalize("NFD", cell_text(text).casefold()).translate(_ALIKE)
    kept = (sign if sign.isalnum() else " " for sign in letters if not unicodedata.combining(sign))
    return " ".join(word for word in "".join(kept).split() if word not in _FILLERS)


class Vocabulary:
    """Which heading is meant: by synonym, the heading's own name and how far down its list the synonym stands.

    The own name stands before all others unless the list names it somewhere else.
    """

    def __init__(self, synonyms: Mapping[str, Iterable[str]], neutral: Iterable[str]) -> None:
        self._neutral = {plain(phrase) for phrase in neutral}
        self._meant: dict[str, tuple[str, int]] = {}
        for heading, words in synonyms.items():
            for rank, phrase in enumerate(words, start=1):
                self._meant.setdefault(plain(phrase), (heading, rank))
            self._meant.setdefault(plain(heading), (heading, 0))

    def is_neutral(self, text: str) -> bool:
        """Whether an upper heading adds nothing to the ones below it."""
        return plain(text) in self._neutral

    def find(self, text: str) -> tuple[str, int] | None:
        """Look a heading up: as it stands, then without what is in brackets, then without “học sinh”."""
        if fold(text) in _FALSE_FRIENDS:
            return None
        for words in dict.fromkeys((plain(text), plain(_without_brackets(text)))):
            for suffix in ("", *_OF_PUPILS):
                if words.endswith(suffix) and (found := self._meant.get(words.removesuffix(suffix))):
                    return found
        return None


@dataclass(frozen=True)
class Headings:
    """The heading rows of a sheet, the column of each known heading, and the columns left aside."""

    top: int
    bottom: int
    columns: Mapping[str, int]
    aside: Mapping[int, str]  # heading as written, by column


@dataclass(frozen=True)
class _Heading:
    """What stands over one column; the upper text may stand further left, and need not belong to the column then."""

    upper: str
    lower: str
    is_own: bool = True

    @property
    def written(self) -> str:
        return " – ".join(dict.fromkeys(text for text in (self.upper, self.lower) if text))


def find_headings(grid: Grid, vocabulary: Vocabulary, keys: Iterable[str]) -> Headings | None:
    """Find the heading, one row or two, that names most of what is known, one of `keys` among it; None if none does."""
    wanted, best = set(keys), None
    for top in range(min(len(grid.rows), _HEADING_WITHIN)):
        if best is not None and top > best.bottom + 1:
            break
        for found in _readings(grid, top, vocabulary):
            if wanted & found.columns.keys() and len(found.columns) > (len(best.columns) if best else 1):
                best = found
    return best


def _readings(grid: Grid, top: int, vocabulary: Vocabulary) -> Iterator[Headings]:
    """A row as a heading, and with the row below it if that could belong to it; it does if it only fills gaps."""
    upper, lower = ([" ".join(cell_text(value).split()) for value in row] for row in _two_rows(grid, top))
    alone = _read((top, top), {column: _Heading(text, "") for column, text in enumerate(upper) if text}, vocabulary)
    fills_gaps = any(lower) and not any(lower[column] for column in alone.columns.values() if column < len(lower))
    if not fills_gaps:
        yield alone
    if len(alone.columns) > 1 and any(lower):
        covered = {
            column: merge.first[1]
            for merge in grid.merges
            if merge.first[0] <= top <= merge.last[0]
            for column in range(merge.first[1], min(merge.last[1], len(upper)) + 1)
        }
        yield _read((top, top + 1), _of_two_rows(upper, lower, covered), vocabulary)


def _two_rows(grid: Grid, top: int) -> tuple[list[CellValue], list[CellValue]]:
    return grid.rows[top], grid.rows[top + 1] if top + 1 < len(grid.rows) else []


def _of_two_rows(upper: list[str], lower: list[str], covered: Mapping[int, int]) -> dict[int, _Heading]:
    """The headings by column; `covered` gives the first of the merged cells that a column belongs to."""
    found, above = {}, ""
    for column in range(max(len(upper), len(lower))):
        below = lower[column] if column < len(lower) else ""
        own = upper[column] if column < len(upper) else ""
        merged = upper[covered[column]] if column in covered and covered[column] < len(upper) else ""
        above = own or merged or (above if below else "")
        if above or below:
            found[column] = _Heading(above, below, bool(own or merged))
    return found


def _read(place: tuple[int, int], headings: Mapping[int, _Heading], vocabulary: Vocabulary) -> Headings:
    """Take the surest name of each; of two columns that are as sure, the first."""
    known = {column: meant for column, each in headings.items() if (meant := _meaning(each, vocabulary))}
    columns: dict[str, int] = {}
    for column in sorted(known, key=lambda column: (known[column][1], column)):
        columns.setdefault(known[column][0], column)
    taken = set(columns.values())
    return Headings(*place, columns, {column: each.written for column, each in headings.items() if column not in taken})


def _meaning(heading: _Heading, vocabulary: Vocabulary) -> tuple[str, int] | None:
    upper, lower = heading.upper, heading.lower
    if not upper or not lower or vocabulary.is_neutral(upper):
        return vocabulary.find(lower or upper)
    together = vocabulary.find(f"{upper} {lower}") or vocabulary.find(f"{lower} {upper}")
    return together or (None if heading.is_own else vocabulary.find(lower))


def _without_brackets(text: str) -> str:
    before, bracket, rest = text.partition("(")
    return f"{before} {rest.partition(')')[2]}" if bracket else text
