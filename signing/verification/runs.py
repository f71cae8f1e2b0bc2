"""Parts of a page's text that follow each other, made from words of a form and fields of the content."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter

from signing.page_text import PAGE_END, squeezed
from signing.verification.content import Content, value_at
from signing.verification.printed_values import printed_value


@dataclass(frozen=True)
class Part:
    """A squeezed text on the page, and the field of the content that it is; "" for words of the form."""

    text: str
    field: str = ""


@dataclass(frozen=True)
class Gap:
    """Between two runs may stand the last lines of pages, and the heading of a table.

    A heading's cells are read in an order of their own: its letters must all be there, and each of `orders` in order.
    """

    foot: str  # squeezed, up to the page's number
    heading: str = ""
    orders: tuple[tuple[str, ...], ...] = ()

    def allows(self, text: str) -> bool:
        rest = re.sub(rf"{re.escape(self.foot)}\d+/\d+{PAGE_END}", "", text)
        is_heading = sorted(rest) == sorted(self.heading) and all(_follow(rest, words) for words in self.orders)
        return not rest or is_heading


def _follow(text: str, words: Iterable[str]) -> bool:
    at = 0
    for word in words:
        found = text.find(word, at)
        if found < 0:
            return False
        at = found + len(word)
    return True


@dataclass(frozen=True)
class Run:
    """Parts that follow each other with nothing in between; one of `ends` stands behind them, if there are any.

    `beside` follows them too, or stands within the last of them: a text of several lines on its right is read as one
    with it where two lines are of one height. `gap` says what may stand before the parts; anything may without it.
    """

    parts: tuple[Part, ...]
    ends: tuple[str, ...] = ()
    beside: tuple[Part, ...] = ()
    gap: Gap | None = None


def run(content: Content, form: str) -> Run:
    return Run(parts(content, form))


def rows(content: Content, name: str, form: str) -> tuple[Part, ...]:
    """The rows of a table, one after another."""
    found = enumerate(content.get(name, ()))
    return tuple(part for at, row in found for part in parts(row, form, f"{name}.{at}."))


def parts(content: Content, form: str, where: str = "") -> tuple[Part, ...]:
    """What a form says of a content: words, and in braces the paths of fields, with how they are printed."""
    return tuple(_filled(content, form, where))


def _filled(content: Content, form: str, where: str) -> Iterable[Part]:
    for words, path, how in _parsed(form):
        if words:
            yield Part(words)
        if path:
            yield Part(squeezed(printed_value(value_at(content, path), how)), where + path)


@lru_cache(maxsize=256)
def _parsed(form: str) -> tuple[tuple[str, str, str], ...]:
    """Words, the path of the field behind them, and how it is printed."""
    return tuple((squeezed(words), path or "", how or "") for words, path, how, _ in Formatter().parse(form))
