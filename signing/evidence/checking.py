"""Checks an evidence record against a file (RFC 4998 section 5.3): what it proves, or why it proves nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from cryptography import x509

from signing.evidence.errors import EvidenceExpired, EvidenceInvalid
from signing.evidence.records import Chains, rehash_leaf, renewal_leaf, take_apart
from signing.evidence.tree import climb
from signing.token_trust import Known
from signing.tokens import Token, TokenFault, TokenInvalid, check_token, read_token

FileHash = Callable[[str], bytes] | Mapping[str, bytes]


@dataclass(frozen=True)
class Proof:
    """The tokens of a record that holds, oldest first; at least one."""

    tokens: tuple[Token, ...]

    @property
    def time(self) -> datetime:
        """When the file is proven to have existed."""
        return self.tokens[0].gen_time

    @property
    def until(self) -> datetime:
        """When the proof lapses unless it is renewed: the end of the newest authority's certificate."""
        return self.tokens[-1].certificates[0].not_valid_after_utc


def check_evidence(
    der: bytes, file_hash: FileHash, roots: Sequence[x509.Certificate], *, moment: datetime, **known: Unpack[Known]
) -> Proof:
    """What the record proves about a file at `moment`. `file_hash` gives its hash by "sha256", "sha384" or "sha512".

    The newest token has to be valid at `moment`, every other one when the next was made.
    Raises EvidenceInvalid; EvidenceExpired if all fits but a certificate ended before its token was renewed.
    """
    chains = take_apart(der)
    stamps = [stamp for chain in chains for stamp in chain]
    moments = [*(read_token(stamp.token).gen_time for stamp in stamps[1:]), moment]
    tokens, refused = [], []
    for stamp, leaf, at in zip(stamps, _leaves(chains, file_hash), moments, strict=True):
        root = climb(stamp.path, leaf, stamp.algorithm)
        try:
            tokens.append(check_token(stamp.token, root, roots, at=at, **known))
        except TokenInvalid as error:
            refused.append(error)
    for refusal in refused:
        if refusal.fault is not TokenFault.EXPIRED:
            raise EvidenceInvalid(refusal.message) from refusal
    if refused:
        raise EvidenceExpired from refused[0]
    return Proof(tuple(tokens))


def _leaves(chains: Chains, file_hash: FileHash) -> Iterator[bytes]:
    for at, chain in enumerate(chains):
        algorithm = chain[0].algorithm
        if any(stamp.algorithm != algorithm for stamp in chain):
            raise EvidenceInvalid("Bằng chứng thời gian trộn lẫn nhiều thuật toán băm trong một chuỗi.")
        of_file = _hash_of_file(file_hash, algorithm)
        yield rehash_leaf(chains[:at], of_file, algorithm) if at else of_file
        yield from (renewal_leaf(stamp.token, algorithm) for stamp in chain[:-1])


def _hash_of_file(file_hash: FileHash, algorithm: str) -> bytes:
    if not isinstance(file_hash, Mapping):
        return file_hash(algorithm)
    if algorithm not in file_hash:
        raise EvidenceInvalid(f"Chưa có mã băm {algorithm} của tệp để đối chiếu với bằng chứng thời gian.")
    return file_hash[algorithm]
