"""Batches of small files stamped, renewed and hashed anew, as the archive does it from its rows."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from signing.evidence.records import Chains, Stamp, rehash_leaf, renewal_leaf
from signing.evidence.tree import HashTree
from tests.signing.tsa import StampAuthority

STAMPED, RENEWED, REHASHED = (datetime(year, 6, 1, tzinfo=UTC) for year in (2026, 2030, 2036))


def make_files(count: int) -> list[bytes]:
    return [f"Học bạ số {number}".encode() for number in range(count)]


def hashes_of(file: bytes) -> Callable[[str], bytes]:
    return lambda algorithm: hashlib.new(algorithm, file).digest()


def stamped(
    leaves: Sequence[bytes], authority: StampAuthority, at: datetime = STAMPED, algorithm: str = "sha256"
) -> list[Stamp]:
    """One token over all leaves, and the stamp of each."""
    tree = HashTree.over(leaves, algorithm)
    token = authority.token(tree.root, at, algorithm)
    return [Stamp(algorithm, tree.path(leaf), token) for leaf in leaves]


def stamped_files(files: Sequence[bytes], authority: StampAuthority, algorithm: str = "sha256") -> list[Stamp]:
    return stamped([hashes_of(file)(algorithm) for file in files], authority, algorithm=algorithm)


def renewed(old: Sequence[Stamp], authority: StampAuthority, at: datetime = RENEWED) -> list[Stamp]:
    """One token over all old tokens; the stamps that follow them."""
    return stamped([renewal_leaf(stamp.token, stamp.algorithm) for stamp in old], authority, at, old[0].algorithm)


def rehashed(
    records: Sequence[tuple[Chains, bytes]], authority: StampAuthority, at: datetime = REHASHED
) -> list[Stamp]:
    """One token over records and their files by SHA-512; the stamps that begin their new chains."""
    leaves = [rehash_leaf(chains, hashes_of(file)("sha512"), "sha512") for chains, file in records]
    return stamped(leaves, authority, at, "sha512")
