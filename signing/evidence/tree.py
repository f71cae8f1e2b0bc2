"""The hash tree one token stamps (RFC 4998 section 4.2): leaves sorted, and for each leaf the path to the root.

A path is the DER of a reducedHashtree, about 400 bytes among 1,000 leaves; it is empty (`30 00`) for a lone leaf.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from asn1crypto.core import OctetString
from asn1crypto.tsp import PartialHashtrees

from signing.evidence.errors import EvidenceInvalid
from signing.tokens import DIGEST_BYTES, sequence_of

MAX_PATH_BYTES = 8 * 1024  # a batch has fewer than 2^64 leaves, and then a path by SHA-512 takes 4.5 KB


@dataclass(frozen=True)
class HashTree:
    """Hashes by level, the sorted leaves first and the root alone last. The same leaf twice is one leaf."""

    algorithm: str
    levels: tuple[tuple[bytes, ...], ...] = field(repr=False)

    @classmethod
    def over(cls, leaves: Iterable[bytes], algorithm: str = "sha256") -> Self:
        """A tree over digests by the same algorithm (sha256, sha384, sha512). Raises EvidenceInvalid for others."""
        level = tuple(sorted(set(leaves)))
        if not level or not _are_digests(level, algorithm):
            raise EvidenceInvalid("Đợt đóng dấu thời gian trống hoặc có mã băm sai độ dài.")
        levels = [level]
        while len(level) > 1:
            level = tuple(_parent(level[at : at + 2], algorithm) for at in range(0, len(level), 2))
            levels.append(level)
        return cls(algorithm, tuple(levels))

    @property
    def root(self) -> bytes:
        return self.levels[-1][0]

    def path(self, leaf: bytes) -> bytes:
        """The leaf's reduced hash tree. Raises EvidenceInvalid if it is none of the leaves."""
        at = bisect_left(self.levels[0], leaf)
        if self.levels[0][at : at + 1] != (leaf,):
            raise EvidenceInvalid("Mã băm này không thuộc đợt đóng dấu thời gian.")
        path: list[list[bytes]] = []
        for level in self.levels:
            # A last node without a sibling moves up as it is.
            if sibling := level[at ^ 1 : (at ^ 1) + 1]:
                path.append([*sibling] if path else sorted((leaf, *sibling)))
            at //= 2
        return sequence_of(*(sequence_of(*(OctetString(value).dump() for value in each)) for each in path))


def climb(path: bytes, leaf: bytes, algorithm: str) -> bytes:
    """The root a path leads to from a leaf (RFC 4998 section 4.3, steps 1 to 3).

    Raises EvidenceInvalid if the leaf is not in the first list, or the path is none.
    """
    lists = _lists(path)
    if not all(_are_digests(each, algorithm) for each in lists):
        raise EvidenceInvalid("Đường dẫn trong cây băm bị hỏng.")
    if not lists:
        return leaf
    if leaf not in lists[0]:
        raise EvidenceInvalid("Bằng chứng thời gian không phải của tệp này, hoặc tệp đã bị thay đổi.")
    node = _parent(lists[0], algorithm)
    for each in lists[1:]:
        node = _parent((*each, node), algorithm)
    return node


def _lists(path: bytes) -> list[list[bytes]]:
    if len(path) > MAX_PATH_BYTES:
        raise EvidenceInvalid("Đường dẫn trong cây băm quá dài.")
    try:
        lists: list[list[bytes]] = PartialHashtrees.load(path, strict=True).native
    except ValueError as error:
        raise EvidenceInvalid("Đường dẫn trong cây băm bị hỏng.") from error
    return lists


def _are_digests(values: Sequence[bytes], algorithm: str) -> bool:
    return all(len(value) == DIGEST_BYTES.get(algorithm) for value in values)


def _parent(nodes: Sequence[bytes], algorithm: str) -> bytes:
    return nodes[0] if len(nodes) == 1 else hashlib.new(algorithm, b"".join(sorted(nodes))).digest()
