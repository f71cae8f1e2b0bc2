"""What came back from a service, set against what it was asked: certificates into a chain, signatures to documents."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cryptography import x509

from signing.authority.certificates import chain_from
from signing.errors import ProviderUnavailable, SigningFailed
from signing.providers.base import SignatureRequest, Signed
from signing.providers.remote.https import UNREADABLE


def certificate_chain(encoded: Sequence[str]) -> tuple[x509.Certificate, ...]:
    """The first certificate (base64 of DER) and those of the others that lead up from it, the root left out.

    Services promise no order beyond the first. Raises ProviderUnavailable when there is none or one is not readable.
    """
    try:
        leaf, *others = [x509.load_der_x509_certificate(base64.b64decode(each)) for each in encoded]
        return chain_from(leaf, others)
    except ValueError:
        raise ProviderUnavailable(UNREADABLE) from None


@dataclass
class Progress:
    """An order being signed in parts: what has its signature, what will not get one, and what is left."""

    request: SignatureRequest
    raw: dict[int, bytes] = field(default_factory=dict, repr=False)
    failed: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._digests = self.request.digests()

    def digests(self, positions: Iterable[int]) -> list[bytes]:
        return [self._digests[at] for at in positions]

    def left(self) -> list[int]:
        """Positions that are still open, in order."""
        return [at for at in sorted(self.request.to_be_signed) if at not in self.raw and at not in self.failed]

    def take(self, positions: Sequence[int], answers: Iterable[object]) -> None:
        """Take the signatures (base64, in the order of the positions) that are their document's own; the rest failed.

        A list that is too short, too long or out of order so loses signatures, and no document gets another's.
        """
        for at, answer in zip(positions, answers, strict=False):
            if self.request.fits(at, raw := _decoded(answer)):
                self.raw[at] = raw
        self.failed |= {at: SigningFailed.code for at in positions if at not in self.raw}

    def signed(self, code: str) -> Signed:
        """The outcome; what is left has failed with this code."""
        return Signed(self.raw, self.failed | dict.fromkeys(self.left(), code))


def _decoded(answer: object) -> bytes:
    try:
        return base64.b64decode(answer) if isinstance(answer, str) else b""
    except ValueError:
        return b""
