"""One signature of a document: its bytes, what came after it, its signer, and the proofs of its time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from cryptography import x509
from cryptography.x509.oid import NameOID
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.authority import common_name, subject_id
from signing.cms_template import asn1_certificate
from signing.signature_bytes import (
    covered_length,
    embedded_certificates,
    has_expected_bytes,
    is_strict_token,
    timestamp_token,
)
from signing.verification.certificates import Judgement, algorithm_name
from signing.verification.proofs import CheckedStamp, ProvenTime
from signing.verification.statuses import History
from signing.verification.verdicts import Check, Finding, Level, Proof, SignatureReport, Verdict, judged

_KINDS = {SigSeedSubFilter.PADES.value, SigSeedSubFilter.ADOBE_PKCS7_DETACHED.value}


@dataclass(frozen=True)
class Signature:
    """A signature as read. Nothing here raises for what is wrong with it."""

    pdf: bytes
    embedded: EmbeddedPdfSignature
    is_last: bool

    @cached_property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        """The signer's first; the others as they come."""
        found = (self.embedded.signer_cert, *self.embedded.other_embedded_certs)
        return tuple(x509.load_der_x509_certificate(each.dump()) for each in found)

    @cached_property
    def length(self) -> int:
        """How much of the file it speaks about."""
        return covered_length(self.embedded)

    @cached_property
    def token(self) -> bytes | None:
        return timestamp_token(self.embedded.signer_info)

    @cached_property
    def is_intact(self) -> bool:
        """Whether it is a signature over these bytes by the key of its certificate (RFC 5652 section 5.6)."""
        kind = self.embedded.sig_object_type, self.embedded.sig_object.get("/SubFilter")
        if kind not in {("/Sig", each) for each in _KINDS}:
            return False
        info, digest = self.embedded.signer_info, self.embedded.compute_digest()
        try:
            return validate_sig_integrity(info, self.embedded.signer_cert, "data", digest) == (True, True)
        except Exception:  # noqa: BLE001 - bytes made to deceive make parsers raise anything
            return False

    @cached_property
    def is_unchanged_after(self) -> bool:
        try:
            self.embedded.compute_integrity_info()
            return bool(self.embedded.summarise_integrity_info()["docmdp_ok"])
        except Exception:  # noqa: BLE001 - as above
            return False
