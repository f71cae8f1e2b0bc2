"""The Merkle tree of RFC 9162 section 2.1 with SHA-256: hashes, proofs as ranges of leaves, and their verification.

A hash is 32 bytes. A proof is a list of hashes; each is the root of a range of leaves, so what is computed here is the
ranges, and whoever holds the tree (`signing.log.tiles`) looks their roots up.
"""

import hashlib
from collections.abc import Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Range = tuple[int, int]  # leaves from the first up to, not including, the second
TreeHead = tuple[int, bytes]  # number of leaves and root


def leaf_hash(entry: bytes) -> bytes:
    """RFC 9162 section 2.1.1."""
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162 section 2.1.1."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root_hash(hashes: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes (RFC 9162 section 2.1.1): an odd one at the end moves up as it is."""
    level = list(hashes) or [EMPTY_ROOT]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        odd = level[-1:] if len(level) % 2 else []
        level = [node_hash(left, right) for left, right in pairs] + odd
    return level[0]


def split(size: int) -> int:
    """The largest power of two smaller than a size of at least 2."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_ranges(index: int, end: int, begin: int = 0) -> list[Range]:
    """PATH of RFC 9162 section 2.1.3.1: the proof that leaf `index` is in the tree of the first `end` leaves."""
    if end - begin == 1:
        return []
    middle = begin + split(end - begin)
    if index < middle:
        return [*inclusion_ranges(index, middle, begin), (middle, end)]
    return [*inclusion_ranges(index, end, middle), (begin, middle)]


def consistency_ranges(old: int, end: int, begin: int = 0) -> list[Range]:
    """PROOF of RFC 9162 section 2.1.4.1: the tree of the first `old` leaves is the beginning of that of `end`.

    Empty for `old` 0, which the RFC leaves open: anything continues an empty log; and for `old` of `end` or more.
    """
    if old == 0 or old >= end:
        return [(begin, end)] if begin else []
    middle = begin + split(end - begin)
    if old <= middle:
        return [*consistency_ranges(old, middle, begin), (middle, end)]
    return [*consistency_ranges(old, end, middle), (begin, middle)]


def includes(leaf: bytes, index: int, tree: TreeHead, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the leaf hash stands at `index` of the tree (RFC 9162 section 2.1.3.2)."""
    size, root = tree
    if not 0 <= index < size:
        return False
    path = _path(proof, index, size - 1)
    return path is not None and _climb(leaf, path) == root


def continues(old: TreeHead, new: TreeHead, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the new tree only adds to the old one (RFC 9162 section 2.1.4.2)."""
    (old_size, old_root), (new_size, new_root) = old, new
    if old_size == 0:
        return old_root == EMPTY_ROOT and not proof
    if old_size >= new_size or not proof:
        return old == new and not proof
    start, *rest = [old_root, *proof] if old_size & (old_size - 1) == 0 else proof
    path = _path(rest, *_last_complete(old_size - 1, new_size - 1))
    if path is None:
        return False
    # Whatever stands to the right of the old tree is no part of it.
    return (_climb(start, [step for step in path if step[1]]), _climb(start, path)) == (old_root, new_root)


def _last_complete(at: int, last: int) -> tuple[int, int]:
    """Where the largest complete subtree that ends the old tree stands, and the last node of its level."""
    while at % 2:
        at, last = at >> 1, last >> 1
    return at, last


def _path(proof: Sequence[bytes], at: int, last: int) -> list[tuple[bytes, bool]] | None:
    """Each hash of a proof and whether it stands to the left; None if there are too few, too many, or other things."""
    path = []
    for sibling in proof:
        if last == 0 or len(sibling) != HASH_BYTES:
            return None
        is_left = at % 2 == 1 or at == last
        path.append((sibling, is_left))
        # The last node of a level may have no sibling there: such levels are passed over.
        while is_left and at and at % 2 == 0:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    return path if last == 0 else None


def _climb(start: bytes, path: Sequence[tuple[bytes, bool]]) -> bytes:
    for sibling, is_left in path:
        start = node_hash(sibling, start) if is_left else node_hash(start, sibling)
    return start
