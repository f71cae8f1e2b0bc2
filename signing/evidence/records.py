"""Evidence records: put together from stored paths and tokens, taken apart again, and what a renewal has to stamp.

A record is a sequence of chains of stamps. A renewed time stamp is one more stamp in the last chain; a stronger hash
function begins a new chain. Nothing here looks at a clock or draws random numbers: the same rows give the same bytes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from asn1crypto.algos import DigestAlgorithm
from asn1crypto.tsp import ArchiveTimeStamp, Version

from signing.evidence.errors import EvidenceInvalid
from signing.evidence.structures import EvidenceRecord
from signing.tokens import DIGEST_BYTES, as_read, read_token, sequence_of

MAX_RECORD_BYTES = 128 * 1024
MAX_STAMPS = 32
_NO_PATH = sequence_of()
_REDUCED_HASHTREE = b"\xa2"  # tag [2] of an ArchiveTimeStamp, in place of a path's own
_DAMAGED = "Bằng chứng thời gian không đọc được: dữ liệu bị hỏng hoặc không đúng chuẩn RFC 4998."


@dataclass(frozen=True)
class Stamp:
    """One archive time stamp: the path from a leaf to the root of a batch, and the token over that root (DER)."""

    algorithm: str
    path: bytes = field(repr=False)
    token: bytes = field(repr=False)


Chains = Sequence[Sequence[Stamp]]


def assemble(chains: Chains) -> bytes:
    """DER of the evidence record (RFC 4998 section 3.1). The stamps are taken as they are, not checked."""
    algorithms = dict.fromkeys(stamp.algorithm for chain in chains for stamp in chain)
    named = [DigestAlgorithm({"algorithm": algorithm}).dump() for algorithm in algorithms]
    return sequence_of(Version("v1").dump(), sequence_of(*named), _chains_der(chains))


def take_apart(der: bytes) -> Chains:
    """The chains of a record in the form `assemble` writes. Raises EvidenceInvalid for any other bytes."""
    if len(der) > MAX_RECORD_BYTES:
        raise EvidenceInvalid(_DAMAGED)
    try:
        chains = _chains(EvidenceRecord.load(der, strict=True))
    except Exception as error:
        # Bytes made to deceive make parsers raise anything.
        raise EvidenceInvalid(_DAMAGED) from error
    # With one form only there is no place for what no hash covers.
    if not chains or not all(chains) or assemble(chains) != der:
        raise EvidenceInvalid(_DAMAGED)
    return chains


def renewal_leaf(token: bytes, algorithm: str) -> bytes:
    """What stands for a token in the batch that renews it, by the hash function of its chain (section 5.2)."""
    return hashlib.new(algorithm, token).digest()


def rehash_leaf(chains: Chains, file_hash: bytes, algorithm: str) -> bytes:
    """What begins a new chain after these: file and old stamps under a stronger hash function (section 5.3).

    `file_hash` is the file's hash by that same function.
    """
    older = hashlib.new(algorithm, _chains_der(chains)).digest()
    return hashlib.new(algorithm, file_hash + older).digest()


def _chains_der(chains: Chains) -> bytes:
    """An ArchiveTimeStampSequence (section 5.1)."""
    return sequence_of(*(sequence_of(*(_stamp_der(stamp) for stamp in chain)) for chain in chains))


def _stamp_der(stamp: Stamp) -> bytes:
    """An ArchiveTimeStamp (section 4.1); the hash function is left out, as it is the token's own."""
    path = b"" if stamp.path == _NO_PATH else _REDUCED_HASHTREE + stamp.path[1:]
    return sequence_of(path, stamp.token)


def _chains(record: EvidenceRecord) -> Chains:
    sequence = record["archive_time_stamp_sequence"]
    if sum(len(chain) for chain in sequence) > MAX_STAMPS:
        raise EvidenceInvalid(_DAMAGED)
    return [[_stamp(each) for each in chain] for chain in sequence]


def _stamp(archive_time_stamp: ArchiveTimeStamp) -> Stamp:
    token = as_read(archive_time_stamp["time_stamp"])
    algorithm = read_token(token).digest_algorithm
    if algorithm not in DIGEST_BYTES:
        raise EvidenceInvalid(_DAMAGED)
    return Stamp(algorithm, as_read(archive_time_stamp["reduced_hashtree"]), token)
