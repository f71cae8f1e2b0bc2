"""The form of chain.json: links woven by hashes, and the entries of the history log that speak of them.

It is canonical JSON (RFC 8785), so that one chain has one hash. Each link carries the SHA-256 of the one before it, as
it stands there with what it carries itself; `head` is that of the last one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

import rfc8785
from pydantic import Field, TypeAdapter, ValidationError

from domain.chains import GapLink, Link, MoveLink, PaperLink, TermLink
from signing.chain.errors import ChainInvalid
from signing.log.notes import from_base64

FORMAT: Literal["hocba-chain/1"] = "hocba-chain/1"
FIRST = ""  # what the first link carries
_AnyLink: TypeAlias = Annotated[PaperLink | TermLink | MoveLink | GapLink, Field(discriminator="kind")]
_BROKEN = "Tệp chuỗi học bạ có chain.json không đúng cấu trúc hoặc không ở dạng chuẩn (RFC 8785)."


@dataclass(frozen=True)
class WovenLink:
    """A link with the hash of the one before it."""

    previous: str
    link: _AnyLink

    @property
    def sha256(self) -> str:
        return hashlib.sha256(rfc8785.dumps(_WOVEN.dump_python(self, mode="json"))).hexdigest()


@dataclass(frozen=True)
class Entry:
    """An entry of the history log with the proof that it is there (RFC 9162 section 2.1.3), hashes in base64."""

    position: int
    leaf: str
    proof: tuple[str, ...]

    @property
    def hashes(self) -> list[bytes]:
        """The proof; a malformed hash is b"", which fits nowhere."""
        return [from_base64(each) for each in self.proof]


@dataclass(frozen=True)
class LogPart:
    """Which log, how many entries it had, and those that are about the links, in order."""

    origin: str
    size: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Chain:
    """`pupil` is the pupil's code, as it stands on every paper."""

    format: Literal["hocba-chain/1"]
    pupil: str
    links: tuple[WovenLink, ...]
    head: str
    log: LogPart

    def dumps(self) -> bytes:
        """Canonical JSON. Raises rfc8785.CanonicalizationError for a number that JSON cannot carry."""
        return rfc8785.dumps(_CHAIN.dump_python(self, mode="json"))

    @property
    def found(self) -> list[Link]:
        """The links without what weaves them."""
        return [each.link for each in self.links]


_WOVEN: TypeAdapter[Any] = TypeAdapter(WovenLink)
_CHAIN: TypeAdapter[Chain] = TypeAdapter(Chain)


def woven(links: Sequence[Link]) -> tuple[WovenLink, ...]:
    """The links in their order, each with the hash of the one before."""
    done: list[WovenLink] = []
    for link in links:
        done.append(WovenLink(done[-1].sha256 if done else FIRST, link))
    return tuple(done)


def make_chain(pupil: str, links: Sequence[Link], log: LogPart) -> Chain:
    done = woven(links)
    return Chain(FORMAT, pupil, done, done[-1].sha256 if done else FIRST, log)


def read_chain_json(data: bytes) -> Chain:
    """Raises ChainInvalid unless it is exactly what `dumps` writes: no field more, none less, none twice."""
    try:
        chain = _CHAIN.validate_json(data, strict=True)
        is_canonical = chain.dumps() == data
    except (ValidationError, ValueError, RecursionError) as error:
        raise ChainInvalid(_BROKEN) from error
    if not is_canonical:
        raise ChainInvalid(_BROKEN)
    return chain
