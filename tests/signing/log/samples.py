"""Logs to play with: stores in memory, entries, and a log with a key of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signing.log.edge import RightEdge
from signing.log.log import HistoryLog
from signing.log.merkle import leaf_hash
from signing.log.signers import NoteSigner
from signing.log.tiles import Tiles

ORIGIN = "log.example/hocba"


@dataclass
class MemoryTiles:
    """Remembers what was read; breaks at the n-th write if told to."""

    files: dict[str, bytes] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)
    writes_left: int = 1 << 30

    def read(self, path: str) -> bytes | None:
        self.reads.append(path)
        return self.files.get(path)

    def write(self, path: str, data: bytes) -> None:
        if self.writes_left == 0:
            raise OSError(28, "No space left on device")
        self.writes_left -= 1
        self.files[path] = data


def signer(name: str = ORIGIN, seed: int = 1) -> NoteSigner:
    return NoteSigner(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


def entries(count: int, start: int = 0) -> list[bytes]:
    return [b"entry %d" % index for index in range(start, start + count)]


def history(store: MemoryTiles, *, seed: int = 1) -> HistoryLog:
    return HistoryLog(store, signer(seed=seed), ORIGIN)


def written(leaves: Sequence[bytes]) -> MemoryTiles:
    """A store with a log of exactly these entries."""
    store = MemoryTiles()
    history(store).append(0, leaves)
    return store


def tiles(leaves: Sequence[bytes]) -> Tiles:
    """The tree of these entries without a log around it."""
    edge, files = RightEdge().extended(leaves)
    return Tiles(MemoryTiles(dict([*files, *edge.files])), edge.size)


def hashes(leaves: Sequence[bytes]) -> list[bytes]:
    return [leaf_hash(leaf) for leaf in leaves]
