"""The tree of RFC 9162: published vectors, every proof of every small tree, and proofs that were tampered with."""

import base64
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.log.merkle import (
    EMPTY_ROOT,
    Range,
    consistency_ranges,
    continues,
    includes,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    root_hash,
)
from tests.signing.log.samples import entries, hashes

# The test data of Certificate Transparency (github.com/transparency-dev/merkle, testonly/constants.go).
PUBLISHED = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
PUBLISHED_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAF_0, LEAF_1 = PUBLISHED_ROOTS[1], "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
LEAF_4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
NODE_23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
NODE_45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
NODE_67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
NODE_4567 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
PUBLISHED_INCLUSION = [
    (0, 1, []),
    (0, 2, [LEAF_1]),
    (1, 2, [LEAF_0]),
    (2, 3, [PUBLISHED_ROOTS[2]]),
    (1, 5, [LEAF_0, NODE_23, LEAF_4]),
    (0, 8, [LEAF_1, NODE_23, NODE_4567]),
    (5, 8, [LEAF_4, NODE_67, PUBLISHED_ROOTS[4]]),
]
PUBLISHED_CONSISTENCY = [
    (1, 1, []),
    (1, 8, [LEAF_1, NODE_23, NODE_4567]),
    (6, 8, [NODE_45, NODE_67, PUBLISHED_ROOTS[4]]),
    (2, 5, [NODE_23, LEAF_4]),
]
# compact/range_test.go of the same project; entry i is i in two bytes, little end first.
PUBLISHED_LARGE_ROOTS = {
    10: "VjWMPSYNtCuCNlF/RLnQy6HcwSk6CIipfxm+hettA+4=",
    255: "SmdsuKUqiod3RX2jyF2M6JnbdE4QuTwwipfAowI4/i0=",
    256: "qFI0t/tZ1MdOYgyPpPzHFiZVw86koScXy9q3FU5casA=",
    1000: "RXrgb8xHd55Y48FbfotJwCbV82Kx22LZfEbmBGAvwlQ=",
    4096: "6uU/phfHg1n/GksYT6TO9aN8EauMCCJRl3dIK0HDs2M=",
    65535: "iPuVYJhP6SEE4gUFp8qbafd2rYv9YTCDYqAxCj8HdLM=",
}
LARGEST = 300
LEAVES = hashes(entries(LARGEST))


@cache
def root(begin: int, end: int) -> bytes:
    return root_hash(LEAVES[begin:end])


def looked_up(ranges: list[Range]) -> list[bytes]:
    return [root(*each) for each in ranges]


def unhex(proof: list[str]) -> list[bytes]:
    return [bytes.fromhex(each) for each in proof]


def published_root(begin: int, end: int) -> bytes:
    return root_hash(hashes(PUBLISHED)[begin:end])


def test_published_hashes_of_a_leaf_and_a_node() -> None:
    assert leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert node_hash(b"N123", b"N456").hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"


def test_published_roots_of_no_entry_to_eight() -> None:
    assert [published_root(0, size).hex() for size in range(9)] == PUBLISHED_ROOTS


def test_published_roots_of_large_trees() -> None:
    leaves = hashes([index.to_bytes(2, "little") for index in range(65_535)])
    found = {size: base64.b64encode(root_hash(leaves[:size])).decode() for size in PUBLISHED_LARGE_ROOTS}
    assert found == PUBLISHED_LARGE_ROOTS


@pytest.mark.parametrize(("index", "size", "proof"), PUBLISHED_INCLUSION)
def test_published_inclusion_proofs(index: int, size: int, proof: list[str]) -> None:
    assert [published_root(*each) for each in inclusion_ranges(index, size)] == unhex(proof)
    assert includes(leaf_hash(PUBLISHED[index]), index, (size, bytes.fromhex(PUBLISHED_ROOTS[size])), unhex(proof))


@pytest.mark.parametrize(("old", "new", "proof"), PUBLISHED_CONSISTENCY)
def test_published_consistency_proofs(old: int, new: int, proof: list[str]) -> None:
    heads = [(size, bytes.fromhex(PUBLISHED_ROOTS[size])) for size in (old, new)]
    assert [published_root(*each) for each in consistency_ranges(old, new)] == unhex(proof)
    assert continues(heads[0], heads[1], unhex(proof))


def test_every_entry_of_every_small_tree_is_proved_and_no_other_entry_is() -> None:
    other = leaf_hash(b"other")
    for size in range(1, LARGEST + 1):
        for index in range(size):
            proof = looked_up(inclusion_ranges(index, size))
            assert includes(LEAVES[index], index, (size, root(0, size)), proof)
            assert not includes(other, index, (size, root(0, size)), proof)
            assert not includes(LEAVES[index], index, (size, other), proof)


def test_every_small_tree_is_proved_to_continue_every_smaller_one() -> None:
    other = leaf_hash(b"other")
    for new in range(LARGEST + 1):
        for old in range(new + 1):
            proof = looked_up(consistency_ranges(old, new))
            assert continues((old, root(0, old)), (new, root(0, new)), proof)
            assert not continues((old, other), (new, root(0, new)), proof)
            assert not continues((old, root(0, old)), (new, other), proof) or old == 0


def test_a_proof_holds_for_one_place_only() -> None:
    for size in range(1, 65):
        for index in range(size):
            proof = looked_up(inclusion_ranges(index, size))
            places = [at for at in range(-1, size + 2) if includes(LEAVES[index], at, (size, root(0, size)), proof)]
            assert places == [index]


@st.composite
def spoilt(draw: st.DrawFn, proof: list[bytes]) -> list[bytes]:
    """Another list than the proof: an element changed, left out, added, cut or moved."""
    place = draw(st.integers(0, len(proof) - 1))
    bit, found = draw(st.integers(0, 255)), proof[place]
    flipped = (int.from_bytes(found) ^ 1 << bit).to_bytes(32)
    addition = draw(st.sampled_from([found, b"", EMPTY_ROOT, LEAVES[0]]))
    return draw(
        st.sampled_from(
            [
                [*proof[:place], flipped, *proof[place + 1 :]],
                [*proof[:place], *proof[place + 1 :]],
                [*proof[:place], addition, *proof[place:]],
                [*proof, addition],
                [*proof[:place], found[:-1], *proof[place + 1 :]],
                [*proof[:place], found + b"\0", *proof[place + 1 :]],
                [],
            ]
        )
    )


@given(st.data(), st.integers(2, LARGEST))
def test_a_spoilt_inclusion_proof_is_refused(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = looked_up(inclusion_ranges(index, size))
    assert not includes(LEAVES[index], index, (size, root(0, size)), data.draw(spoilt(proof)))


@given(st.data(), st.integers(2, LARGEST))
def test_a_spoilt_consistency_proof_is_refused(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(1, new - 1))
    proof = looked_up(consistency_ranges(old, new))
    assert not continues((old, root(0, old)), (new, root(0, new)), data.draw(spoilt(proof)))


@given(st.data(), st.integers(2, LARGEST))
def test_a_tree_with_one_entry_changed_continues_nothing_that_held_it(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(1, new - 1))
    place = data.draw(st.integers(0, old - 1))
    changed = [*LEAVES[:place], leaf_hash(b"changed"), *LEAVES[place + 1 : new]]
    proof = [root_hash(changed[begin:end]) for begin, end in consistency_ranges(old, new)]
    assert not continues((old, root(0, old)), (new, root_hash(changed)), proof)


@pytest.mark.parametrize("index", [-1, 0, 1])
def test_an_empty_tree_includes_nothing(index: int) -> None:
    assert not includes(EMPTY_ROOT, index, (0, EMPTY_ROOT), [])


def test_an_empty_tree_has_one_root_and_is_continued_without_a_proof() -> None:
    assert continues((0, EMPTY_ROOT), (2, root(0, 2)), [])
    assert not continues((0, EMPTY_ROOT), (2, root(0, 2)), [LEAVES[0]])
    assert not continues((0, LEAVES[0]), (2, root(0, 2)), [])


def test_a_tree_of_the_same_size_has_the_same_root_and_a_smaller_one_continues_nothing() -> None:
    assert continues((3, root(0, 3)), (3, root(0, 3)), [])
    assert not continues((3, root(0, 3)), (3, root(0, 3)), [LEAVES[0]])
    assert not continues((3, root(0, 3)), (3, root(0, 3)), [LEAVES[2], root(0, 2)])
    assert not continues((3, root(0, 3)), (3, root(0, 4)), [])
    assert not continues((4, root(0, 4)), (3, root(0, 3)), looked_up(consistency_ranges(3, 4)))
