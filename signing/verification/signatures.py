"""What is found of one signature: its bytes, what came after it, its signer, and the proofs of its time."""

from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto.cms import SignedData
from cryptography import x509
from cryptography.x509.oid import NameOID

from signing.authority import common_name, subject_id
from signing.signature_bytes import (
    has_algorithms_as_we_write_them,
    has_strict_bytes,
    is_strict_token,
    strict_certificates,
)
from signing.tokens import as_read, signed_data
from signing.verification.certificates import Judgement, algorithm_name
from signing.verification.document import Signature
from signing.verification.proofs import CheckedStamp, ProvenTime
from signing.verification.statuses import History
from signing.verification.verdicts import Check, Finding, Level, Proof, SignatureReport, Verdict, judged


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
                self._encoding(),
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

    def _encoding(self) -> Finding:
        # What a program other than ours wrote is in order if later signatures or evidence keep it as it is. If nothing
        # does, it cannot be told from what somebody made of it afterwards.
        is_kept = not self.signature.is_last or any(each.proof is Proof.EVIDENCE for each in self.times)
        outcome = Verdict.VALID if is_kept or self._is_as_we_write_it() else Verdict.INDETERMINATE
        return Finding(Check.ENCODING, outcome if self._is_strict() else Verdict.INVALID)

    def _is_strict(self) -> bool:
        signature, token = self.signature, self.signature.token
        if not has_strict_bytes(signature.pdf, signature.embedded, signature.strict):
            return False
        if token is not None and self.stamp:
            is_strict = is_strict_token(token) and _is_of_chain(signed_data(token), self.stamp.chain)
            if not is_strict:
                return False
        return _is_of_chain(signature.embedded.signed_data, self.judgement.chain)

    def _is_as_we_write_it(self) -> bool:
        """Capital hex, our forms of the algorithms, and the chain's certificates without the root."""
        embedded = self.signature.embedded
        chain = {as_read(each.subject.certificate) for each in self.judgement.chain}
        has_its_chain = not chain or set(strict_certificates(embedded.signed_data)) == chain
        has_our_forms = has_algorithms_as_we_write_them(embedded.signer_info)
        return (
            has_its_chain
            and has_our_forms
            and has_strict_bytes(self.signature.pdf, embedded, self.signature.strict, only_capitals=True)
        )


def _is_of_chain(content: SignedData, chain: Sequence[History]) -> bool:
    """Whether a CMS has no certificates but those of its chain; some, and the root, may be left out."""
    if not chain:
        return True
    path = {as_read(each) for each in chain[0].subject.path.iter_certs(include_root=True)}
    return set(strict_certificates(content)) <= path


def _unit(certificate: x509.Certificate) -> str:
    """Where the subject works or belongs, as the certificate says it: OU and O beside the name."""
    kinds = (NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.ORGANIZATION_NAME)
    names = [str(each.value) for kind in kinds for each in certificate.subject.get_attributes_for_oid(kind)]
    return ", ".join(name for name in names if name != common_name(certificate.subject))
