"""Sentences that arrive with their places filled, as refusals do that crossed a workflow, in another language.

Such a sentence is taken apart along the patterns of the catalogue ("Mã học sinh %(code)s: %(message)s"); what filled
its places is translated in the same way. Whatever is not surely ours stays as it is.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from babel.messages.catalog import Message
from babel.support import NullTranslations

_PLACE: Final = re.compile(r"%\((\w+)\)s")
_LETTER: Final = re.compile(r"[^\W\d_]")
_NUMBERED: Final = re.compile(r"(.+) (\S*[\d.]\S*)")  # a subject and its mark, a service and its address
_SENTENCES: Final = re.compile(r"(?<=[.!?]) (?=[^\W\d_a-z])")
_JOINTS: Final = {"; ": "; ", ": ": ": ", ", ": ", ", " và ": " and "}
# With fewer letters of its own a pattern is filled by single words and by sentences and names of ours only.
_SURE: Final = 5
_LONGEST: Final = 4000


@dataclass(frozen=True)
class Pattern:
    """A sentence with places: the text around them, their names, and its translations for one and for many."""

    pieces: tuple[str, ...]
    names: tuple[str, ...]
    said: tuple[str, ...]

    @classmethod
    def of(cls, message: Message) -> "Pattern":
        vietnamese = message.id if isinstance(message.id, str) else message.id[0]
        pieces = _PLACE.split(vietnamese)
        said = (message.string,) if isinstance(message.string, str) else tuple(message.string)
        return cls(tuple(each.replace("%%", "%") for each in pieces[::2]), tuple(pieces[1::2]), said)

    @property
    def letters(self) -> int:
        return len(_LETTER.findall("".join(self.pieces)))

    def values(self, text: str) -> dict[str, str] | None:
        """What fills the places, each as short as can be; None if the text is another sentence."""
        first, *between, last = self.pieces
        if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
            return None
        rest, found = text[len(first) : len(text) - len(last)], []
        for piece in between:
            value, is_there, rest = rest.partition(piece)
            if not is_there:
                return None
            found.append(value)
        return dict(zip(self.names, (*found, rest), strict=True))

    def filled(self, values: Mapping[str, str]) -> str:
        return self.said[0 if values.get("count") == "1" else -1] % values

    def quotes(self, name: str) -> bool:
        """In quotation marks stands what somebody typed, or what a spreadsheet says in its own language."""
        return f"“%({name})s”" in self.said[-1]


class FinishedSentences(NullTranslations):
    """The fallback of a catalogue: asked for what is no sentence of it as it stands."""

    def __init__(self, messages: Iterable[Message]) -> None:
        super().__init__()
        translated = [each for each in messages if each.id and each.string]
        self._whole = {each.id: each.string for each in translated if isinstance(each.id, str)}
        places = (Pattern.of(each) for each in translated if each.python_format)
        self._patterns = sorted((each for each in places if each.letters), key=lambda each: -each.letters)

    def gettext(self, message: str) -> str:
        return (self._said(message) if len(message) <= _LONGEST else None) or message

    def _said(self, text: str) -> str | None:
        """What can be said in several parts is, unless it has the full stop of a sentence."""
        if text.endswith("."):
            return self._known(text) or self._filled(text) or self._in_parts(text)
        return self._known(text) or self._in_parts(text) or self._filled(text) or self._without_stop(text)

    def _known(self, text: str) -> str | None:
        """A sentence as it stands, a name of ours that does not begin with a capital here, or no words at all."""
        if not _LETTER.search(text):
            return text
        if said := self._whole.get(text):
            return said
        if numbered := _NUMBERED.fullmatch(text):
            return self._joined(numbered.groups(), " ") if numbered[1] in self._whole else None
        said = self._whole.get(text[:1].upper() + text[1:], "")
        return said[:1].lower() + said[1:] or None

    def _filled(self, text: str) -> str | None:
        for pattern in self._patterns:
            values = pattern.values(text)
            if values is not None and all(self._fits(pattern, *each) for each in values.items()):
                return pattern.filled({name: self._value(pattern, name, value) for name, value in values.items()})
        return None

    def _fits(self, pattern: Pattern, name: str, value: str) -> bool:
        """Half a sentence and another one are no value: the text is several sentences, of which each is taken alone."""
        if name == "count" and _LETTER.search(value):
            return False
        if len(_SENTENCES.split(value)) > 1 and not value.endswith("."):
            return False
        return pattern.letters >= _SURE or " " not in value or self._is_ours(value)

    def _is_ours(self, text: str) -> bool:
        sure = (each for each in self._patterns if each.letters >= _SURE)
        return self._known(text) is not None or any(each.values(text) is not None for each in sure)

    def _value(self, pattern: Pattern, name: str, value: str) -> str:
        return value if pattern.quotes(name) else self._said(value) or value

    def _without_stop(self, text: str) -> str | None:
        """A sentence that goes on after its end, within another one."""
        said = self._known(f"{text}.") or self._filled(f"{text}.")
        return said.removesuffix(".") if said else None

    def _in_parts(self, text: str) -> str | None:
        """Several sentences, or the parts of a list: said if every part can be said."""
        if len(parts := _SENTENCES.split(text)) > 1:
            return self._joined(parts, " ")
        if text.endswith("."):
            said = self._said(text[:-1])
            return said and f"{said}."
        for joint, english in _JOINTS.items():
            if len(parts := text.split(joint)) > 1:
                return self._joined(self._names(parts, joint), english)
        return None

    def _names(self, parts: list[str], joint: str) -> list[str]:
        """The parts of a list, those put together again that are one name: `Hoạt động trải nghiệm, hướng nghiệp`."""
        names: list[str] = []
        for part in parts:
            if names and f"{names[-1]}{joint}{part}" in self._whole:
                names[-1] += f"{joint}{part}"
            else:
                names.append(part)
        return names

    def _joined(self, parts: Iterable[str], joint: str) -> str | None:
        said = []
        for part in parts:
            if not (words := self._said(part)):
                return None
            said.append(words)
        return joint.join(said)
