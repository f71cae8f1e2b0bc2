"""Tiles and bundles: their names, what a tree of a size is made of, and proofs read from them."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.log.errors import LogDamaged
from signing.log.merkle import continues, includes, root_hash
from signing.log.tiles import ENTRIES, Tiles, decode_bundle, encode_bundle, tile_path
from tests.signing.log.samples import MemoryTiles, entries, hashes, tiles

LEAVES = entries(70_000)
TREE = tiles(LEAVES)


def files(tree: Tiles) -> dict[str, bytes]:
    assert isinstance(tree.store, MemoryTiles)
    return tree.store.files


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (tile_path(0, 0), "tile/0/000"),
        (tile_path(1, 999), "tile/1/999"),
        (tile_path(0, 1000), "tile/0/x001/000"),
        (tile_path(2, 1_234_067), "tile/2/x001/x234/067"),
        (tile_path(0, 273, 112), "tile/0/273.p/112"),
        (tile_path(ENTRIES, 1_234_067, 8), "tile/entries/x001/x234/067.p/8"),
    ],
)
def test_names_are_those_of_the_specification(path: str, expected: str) -> None:
    assert path == expected


def test_a_tree_of_70000_entries_has_the_tiles_the_specification_counts() -> None:
    found = {path: len(data) // 32 for path, data in files(TREE).items() if not path.startswith("tile/entries/")}
    full = {path for path, width in found.items() if width == 256}
    assert full == {tile_path(0, index) for index in range(273)} | {"tile/1/000"}
    assert {path: width for path, width in found.items() if path not in full} == {
        "tile/0/273.p/112": 112,
        "tile/1/001.p/17": 17,
        "tile/2/000.p/1": 1,
    }


def test_every_full_tile_has_its_bundle() -> None:
    bundles = {path.removeprefix("tile/entries/") for path in files(TREE) if path.startswith("tile/entries/")}
    assert bundles == {path.removeprefix("tile/0/") for path in files(TREE) if path.startswith("tile/0/")}


def test_a_tree_of_256_entries_is_a_full_tile_and_one_hash_above() -> None:
    assert sorted(files(tiles(LEAVES[:256]))) == ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]


def test_a_bundle_puts_two_bytes_of_length_before_each_entry() -> None:
    assert encode_bundle([b"ab", b"", b"c" * 300]) == b"\x00\x02ab\x00\x00\x01\x2c" + b"c" * 300


@given(st.lists(st.binary(max_size=600), max_size=20))
def test_a_bundle_can_be_read_back_and_no_part_of_it_passes_for_it(given_entries: list[bytes]) -> None:
    data = encode_bundle(given_entries)
    assert decode_bundle(data) == given_entries
    if data:
        with pytest.raises(ValueError, match=r"\d+"):
            decode_bundle(data[:-1])


@given(st.integers(0, 70_000), st.integers(0, 600))
def test_entries_are_read_from_anywhere(begin: int, count: int) -> None:
    end = min(begin + count, 70_000)
    assert TREE.entries(begin, end) == LEAVES[begin:end]


@given(st.data(), st.integers(1, 70_000))
def test_an_entry_is_proved_for_any_size_from_the_tiles_of_the_largest(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf = hashes(LEAVES[index : index + 1])[0]
    assert includes(leaf, index, (size, TREE.root(0, size)), TREE.inclusion_proof(index, size))


@given(st.data(), st.integers(0, 70_000))
def test_any_two_sizes_are_proved_to_be_one_history_from_the_tiles_of_the_largest(
    data: st.DataObject, new: int
) -> None:
    old = data.draw(st.integers(0, new))
    heads = [(size, TREE.root(0, size)) for size in (old, new)]
    assert continues(heads[0], heads[1], TREE.consistency_proof(old, new))


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 65_535, 65_536, 65_537, 70_000])
def test_the_root_from_tiles_is_the_root_of_the_entries(size: int) -> None:
    expected = root_hash(hashes(LEAVES[:size]))
    assert TREE.root(0, size) == expected
    assert tiles(LEAVES[:size]).root(0, size) == expected


def test_a_missing_tile_is_named() -> None:
    tree = tiles(LEAVES[:300])
    del files(tree)["tile/0/000"]
    with pytest.raises(LogDamaged, match=r"thiếu tệp: tile/0/000$"):
        tree.inclusion_proof(0, 300)


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"\0" * 32, lambda data: b""])
def test_a_tile_of_another_width_is_damaged(change: Callable[[bytes], bytes]) -> None:
    tree = tiles(LEAVES[:300])
    files(tree)["tile/0/001.p/44"] = change(files(tree)["tile/0/001.p/44"])
    with pytest.raises(LogDamaged, match=r"bị hỏng: tile/0/001\.p/44"):
        tree.inclusion_proof(299, 300)


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"\0\0", lambda data: data + b"\0"])
def test_a_bundle_with_other_than_its_entries_is_damaged(change: Callable[[bytes], bytes]) -> None:
    tree = tiles(LEAVES[:300])
    files(tree)["tile/entries/001.p/44"] = change(files(tree)["tile/entries/001.p/44"])
    with pytest.raises(LogDamaged, match=r"bị hỏng: tile/entries/001\.p/44"):
        tree.entries(290, 300)
