"""Sentences that arrive with their places filled, as refusals do that crossed a workflow, in another language.

Such a sentence is taken apart along the patterns of the catalogue ("Mã học sinh %(code)s: %(message)s"); what filled
its places is translated in the same way. Whatever is not surely ours stays as it is.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from babel.messages.catalog import Message
from babel.support import NullTranslations

_PLACE: Final = re.compile(r"%\((\w+)\)s")
_LETTER: Final = re.compile(r"[^\W\d_]")
_NUMBER: Final = r"[\d.,/]+"
_NUMBERED: Final = re.compile(r"(.+) (\S*\d\S*|\S+\.\S+)")  # a subject and its mark, a service and its address
_QUOTED: Final = re.compile("“[^“”]*”")
_CODE: Final = re.compile(r"[A-ZĐ]{1,2}")
_BRACKETED: Final = re.compile(r"([^()]+) \(([^()]+)\)")
_SENTENCES: Final = re.compile(r"(?<=[.!?]) (?=[^\W\d_a-z])")
_JOINTS: Final = {"; ": "; ", ": ": ": ", ", ": ", ", " và ": " and "}
# With fewer letters of its own a pattern is filled by single words and by sentences and names of ours only.
_SURE: Final = 12
_LONGEST: Final = 1000
_DEEPEST: Final = 8  # sentences within sentences


@dataclass(frozen=True)
class Pattern:
    """A sentence with places: what it looks like when they are filled, and its translations for one and for many."""

    looks: re.Pattern[str]
    letters: int  # of its own
    said: tuple[str, ...]

    @classmethod
    def of(cls, message: Message) -> "Pattern":
        text = message.id if isinstance(message.id, str) else message.id[0]
        pieces = [each.replace("%%", "%") for each in _PLACE.split(text)]
        names = pieces[1::2]
        for at, name in enumerate(names):
            is_again = name in names[:at]
            pieces[2 * at + 1] = f"(?P={name})" if is_again else f"(?P<{name}>{_NUMBER if name == 'count' else '.*?'})"
        own = "".join(pieces[::2])
        pieces[::2] = map(re.escape, pieces[::2])
        said = message.string or ""
        return cls(
            re.compile("".join(pieces), re.DOTALL),
            len(_LETTER.findall(own)),
            (said,) if isinstance(said, str) else tuple(said),
        )

    def filled(self, values: Mapping[str, str]) -> str:
        return self.said[0 if values.get("count") == "1" else -1] % values

    def quotes(self, name: str) -> bool:
        """In quotation marks stands what somebody typed, or what a spreadsheet says in its own language."""
        return f"“%({name})s”" in self.said[-1]


def _in_small(text: str) -> str:
    """As a name stands within a sentence."""
    return text[:1].lower() + text[1:]


class FinishedSentences(NullTranslations):
    """The fallback of a catalogue: asked for what is no sentence of it as it stands."""

    def __init__(self, messages: Iterable[Message]) -> None:
        super().__init__()
        translated = [each for each in messages if each.id and each.string]
        self._whole = {
            each.id: each.string for each in translated if isinstance(each.id, str) and isinstance(each.string, str)
        }
        self._small = {
            small: _in_small(said) for text, said in self._whole.items() for small in (text.lower(), _in_small(text))
        }
        places = (Pattern.of(each) for each in translated if each.python_format)
        self._patterns = sorted((each for each in places if each.letters), key=lambda each: -each.letters)
        self._said = lru_cache(maxsize=4096)(self._say)  # parts come again, and a text is no puzzle then

    def gettext(self, message: str) -> str:
        return (self._said(message, _DEEPEST) if len(message) <= _LONGEST else None) or message

    def _say(self, text: str, deep: int) -> str | None:
        """What can be said in several parts is, unless it has the full stop of a sentence."""
        if said := self._known(text):
            return said
        if not deep:
            return None
        if text.endswith("."):
            return self._filled(text, deep - 1) or self._in_parts(text, deep - 1)
        ways = (self._in_parts, self._bracketed, self._filled, self._without_stop)
        return next((said for way in ways if (said := way(text, deep - 1))), None)

    def _known(self, text: str) -> str | None:
        """A sentence as it stands, a name of ours in small letters, or no words of ours at all."""
        if not _LETTER.search(text) or _QUOTED.fullmatch(text) or _CODE.fullmatch(text):
            return text
        if said := self._name(text):
            return said
        numbered = _NUMBERED.fullmatch(text)
        name = self._name(numbered[1]) if numbered else None
        return f"{name} {numbered[2]}" if numbered and name else None

    def _name(self, text: str) -> str | None:
        return self._whole.get(text) or self._small.get(text)

    def _filled(self, text: str, deep: int) -> str | None:
        for pattern in self._patterns:
            found = pattern.looks.fullmatch(text)
            values = found.groupdict() if found else {}
            if values and all(self._fits(pattern, name, value, deep) for name, value in values.items()):
                return pattern.filled({name: self._value(pattern, name, value, deep) for name, value in values.items()})
        return None

    def _fits(self, pattern: Pattern, name: str, value: str, deep: int) -> bool:
        """Half a sentence and another one are no value: the text is several sentences, of which each is taken alone."""
        if len(_SENTENCES.split(value)) > 1 and not value.endswith("."):
            return False
        is_free = (pattern.letters >= _SURE and not value.endswith(".")) or pattern.quotes(name)
        return is_free or " " not in value or self._said(value, deep) is not None

    def _value(self, pattern: Pattern, name: str, value: str, deep: int) -> str:
        return value if pattern.quotes(name) else self._said(value, deep) or value

    def _without_stop(self, text: str, deep: int) -> str | None:
        """A sentence that goes on after its end, within another one."""
        said = self._known(f"{text}.") or self._filled(f"{text}.", deep)
        return said.removesuffix(".") if said else None

    def _in_parts(self, text: str, deep: int) -> str | None:
        """Several sentences, or the parts of a list: said if every part can be said."""
        if len(parts := _SENTENCES.split(text)) > 1:
            return self._joined(parts, " ", deep)
        if text.endswith("."):
            said = self._said(text[:-1], deep)
            return said and f"{said}."
        for joint, english in _JOINTS.items():
            if len(parts := text.split(joint)) > 1:
                return self._joined(self._names(parts, joint), english, deep)
        return None

    def _bracketed(self, text: str, deep: int) -> str | None:
        found = _BRACKETED.fullmatch(text)
        said = self._joined(found.groups(), " (", deep) if found else None
        return said and f"{said})"

    def _names(self, parts: list[str], joint: str) -> list[str]:
        """The parts of a list, those put together again that are one name: `Hoạt động trải nghiệm, hướng nghiệp`."""
        names: list[str] = []
        for part in parts:
            if names and f"{names[-1]}{joint}{part}" in self._whole:
                names[-1] += f"{joint}{part}"
            else:
                names.append(part)
        return names

    def _joined(self, parts: Iterable[str], joint: str, deep: int) -> str | None:
        said = []
        for part in parts:
            if not (words := self._said(part, deep)):
                return None
            said.append(words)
        return joint.join(said)
