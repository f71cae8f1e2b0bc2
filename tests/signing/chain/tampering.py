"""Ways to tamper with a file: its members, every field of its chain.json, and how far the tamperer goes to hide it."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import rfc8785

from domain.stored_zip import stored_zip
from signing.chain.errors import ChainInvalid
from signing.chain.file import CHAIN, STATEMENT, stated
from signing.chain.form import make_chain, read_chain_json
from signing.log.notes import Note
from signing.verification.verdicts import Verdict
from tests.signing.chain.world import Books
from tests.signing.log.samples import signer

Json = Any
Way = Callable[[dict[str, bytes], Json], dict[str, bytes]]


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def chain_of(data: bytes) -> Json:
    return json.loads(members(data)[CHAIN])


def as_it_is(held: dict[str, bytes], chain: Json) -> dict[str, bytes]:
    """Whoever changes a field and nothing else."""
    return held | {CHAIN: rfc8785.dumps(chain)}


def woven_anew(held: dict[str, bytes], chain: Json) -> dict[str, bytes]:
    """Whoever computes all hashes anew, too."""
    data = rfc8785.dumps(chain)
    try:
        read = read_chain_json(data)
        data = make_chain(read.pupil, read.found, read.log).dumps()
    except ChainInvalid:
        pass
    return held | {CHAIN: data}


def signed_anew(held: dict[str, bytes], chain: Json) -> dict[str, bytes]:
    """Whoever holds the log's key, too: the keeper of the log, lying."""
    held = woven_anew(held, chain)
    text = stated(held[CHAIN])
    return held | {STATEMENT: Note(text, (signer().sign(text),)).encode()}


WAYS: dict[str, Way] = {"as it is": as_it_is, "woven anew": woven_anew, "signed anew": signed_anew}


def verdict(books: Books, held: dict[str, bytes]) -> Verdict | None:
    """None if the file is refused."""
    try:
        return books.verify(stored_zip(held)).verdict
    except ChainInvalid:
        return None


def changes(chain: Json) -> Iterator[tuple[str, Json]]:
    """Every chain.json that differs in one field, or in one element less, twice or in another place."""
    for path in _paths(chain):
        for name, changed in _changed(_at(chain, path)):
            copy = deepcopy(chain)
            _at(copy, path[:-1])[path[-1]] = changed
            yield f"{'/'.join(map(str, path))}: {name}", copy


def _paths(node: Json, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    below = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, each in below:
        yield from _paths(each, (*path, key))


def _at(node: Json, path: tuple[Any, ...]) -> Json:
    for key in path:
        node = node[key]
    return node


STATES = ("in_force", "recalled", "superseded", "not_logged")
EVENTS = ("issued", "recalled", "superseded", "transferred")
KINDS = (
    *("year_record", "identity_page", "paper_extract", "transfer_result", "term_summary"),
    *("move", "no_record"),
)


def _changed(value: Json) -> Iterator[tuple[str, Json]]:
    match value:
        case dict():
            yield from ((f"without {key}", {k: v for k, v in value.items() if k != key}) for key in value)
            yield "more", value | {"more": ""}
        case list():
            for at in range(len(value)):
                yield f"without {at}", value[:at] + value[at + 1 :]
                yield f"{at} twice", value[: at + 1] + value[at:]
            for at in range(len(value) - 1):
                yield f"{at} after the next", [*value[:at], value[at + 1], value[at], *value[at + 2 :]]
        case int():
            yield from ((str(each), each) for each in (value + 1, value - 1, 0, -1, 1 << 50) if each != value)
            yield "text", str(value)
        case str():
            others = (*STATES, *EVENTS, *KINDS) if value in {*STATES, *EVENTS, *KINDS} else ()
            yield from (
                (each or "nothing", each) for each in (*others, "", f"{value}x", _turned(value)) if each != value
            )


def _turned(text: str) -> str:
    """The same with its last digit or letter another one."""
    return f"{text[:-1]}{'1' if text[-1:] != '1' else '2'}"
