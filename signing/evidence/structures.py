"""ASN.1 of an evidence record (RFC 4998 sections 3.1 and 4.1) where asn1crypto's own lacks the chains."""

from asn1crypto.core import Sequence, SequenceOf
from asn1crypto.tsp import ArchiveTimeStamp, Attributes, DigestAlgorithms, EncryptionInfo, Version


class ArchiveTimeStampChain(SequenceOf):  # type: ignore[misc]
    _child_spec = ArchiveTimeStamp


class ArchiveTimeStampSequence(SequenceOf):  # type: ignore[misc]
    _child_spec = ArchiveTimeStampChain


class EvidenceRecord(Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("version", Version),
        ("digest_algorithms", DigestAlgorithms),
        ("crypto_infos", Attributes, {"implicit": 0, "optional": True}),
        ("encryption_info", EncryptionInfo, {"implicit": 1, "optional": True}),
        ("archive_time_stamp_sequence", ArchiveTimeStampSequence),
    ]
