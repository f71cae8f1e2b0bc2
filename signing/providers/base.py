"""What every place that holds a signing key offers: one small interface, whatever takes seconds or minutes behind it.

A person confirms once; `begin` hands all digests over. A key at hand answers at once; a service that asks the signer
on a phone answers `Pending`, and whoever waits asks `poll` until it is settled. Nothing secret is ever in a request,
an answer or an error: the passphrase, PIN or one-time password is an argument of `begin` alone.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from cryptography import x509
from pydantic import SecretStr

from signing.mechanisms import Mechanism, signature_fits


@dataclass(frozen=True)
class SigningIdentity:
    """A key's certificate with the chain above it, leaf first, the root left out, and how the key signs."""

    certificates: tuple[x509.Certificate, ...]
    mechanism: Mechanism
    batch_limit: int | None = None  # most signatures under one confirmation; None if there is no limit


@dataclass(frozen=True)
class SignatureRequest:
    """All that one confirmation signs. `to_be_signed` holds, by position in the order, the bytes to hash and sign.

    `summary` is what the signer is shown by a service: kind and number of documents, never a pupil's name.
    """

    order_id: UUID
    key_ref: str
    identity: SigningIdentity
    to_be_signed: Mapping[int, bytes] = field(repr=False)
    summary: str = ""

    @property
    def mechanism(self) -> Mechanism:
        return self.identity.mechanism

    def fits(self, at: int, raw: bytes) -> bool:
        """Whether this is the certificate's own signature over the item at that position."""
        return signature_fits(self.identity.certificates[0], self.mechanism, raw, self.to_be_signed[at])

    def digests(self) -> dict[int, bytes]:
        """The digest of each, by the mechanism's hash function."""
        return {at: hashlib.new(self.mechanism.digest, data).digest() for at, data in self.to_be_signed.items()}


@dataclass(frozen=True)
class Pending:
    """Not settled yet: the service's own name for the transaction, and when to ask again."""

    transaction: str
    ask_again: timedelta = timedelta(seconds=3)


@dataclass(frozen=True)
class Signed:
    """Raw signatures by position (ECDSA in DER); `failed` holds an error code for each that the service left out."""

    raw: Mapping[int, bytes] = field(repr=False)
    failed: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """Nothing was signed and nothing will be: the signer said no, or let the time pass. `message` is Vietnamese."""

    code: str
    message: str


Answer = Pending | Signed | Refused


class KeyProvider(Protocol):
    """Errors of all three: KeyMissing, WrongPassphrase, KeyLocked (final); ProviderUnavailable (try again)."""

    def identity(self, key_ref: str) -> SigningIdentity:
        """The certificate of a key and how it signs."""
        ...

    def begin(self, request: SignatureRequest, secret: SecretStr | None) -> Answer:
        """Have all digests signed. The same order id begun twice is one transaction at a service that can tell."""
        ...

    def poll(self, request: SignatureRequest, transaction: str) -> Answer:
        """How a pending transaction stands; asking again changes nothing."""
        ...
