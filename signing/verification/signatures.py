"""What is found of one signature: its bytes, what came after it, its signer, and the proofs of its time."""

from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto.cms import ContentInfo, SignedData
from cryptography import x509
from cryptography.x509.oid import NameOID

from signing.authority import common_name, subject_id
from signing.signature_bytes import embedded_certificates, has_expected_bytes, is_strict_token
from signing.tokens import as_read
from signing.verification.certificates import Judgement, algorithm_name
from signing.verification.document import Signature
from signing.verification.proofs import CheckedStamp, ProvenTime
from signing.verification.statuses import History
from signing.verification.verdicts import Check, Level, Proof, SignatureReport, Verdict, judged


@dataclass(frozen=True)
class Judged:
    """A signature with what is known of its certificate, its time and its time stamp, if it has one."""

    signature: Signature
    judgement: Judgement
    stamp: CheckedStamp | None
    times: tuple[ProvenTime, ...]

    def report(self, expected_id: str, *, needs_data: bool) -> SignatureReport:
        """In plain facts. `expected_id` is whom the record names ("" if nobody), `needs_data` for PAdES B-LT."""
        signature, judgement = self.signature, self.judgement
        certificate = signature.certificates[0]
        signer = subject_id(certificate)
        data = judged(Check.VALIDATION_DATA, holds=self._has_data(), otherwise=Verdict.INDETERMINATE)
        return SignatureReport(
            field=signature.field,
            signer_name=common_name(certificate.subject),
            signer_id=signer,
            expected_id=expected_id,
            unit=_unit(certificate),
            issuer=common_name(certificate.issuer),
            algorithm=algorithm_name(signature),
            certificate_from=certificate.not_valid_before_utc,
            certificate_until=certificate.not_valid_after_utc,
            claimed_at=signature.embedded.self_reported_timestamp,
            proven_at=judgement.proven.at if judgement.proven else None,
            proof=judgement.proof,
            level=self._level(has_data=needs_data and data.holds),
            revocation=judgement.revocation,
            findings=(
                judged(Check.INTACT, holds=signature.is_intact),
                judged(Check.ENCODING, holds=self._has_expected_bytes()),
                judged(Check.UNCHANGED_AFTER, holds=signature.is_unchanged_after),
                judged(Check.SIGNER, holds=bool(signer) and signer == expected_id),
                *([self.stamp.finding] if self.stamp else []),
                *judgement.findings,
                *([data] if needs_data else []),
            ),
        )

    def _has_data(self) -> bool:
        chain = self.judgement.chain
        stamped = self.stamp.chain if self.stamp else ()
        return bool(chain) and all(each.is_known for each in (*chain, *stamped))

    def _level(self, *, has_data: bool) -> Level:
        base = Level.B_B
        if self.stamp and self.stamp.time:
            base = Level.B_LT if has_data else Level.B_T
        has_evidence = any(each.proof is Proof.EVIDENCE for each in self.times)
        return Level(f"{base}+ERS") if has_evidence else base

    def _has_expected_bytes(self) -> bool:
        signature, token = self.signature, self.signature.token
        if not has_expected_bytes(signature.pdf, signature.embedded, is_last=signature.is_last):
            return False
        signed = signature.embedded.signed_data
        if not _is_of_chain(signed, self.judgement.chain, is_complete=signature.is_last):
            return False
        return token is None or self.stamp is None or _is_strict(token, self.stamp)


def _is_strict(token: bytes, stamp: CheckedStamp) -> bool:
    # A service may leave out what stands between it and the root.
    signed = ContentInfo.load(token)["content"]
    return is_strict_token(token) and _is_of_chain(signed, stamp.chain, is_complete=False)


def _is_of_chain(signed: SignedData, chain: Sequence[History], *, is_complete: bool) -> bool:
    """Whether the certificates in a CMS are those of its chain: no other bytes, and if complete none left out."""
    if not chain:
        return True
    embedded = set(embedded_certificates(signed))
    below = {as_read(each.subject.certificate) for each in chain}
    path = {as_read(each) for each in chain[0].subject.path.iter_certs(include_root=True)}
    return embedded <= path and (not is_complete or below <= embedded)


def _unit(certificate: x509.Certificate) -> str:
    """Where the subject works or belongs, as the certificate says it: OU and O beside the name."""
    kinds = (NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.ORGANIZATION_NAME)
    names = [str(each.value) for kind in kinds for each in certificate.subject.get_attributes_for_oid(kind)]
    return ", ".join(name for name in names if name != common_name(certificate.subject))
