"""The right edge: appending piece by piece gives the files of appending at once, from the partial files alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.log.edge import RightEdge
from signing.log.errors import LogDamaged
from signing.log.merkle import EMPTY_ROOT, root_hash
from signing.log.tiles import Tiles
from tests.signing.log.samples import MemoryTiles, entries, hashes, tiles


def grown(pieces: list[int]) -> MemoryTiles:
    """A store after appends of so many entries each, every one from what the last one left."""
    store, size = MemoryTiles(), 0
    for piece in pieces:
        edge, files = RightEdge.read(Tiles(store, size)).extended(entries(piece, size))
        store.files |= dict([*files, *edge.files])
        size = edge.size
    return store


@given(st.lists(st.integers(0, 700), max_size=6))
def test_pieces_give_the_files_of_the_whole(pieces: list[int]) -> None:
    whole = tiles(entries(sum(pieces))).store
    assert isinstance(whole, MemoryTiles)
    assert whole.files.items() <= grown(pieces).files.items()


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65_535, 65_536, 65_793])
def test_the_root_of_the_edge_is_the_root_of_the_entries(size: int) -> None:
    edge, _ = RightEdge().extended(entries(size))
    assert edge.root == root_hash(hashes(entries(size)))
    assert RightEdge.read(tiles(entries(size))) == edge


def test_an_empty_log_has_no_files() -> None:
    assert RightEdge().files == []
    assert RightEdge().root == EMPTY_ROOT


def test_a_partial_tile_stays_beside_the_full_one_that_continues_it() -> None:
    files = grown([200, 100]).files
    assert files["tile/0/000"].startswith(files["tile/0/000.p/200"])
    assert files["tile/entries/000"].startswith(files["tile/entries/000.p/200"])


def test_only_partial_files_are_read() -> None:
    tree = tiles(entries(70_000))
    RightEdge.read(tree)
    assert isinstance(tree.store, MemoryTiles)
    assert sorted(tree.store.reads) == [
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
        "tile/entries/273.p/112",
    ]


def test_entries_that_do_not_fit_their_hashes_are_damaged() -> None:
    tree = tiles(entries(300))
    assert isinstance(tree.store, MemoryTiles)
    bundle = tree.store.files["tile/entries/001.p/44"]
    tree.store.files["tile/entries/001.p/44"] = bundle.replace(b"entry 299", b"entry 999")
    with pytest.raises(LogDamaged, match=r"không khớp mã băm: tile/entries/001\.p/44"):
        RightEdge.read(tree)
