"""Every leaf of a batch has a path to its root, and nothing else has."""

import hashlib

import pytest
from asn1crypto.tsp import PartialHashtrees
from hypothesis import given
from hypothesis import strategies as st

from signing.evidence.errors import EvidenceInvalid
from signing.evidence.tree import MAX_PATH_BYTES, HashTree, climb
from signing.tokens import DIGEST_BYTES

LEAVES = st.lists(st.binary(max_size=4).map(lambda data: hashlib.sha256(data).digest()), min_size=1, max_size=40)


def digests(count: int, algorithm: str = "sha256") -> list[bytes]:
    return [hashlib.new(algorithm, str(number).encode()).digest() for number in range(count)]


@pytest.mark.parametrize("algorithm", DIGEST_BYTES)
@pytest.mark.parametrize("count", [1, 2, 3, 5, 35, 1000, 5000])
def test_every_leaf_climbs_to_the_root(count: int, algorithm: str) -> None:
    leaves = digests(count, algorithm)
    tree = HashTree.over(leaves, algorithm)
    for leaf in leaves[:: max(1, count // 50)]:
        assert climb(tree.path(leaf), leaf, algorithm) == tree.root


def leads_to(root: bytes, path: bytes, leaf: bytes) -> bool:
    try:
        return climb(path, leaf, "sha256") == root
    except EvidenceInvalid:
        return False


@given(LEAVES, st.data())
def test_order_and_repetition_change_nothing(leaves: list[bytes], data: st.DataObject) -> None:
    tree = HashTree.over(leaves)
    assert HashTree.over([*data.draw(st.permutations(leaves)), leaves[0]]) == tree
    assert all(leads_to(tree.root, tree.path(leaf), leaf) for leaf in leaves)


@given(LEAVES, st.data())
def test_no_other_leaf_climbs_the_path(leaves: list[bytes], data: st.DataObject) -> None:
    tree, leaf = HashTree.over(leaves), data.draw(st.sampled_from(leaves))
    assert not leads_to(tree.root, tree.path(leaf), hashlib.sha256(b"a stranger's").digest())


@given(LEAVES, st.data())
def test_a_changed_byte_of_a_path_misses_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    tree, leaf = HashTree.over([*leaves, hashlib.sha256(b"another").digest()]), leaves[0]
    path = bytearray(tree.path(leaf))
    path[data.draw(st.integers(0, len(path) - 1))] ^= data.draw(st.integers(1, 255))
    assert not leads_to(tree.root, bytes(path), leaf)


def test_four_leaves_are_hashed_in_sorted_pairs() -> None:
    one, two, three, four = sorted(digests(4))
    left, right = (hashlib.sha256(pair).digest() for pair in (one + two, three + four))
    tree = HashTree.over([four, two, one, three])
    assert tree.root == hashlib.sha256(b"".join(sorted((left, right)))).digest()
    assert PartialHashtrees.load(tree.path(three)).native == [[three, four], [left]]


def test_a_last_leaf_without_a_sibling_moves_up() -> None:
    one, two, three = sorted(digests(3))
    pair = hashlib.sha256(one + two).digest()
    tree = HashTree.over([one, two, three])
    assert tree.root == hashlib.sha256(b"".join(sorted((pair, three)))).digest()
    assert PartialHashtrees.load(tree.path(three)).native == [sorted((pair, three))]


def test_a_lone_leaf_is_the_root() -> None:
    (leaf,) = digests(1)
    tree = HashTree.over([leaf, leaf])
    assert (tree.root, tree.path(leaf)) == (leaf, b"\x30\x00")


def test_a_path_among_a_thousand_is_small() -> None:
    leaves = digests(1000)
    tree = HashTree.over(leaves)
    assert max(len(tree.path(leaf)) for leaf in leaves[::100]) <= 420


@pytest.mark.parametrize("leaves", [[], [bytes(31)], [bytes(32), bytes(48)]])
def test_an_empty_batch_or_one_of_other_hashes_is_refused(leaves: list[bytes]) -> None:
    with pytest.raises(EvidenceInvalid, match="trống hoặc có mã băm sai độ dài"):
        HashTree.over(leaves)


def test_an_unknown_hash_function_is_refused() -> None:
    with pytest.raises(EvidenceInvalid):
        HashTree.over([bytes(16)], "md5")


def test_a_hash_outside_the_batch_has_no_path() -> None:
    for stranger in (bytes(32), bytes([255] * 32)):
        with pytest.raises(EvidenceInvalid, match="không thuộc đợt"):
            HashTree.over(digests(5)).path(stranger)


@pytest.mark.parametrize(
    "path", [b"", b"\x30\x01", b"\x04\x00", b"\x30\x00\x00", PartialHashtrees([[bytes(31)]]).dump()]
)
def test_a_damaged_path_is_refused(path: bytes) -> None:
    with pytest.raises(EvidenceInvalid, match="bị hỏng"):
        climb(path, bytes(32), "sha256")


def test_a_path_deeper_than_any_batch_is_refused() -> None:
    path = PartialHashtrees([[bytes(32)]] * (MAX_PATH_BYTES // 36 + 1)).dump()
    with pytest.raises(EvidenceInvalid, match="quá dài"):
        climb(path, bytes(32), "sha256")
