"""An authority whose services answer at any time a test wants, and records sealed with what they answered."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ReasonFlags, ocsp

from domain.documents import DocumentKind, SignatureField
from signing.authority import DevelopmentAuthority, IssuedKey, KeyKind
from signing.authority.certificates import Holder, signature_hash
from signing.authority.development import ServiceKeys
from signing.dss import ValidationMaterial
from signing.evidence.records import Stamp, assemble
from signing.evidence.tree import HashTree
from signing.mechanisms import Mechanism
from signing.pdf import BatchSigner, SealProof, embed
from tests.signing.conftest import Cast, raw_by
from tests.signing.tsa import Holder as TsaHolder
from tests.signing.tsa import StampAuthority

HOMEROOM, PRINCIPAL, SEAL = SignatureField.HOMEROOM, SignatureField.PRINCIPAL, SignatureField.SEAL
TEACHER, SHEET, YEAR = SignatureField.SUBJECT_TEACHER, DocumentKind.SUBJECT_SHEET, DocumentKind.YEAR_RECORD
NOW = datetime.now(UTC).replace(microsecond=0)
# A summer half a year ago; the authority's certificates are as old as a year.
SIGNED, SEALED = NOW - timedelta(days=160), NOW - timedelta(days=150)
LATER = NOW - timedelta(days=100)
OCSP_LASTS, CRL_LASTS = timedelta(days=2), timedelta(days=7)
TOKEN_ROOM = 4000


@dataclass(frozen=True)
class Ended:
    """A revocation as an authority tells it."""

    certificate: x509.Certificate
    at: datetime
    reason: ReasonFlags = ReasonFlags.superseded
    invalid_since: datetime | None = None


@dataclass(frozen=True)
class World:
    cast: Cast

    @property
    def roots(self) -> list[x509.Certificate]:
        return self.cast.roots

    @property
    def services(self) -> ServiceKeys:
        assert self.cast.authority.services is not None
        return self.cast.authority.services

    @property
    def stamps(self) -> StampAuthority:
        """The authority's own time stamps."""
        root, issuing, tsa = self.services.root, self.cast.authority.issuing, self.services.time_stamping
        return StampAuthority(*(TsaHolder(each.key, each.certificate) for each in (root, issuing, tsa)))  # type: ignore[arg-type]

    def signers(self, *fields: SignatureField) -> list[x509.Certificate]:
        return [self.cast.keys[field].certificate for field in fields or (HOMEROOM, PRINCIPAL, SEAL)]

    def ocsp(self, certificate: x509.Certificate, at: datetime, ended: Ended | None = None) -> bytes:
        responder = self.services.ocsp
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                certificate,
                self.cast.authority.issuing.certificate,
                hashes.SHA256(),
                ocsp.OCSPCertStatus.REVOKED if ended else ocsp.OCSPCertStatus.GOOD,
                at,
                at + OCSP_LASTS,
                ended.at if ended else None,
                ended.reason if ended else None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
            .certificates([responder.certificate])
        )
        return builder.sign(responder.key, signature_hash(responder.key)).public_bytes(Encoding.DER)

    def crl(self, at: datetime, *listed: Ended, issuer: Holder | None = None) -> bytes:
        signer = issuer or self.cast.authority.issuing
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(signer.certificate.subject)
            .last_update(at)
            .next_update(at + CRL_LASTS)
        )
        for ended in listed:
            entry = x509.RevokedCertificateBuilder().serial_number(ended.certificate.serial_number)
            entry = entry.revocation_date(ended.at).add_extension(x509.CRLReason(ended.reason), critical=False)
            if ended.invalid_since:
                entry = entry.add_extension(x509.InvalidityDate(ended.invalid_since), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(signer.key, signature_hash(signer.key)).public_bytes(Encoding.DER)

    def material(self, at: datetime, *certificates: x509.Certificate) -> ValidationMaterial:
        """What the services say at that time of these signers (all three of a record), and of themselves."""
        asked = [*(certificates or self.signers()), self.services.time_stamping.certificate]
        chain = [*asked, self.cast.authority.issuing.certificate]
        return ValidationMaterial(
            certificates=tuple(each.public_bytes(Encoding.DER) for each in chain),
            ocsps=tuple(self.ocsp(each, at) for each in asked),
            crls=(self.crl(at, issuer=self.services.root),),
        )

    def signed(self, pdf: bytes, *fields: SignatureField, at: datetime = SIGNED) -> bytes:
        for field in fields:
            pdf = signed_at(self.cast.keys[field], pdf, field, at)
        return pdf

    def sealed(
        self,
        pdf: bytes | None = None,
        at: datetime = SEALED,
        *,
        material: ValidationMaterial | None = None,
        stamps: StampAuthority | None = None,
    ) -> bytes:
        """A B-LT seal on the signed record, ten days after it was signed."""
        pdf = pdf or self.signed(self.cast.placed(), HOMEROOM, PRINCIPAL)
        proof = SealProof(material or self.material(at), TOKEN_ROOM)
        return signed_at(self.cast.keys[SEAL], pdf, SEAL, at, proof=proof, stamps=stamps or self.stamps)

    def plainly_sealed(self) -> bytes:
        """All three signatures B-B."""
        pdf = self.signed(self.cast.placed(), HOMEROOM, PRINCIPAL)
        return self.signed(pdf, SEAL, at=SEALED)


def signed_at(
    key: IssuedKey,
    pdf: bytes,
    field: SignatureField,
    at: datetime,
    *,
    proof: SealProof | None = None,
    stamps: StampAuthority | None = None,
    mechanism: Mechanism | None = None,
) -> bytes:
    prepared = BatchSigner(key.certificates, mechanism, signed_at=at, proof=proof).prepare(pdf, field)
    raw = raw_by(key, prepared)
    token = stamps.token(hashlib.sha256(raw).digest(), at) if stamps else None
    return embed(prepared, key.certificates, raw, token)


def evidence_over(files: Sequence[bytes], at: datetime, stamps: StampAuthority) -> list[bytes]:
    """One evidence record for each file, by one token."""
    return [assemble([[stamp]]) for stamp in stamps_over(files, at, stamps)]


def stamps_over(files: Sequence[bytes], at: datetime, stamps: StampAuthority) -> list[Stamp]:
    leaves = [hashlib.sha256(file).digest() for file in files]
    tree = HashTree.over(leaves)
    token = stamps.token(tree.root, at)
    return [Stamp("sha256", tree.path(leaf), token) for leaf in leaves]


def merged(*parts: ValidationMaterial) -> ValidationMaterial:
    return ValidationMaterial.merged(parts)


def without(material: ValidationMaterial, *, ocsps: bool = False, crls: bool = False) -> ValidationMaterial:
    return replace(material, **({"ocsps": ()} if ocsps else {}), **({"crls": ()} if crls else {}))


def make_world(folder: Path) -> World:
    authority = DevelopmentAuthority.open(folder, KeyKind.P_256, "http://pki.test")
    keys = {
        TEACHER: authority.issue_person("Giáo viên bộ môn thử", "079190000011"),
        HOMEROOM: authority.issue_person("Giáo viên chủ nhiệm thử", "079190000012"),
        PRINCIPAL: authority.issue_person("Hiệu trưởng thử", "079175000013"),
        SEAL: authority.issue_organisation("Trường Tiểu học Mẫu", "79000701"),
    }
    return World(Cast(authority, keys))
