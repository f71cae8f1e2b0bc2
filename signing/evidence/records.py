"""Evidence records: put together from stored paths and tokens, taken apart again, and what a renewal has to stamp.

A record is a sequence of chains of stamps. A renewed time stamp is one more stamp in the last chain; a stronger hash
function begins a new chain. Nothing here looks at a clock or draws random numbers: the same rows give the same bytes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from asn1crypto.cms import ContentInfo
from asn1crypto.tsp import ArchiveTimeStamp, PartialHashtrees

from signing.evidence.errors import EvidenceInvalid
from signing.evidence.structures import ArchiveTimeStampChain, ArchiveTimeStampSequence, EvidenceRecord
from signing.tokens import DIGEST_BYTES, read_token

MAX_RECORD_BYTES = 128 * 1024
MAX_STAMPS = 32
_NO_PATH = PartialHashtrees([]).dump()
_DAMAGED = "Bằng chứng thời gian không đọc được: dữ liệu bị hỏng hoặc không đúng chuẩn RFC 4998."


@dataclass(frozen=True)
class Stamp:
    """One archive time stamp: the path from a leaf to the root of a batch, and the token over that root (DER)."""

    algorithm: str
    path: bytes = field(repr=False)
    token: bytes = field(repr=False)


Chains = Sequence[Sequence[Stamp]]


def assemble(chains: Chains) -> bytes:
    """DER of the evidence record (RFC 4998 section 3.1). Raises EvidenceInvalid for damaged paths or tokens."""
    algorithms = dict.fromkeys(stamp.algorithm for chain in chains for stamp in chain)
    try:
        record = EvidenceRecord(
            {
                "version": "v1",
                "digest_algorithms": [{"algorithm": algorithm} for algorithm in algorithms],
                "archive_time_stamp_sequence": _sequence(chains),
            }
        )
        der: bytes = record.dump()
    except ValueError as error:
        raise EvidenceInvalid(_DAMAGED) from error
    return der


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
    older = hashlib.new(algorithm, _sequence(chains).dump()).digest()
    return hashlib.new(algorithm, file_hash + older).digest()


def _sequence(chains: Chains) -> ArchiveTimeStampSequence:
    return ArchiveTimeStampSequence(
        [ArchiveTimeStampChain([_archive_time_stamp(stamp) for stamp in chain]) for chain in chains]
    )


def _archive_time_stamp(stamp: Stamp) -> ArchiveTimeStamp:
    # The hash function is left out: it is the token's own (section 4.1), so the two cannot disagree.
    path = {} if stamp.path == _NO_PATH else {"reduced_hashtree": PartialHashtrees.load(stamp.path, strict=True)}
    return ArchiveTimeStamp({**path, "time_stamp": ContentInfo.load(stamp.token, strict=True)})


def _chains(record: EvidenceRecord) -> Chains:
    sequence = record["archive_time_stamp_sequence"]
    if sum(len(chain) for chain in sequence) > MAX_STAMPS:
        raise EvidenceInvalid(_DAMAGED)
    return [[_stamp(each) for each in chain] for chain in sequence]


def _stamp(archive_time_stamp: ArchiveTimeStamp) -> Stamp:
    tagged, token = archive_time_stamp["reduced_hashtree"], archive_time_stamp["time_stamp"].dump()
    algorithm = read_token(token).digest_algorithm
    if algorithm not in DIGEST_BYTES:
        raise EvidenceInvalid(_DAMAGED)
    return Stamp(algorithm, PartialHashtrees(contents=tagged.contents or b"").dump(), token)
