"""The right edge of a log: what its partial files hold, which is all that appending and the root need."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from signing.log.errors import LogDamaged
from signing.log.merkle import leaf_hash, root_hash
from signing.log.tiles import ENTRIES, TILE_HEIGHT, TILE_WIDTH, Tiles, encode_bundle, tile_path

LEVELS = 8  # of tiles: enough for 2**64 entries

File = tuple[str, bytes]  # path and content
T = TypeVar("T")


@dataclass(frozen=True)
class RightEdge:
    """`entries` are those of the partial bundle, `levels[L]` the hashes of the partial tile on level L."""

    size: int = 0
    entries: tuple[bytes, ...] = ()
    levels: tuple[tuple[bytes, ...], ...] = ((),) * LEVELS

    @classmethod
    def read(cls, tiles: Tiles) -> Self:
        """The edge of a stored log, at most nine files. Raises LogDamaged if entries and hashes do not fit."""
        last = [tiles.size >> TILE_HEIGHT * (level + 1) for level in range(LEVELS)]
        widths = [(tiles.size >> TILE_HEIGHT * level) % TILE_WIDTH for level in range(LEVELS)]
        levels = [tuple(tiles.hashes(level, last[level])) if widths[level] else () for level in range(LEVELS)]
        entries = tiles.bundle(last[0]) if widths[0] else []
        if tuple(map(leaf_hash, entries)) != levels[0]:
            raise LogDamaged(f"Các mục cuối của nhật ký không khớp mã băm: {tile_path(ENTRIES, last[0], len(entries))}")
        return cls(tiles.size, tuple(entries), tuple(levels))

    @property
    def root(self) -> bytes:
        """The root hash of all entries, the empty root if there are none."""
        ragged: list[bytes] = []  # the root of what lies right of the complete nodes of a level
        for hashes in self.levels:
            if row := [*hashes, *ragged]:
                ragged = [root_hash(row)]
        return root_hash(ragged)

    @property
    def files(self) -> list[File]:
        """The partial files."""
        files = [(tile_path(ENTRIES, self.size // TILE_WIDTH, len(self.entries)), encode_bundle(self.entries))]
        for level, hashes in enumerate(self.levels):
            index = self.size >> TILE_HEIGHT * (level + 1)
            files.append((tile_path(level, index, len(hashes)), b"".join(hashes)))
        return [(path, data) for path, data in files if data]

    def extended(self, entries: Sequence[bytes]) -> tuple[Self, list[File]]:
        """The edge after these entries, and the files that filled up."""
        bundles, rest = _cut([*self.entries, *entries])
        files = [
            (tile_path(ENTRIES, at), encode_bundle(bundle))
            for at, bundle in enumerate(bundles, self.size // TILE_WIDTH)
        ]
        levels, rising = [], [leaf_hash(entry) for entry in entries]
        for level, held in enumerate(self.levels):
            tiles, partial = _cut([*held, *rising])
            first = self.size >> TILE_HEIGHT * (level + 1)
            files += [(tile_path(level, at), b"".join(tile)) for at, tile in enumerate(tiles, first)]
            levels.append(tuple(partial))
            rising = [root_hash(tile) for tile in tiles]
        return type(self)(self.size + len(entries), tuple(rest), tuple(levels)), files


def _cut(row: list[T]) -> tuple[list[list[T]], list[T]]:
    """Full rows of a tile's width, and what is left over."""
    full = len(row) // TILE_WIDTH * TILE_WIDTH
    return [row[at : at + TILE_WIDTH] for at in range(0, full, TILE_WIDTH)], row[full:]
