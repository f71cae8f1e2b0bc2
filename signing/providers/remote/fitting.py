"""What came back from a service, set against what it was asked: certificates into a chain, signatures to documents."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from signing.errors import ProviderUnavailable, SigningFailed
from signing.mechanisms import signature_fits
from signing.providers.base import SignatureRequest, Signed
from signing.providers.remote.https import UNREADABLE


def certificate_chain(encoded: Sequence[str]) -> tuple[x509.Certificate, ...]:
    """The first certificate (base64 of DER) and those of the others that lead up from it, the root left out.

    Services promise no order beyond the first. Raises ProviderUnavailable when there is none or one is not readable.
    """
    try:
        certificates = [x509.load_der_x509_certificate(base64.b64decode(each)) for each in encoded]
    except ValueError:
        raise ProviderUnavailable(UNREADABLE) from None
    if not certificates:
        raise ProviderUnavailable(UNREADABLE)
    chain = certificates[:1]
    above = [each for each in certificates[1:] if each.subject != each.issuer]
    while issuer := next((each for each in above if _issued(each, chain[-1]) and each not in chain), None):
        chain.append(issuer)
    return tuple(chain)


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


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

    def take(self, positions: Iterable[int], answers: Iterable[object]) -> None:
        """Give each position the answer (base64) that is its signature; those without one have failed.

        A signature is known by what it signs, never by its place in the list: a service may leave some out, add some or
        change the order, and no document gets another's.
        """
        open_positions = list(positions)
        for answer in answers:
            raw = _decoded(answer)
            at = next((at for at in open_positions if self._fits(at, raw)), None)
            if at is not None:
                self.raw[at] = raw
                open_positions.remove(at)
        self.failed |= dict.fromkeys(open_positions, SigningFailed.code)

    def signed(self, code: str) -> Signed:
        """The outcome; what is left has failed with this code."""
        return Signed(self.raw, self.failed | dict.fromkeys(self.left(), code))

    def _fits(self, at: int, raw: bytes) -> bool:
        request = self.request
        return signature_fits(request.identity.certificates[0], request.mechanism, raw, request.to_be_signed[at])


def _decoded(answer: object) -> bytes:
    try:
        return base64.b64decode(answer) if isinstance(answer, str) else b""
    except ValueError:
        return b""
