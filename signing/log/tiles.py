"""The tree of a log in files (c2sp.org/tlog-tiles): tiles of up to 256 hashes and bundles of up to 256 entries.

A hash on level L is the root of a full tile below, so of 256**L entries. Full files never change; those at the right
end are partial, and their names say how wide they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from signing.log.errors import LogDamaged
from signing.log.merkle import (
    EMPTY_ROOT,
    HASH_BYTES,
    consistency_ranges,
    inclusion_ranges,
    node_hash,
    root_hash,
    split,
)
from signing.log.store import TileStore

TILE_WIDTH = 256
TILE_HEIGHT = 8  # levels of the tree that one tile covers
LONGEST_ENTRY = (1 << 16) - 1  # bytes: its length takes two
ENTRIES = "entries"  # stands for the level in the path of a bundle


def tile_path(level: int | str, index: int, width: int = TILE_WIDTH) -> str:
    """Where a tile lies, or for the level `ENTRIES` a bundle: index 1234067 is `x001/x234/067`."""
    number = f"{index % 1000:03d}"
    while index := index // 1000:
        number = f"x{index % 1000:03d}/{number}"
    partial = f".p/{width}" if width < TILE_WIDTH else ""
    return f"tile/{level}/{number}{partial}"


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries one after another, each behind its length in two bytes."""
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)


def decode_bundle(data: bytes) -> list[bytes]:
    """The entries; raises ValueError when the last one is cut off."""
    entries, at = [], 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[at:start])
        if at > len(data):
            raise ValueError(at)
        entries.append(data[start:at])
    return entries


@dataclass(frozen=True)
class Tiles:
    """The tree of the first `size` entries, read from its files. Raises LogDamaged for one that is missing or cut."""

    store: TileStore
    size: int

    def hashes(self, level: int, index: int) -> list[bytes]:
        """The hashes of a tile, those that are complete at this size."""
        width = self._width(level, index)
        data = self._read(level, index, width)
        if len(data) != width * HASH_BYTES:
            raise LogDamaged(f"Tệp của nhật ký bị hỏng: {tile_path(level, index, width)}")
        return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]

    def bundle(self, index: int) -> list[bytes]:
        """The entries of a bundle, those that are there at this size."""
        width = self._width(0, index)
        try:
            entries = decode_bundle(self._read(ENTRIES, index, width))
        except ValueError:
            entries = []
        if len(entries) != width:
            raise LogDamaged(f"Tệp của nhật ký bị hỏng: {tile_path(ENTRIES, index, width)}")
        return entries

    def entries(self, begin: int, end: int) -> list[bytes]:
        """Entries from `begin` up to, not including, `end`."""
        found = [each for index in range(begin // TILE_WIDTH, -(-end // TILE_WIDTH)) for each in self.bundle(index)]
        return found[begin % TILE_WIDTH :][: end - begin]

    def root(self, begin: int, end: int) -> bytes:
        """The root over a range of entries, one that occurs in a proof or begins at 0."""
        count = end - begin
        if count == 0:
            return EMPTY_ROOT
        if count & (count - 1):
            middle = begin + split(count)
            return node_hash(self.root(begin, middle), self.root(middle, end))
        level = (count.bit_length() - 1) // TILE_HEIGHT
        first, width = begin >> TILE_HEIGHT * level, count >> TILE_HEIGHT * level
        index, at = divmod(first, TILE_WIDTH)
        return root_hash(self.hashes(level, index)[at : at + width])

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """That the entry is among the first `size`, which are at most all (RFC 9162 section 2.1.3.1)."""
        return [self.root(*each) for each in inclusion_ranges(index, size)]

    def consistency_proof(self, old: int, new: int) -> list[bytes]:
        """That the first `new` entries begin with the first `old` (RFC 9162 section 2.1.4.1)."""
        return [self.root(*each) for each in consistency_ranges(old, new)]

    def _width(self, level: int, index: int) -> int:
        return min(TILE_WIDTH, (self.size >> TILE_HEIGHT * level) - index * TILE_WIDTH)

    def _read(self, level: int | str, index: int, width: int) -> bytes:
        path = tile_path(level, index, width)
        data = self.store.read(path)
        if data is None:
            raise LogDamaged(f"Nhật ký thiếu tệp: {path}")
        return data
