"""Headings understood by what they mean: without accents, case and signs, by synonyms, over one row or two."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from interchange.sheets import cell_text, fold
from interchange.spreadsheet.workbook import CellValue

_HEADING_WITHIN: Final = 40  # rows from the top
_FILLERS: Final = {"va", "cua"}
_OF_PUPILS: Final = (" hoc sinh", " hs")
_FALSE_FRIENDS: Final = {"năm"}  # without accents it would be “nam”


def plain(text: str) -> str:
    """Return the words of a text without accents, case, signs, “và” and “của”."""
    letters = unicodedata.normalize("NFD", cell_text(text).casefold().replace("đ", "d"))
    kept = (sign if sign.isalnum() else " " for sign in letters if not unicodedata.combining(sign))
    return " ".join(word for word in "".join(kept).split() if word not in _FILLERS)


class Vocabulary:
    """Which heading is meant: by synonym, the heading's own name and how far down its list the synonym stands.

    The own name stands before all others unless the list names it somewhere else.
    """

    def __init__(self, synonyms: Mapping[str, Iterable[str]]) -> None:
        self._meant: dict[str, tuple[str, int]] = {}
        for heading, words in synonyms.items():
            for rank, phrase in enumerate(words, start=1):
                self._meant.setdefault(plain(phrase), (heading, rank))
            self._meant.setdefault(plain(heading), (heading, 0))

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
class _Claim:
    """That a column holds what a heading names; the lowest claim to a heading wins."""

    doubt: int  # 0: the whole heading says so, 1: only the lower of its two rows
    rank: int
    column: int
    heading: str


def find_headings(rows: Sequence[Sequence[CellValue]], vocabulary: Vocabulary, keys: Iterable[str]) -> Headings | None:
    """Find the heading, one row or two, that names most of what is known, one of `keys` among it; None if none does."""
    wanted, best = set(keys), None
    for top in range(min(len(rows), _HEADING_WITHIN)):
        if best is not None and top > best.bottom + 1:
            break
        for found in _readings(rows[top : top + 2], top, vocabulary):
            if wanted & found.columns.keys() and len(found.columns) > (len(best.columns) if best else 1):
                best = found
    return best


def _readings(rows: Sequence[Sequence[CellValue]], top: int, vocabulary: Vocabulary) -> Iterator[Headings]:
    """The first of two rows as a heading, and both of them if the first names anything at all."""
    alone = _read((top, top), rows[0], (), vocabulary)
    yield alone
    if alone.columns and len(rows) > 1:
        yield _read((top, top + 1), rows[0], rows[1], vocabulary)


def _read(
    place: tuple[int, int], upper: Sequence[CellValue], lower: Sequence[CellValue], vocabulary: Vocabulary
) -> Headings:
    pairs = _pairs([cell_text(value) for value in upper], [cell_text(value) for value in lower])
    claims = sorted(
        (claim for column, pair in pairs.items() if (claim := _claim(column, pair, vocabulary))),
        key=lambda claim: (claim.doubt, claim.rank, claim.column),
    )
    columns: dict[str, int] = {}
    for claim in claims:
        columns.setdefault(claim.heading, claim.column)
    taken = set(columns.values())
    aside = {
        column: " – ".join(dict.fromkeys(text for text in pair if text))
        for column, pair in pairs.items()
        if column not in taken
    }
    return Headings(*place, columns, aside)


def _pairs(upper: list[str], lower: list[str]) -> dict[int, tuple[str, str]]:
    """Upper and lower heading by column; an upper one, merged or not, stands for the columns to its right as well."""
    found, above = {}, ""
    for column in range(max(len(upper), len(lower))):
        own = upper[column] if column < len(upper) else ""
        below = lower[column] if column < len(lower) else ""
        above = own or (above if below else "")
        if above or below:
            found[column] = (" ".join(above.split()), " ".join(below.split()))
    return found


def _claim(column: int, pair: tuple[str, str], vocabulary: Vocabulary) -> _Claim | None:
    upper, lower = pair
    readings = [(upper or lower, 0)]
    if upper and lower:
        readings = [(f"{upper} {lower}", 0), (f"{lower} {upper}", 0), (lower, 1)]
    for text, doubt in readings:
        if meant := vocabulary.find(text):
            return _Claim(doubt, meant[1], column, meant[0])
    return None


def _without_brackets(text: str) -> str:
    before, bracket, rest = text.partition("(")
    return f"{before} {rest.partition(')')[2]}" if bracket else text
