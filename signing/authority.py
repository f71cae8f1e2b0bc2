"""A development certificate authority: root, issuing CA, certificates of people and of the school.

Made at set-up, never for production: its private keys lie unencrypted (mode 0600) in its folder.

A person's certificate carries the 12-digit personal id as `UID=CCCD:<id>`, as Vietnamese public CAs write it.
A school's certificate carries its school code as organizationIdentifier `SC:VN-<code>`: ETSI EN 319 412-1 section 5.1.4
lets a country define two letters of its own, and "SC" (school code) keeps it apart from `MST:`, which is the tax code.
"""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from signing.errors import AuthorityDamaged
from signing.mechanisms import PrivateKey

SUBSCRIBER_LIFETIME = timedelta(days=3 * 365)  # Decree 23/2025: subscribers at most 3 years
AUTHORITY_LIFETIME = timedelta(days=20 * 365)
BACKDATED = timedelta(days=365)  # a demo plays a school year that began before its set-up
ORGANISATION_PREFIX = "SC:VN-"
SUBJECT_PREFIXES = ("CCCD:", "MST:")


class KeyKind(StrEnum):
    RSA_2048 = "rsa-2048"
    P_256 = "p-256"


@dataclass(frozen=True)
class IssuedKey:
    """A fresh key with its certificate and the chain above it, leaf first, the root left out."""

    private_key: PrivateKey = field(repr=False)
    certificates: tuple[x509.Certificate, ...]

    @property
    def certificate(self) -> x509.Certificate:
        return self.certificates[0]


@dataclass(frozen=True)
class Holder:
    """A key that signs certificates, with its own certificate."""

    key: PrivateKey = field(repr=False)
    certificate: x509.Certificate


@dataclass(frozen=True)
class DevelopmentAuthority:
    root: x509.Certificate
    issuing: Holder
    key_kind: KeyKind = KeyKind.RSA_2048

    @classmethod
    def open(cls, folder: Path, key_kind: KeyKind = KeyKind.RSA_2048) -> Self:
        """The authority of the folder, made there if it is empty; files that exist stay as they are.

        Raises AuthorityDamaged when only some of root.pem, issuing.pem and issuing.key are there, or one is unreadable.
        The root's key is kept as root.key and not read again.
        """
        paths = [folder / name for name in ("root.pem", "issuing.pem", "issuing.key")]
        present = [path.exists() for path in paths]
        # root.pem is written last: without it an interrupted set-up simply starts again.
        if not present[0]:
            _found(folder, key_kind)
        elif not all(present):
            raise AuthorityDamaged(f"Thư mục chứng thư số thử nghiệm thiếu tệp: {folder}")
        try:
            return cls(_certificate(paths[0]), Holder(_key(paths[2]), _certificate(paths[1])), key_kind)
        except ValueError as error:
            raise AuthorityDamaged(f"Thư mục chứng thư số thử nghiệm có tệp hỏng: {folder}") from error

    def issue_person(
        self, name: str, personal_id: str, *, not_before: datetime | None = None, not_after: datetime | None = None
    ) -> IssuedKey:
        """A certificate with CN = name and UID = CCCD:<12 digits>; 3 years from now unless told otherwise."""
        subject = _name(
            (NameOID.COUNTRY_NAME, "VN"), (NameOID.COMMON_NAME, name), (NameOID.USER_ID, f"CCCD:{personal_id}")
        )
        return self._issue(subject, not_before, not_after)

    def issue_organisation(
        self, name: str, code: str, *, not_before: datetime | None = None, not_after: datetime | None = None
    ) -> IssuedKey:
        """A certificate with O = CN = the school's name and organizationIdentifier = SC:VN-<school code>."""
        subject = _name(
            (NameOID.COUNTRY_NAME, "VN"),
            (NameOID.ORGANIZATION_NAME, name),
            (NameOID.ORGANIZATION_IDENTIFIER, ORGANISATION_PREFIX + code),
            (NameOID.COMMON_NAME, name),
        )
        return self._issue(subject, not_before, not_after)

    def _issue(self, subject: x509.Name, not_before: datetime | None, not_after: datetime | None) -> IssuedKey:
        key = _new_key(self.key_kind)
        now = datetime.now(UTC)
        span = (not_before or now - BACKDATED, not_after or now + SUBSCRIBER_LIFETIME)
        certificate = _certify(subject, key, self.issuing, span, is_authority=False)
        return IssuedKey(key, (certificate, self.issuing.certificate))


def subject_id(certificate: x509.Certificate) -> str:
    """The personal id, tax code or school code in the subject; "" if there is none."""
    for attribute in certificate.subject.get_attributes_for_oid(NameOID.USER_ID):
        for prefix in SUBJECT_PREFIXES:
            if str(attribute.value).startswith(prefix):
                return str(attribute.value).removeprefix(prefix)
    for attribute in certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_IDENTIFIER):
        if str(attribute.value).startswith(ORGANISATION_PREFIX):
            return str(attribute.value).removeprefix(ORGANISATION_PREFIX)
    return ""


def common_name(name: x509.Name) -> str:
    """The CN of a subject or issuer; the whole name if it has none."""
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def write_private(path: Path, data: bytes) -> None:
    """Write a file readable by its owner only, all of it or nothing."""
    # A temporary file is made with mode 0600, and the rename is atomic on one file system.
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(file.name).unlink()
            raise


def _found(folder: Path, key_kind: KeyKind) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.now(UTC)
    # Below the root everything is dated alike; a subscriber may not outlive its issuer.
    span = (now - 2 * BACKDATED, now + AUTHORITY_LIFETIME)
    root_key, issuing_key = _new_key(key_kind), _new_key(key_kind)
    root_name = _name((NameOID.COUNTRY_NAME, "VN"), (NameOID.COMMON_NAME, "Hocba Development Root CA"))
    root = _certify(root_name, root_key, None, span, is_authority=True)
    issuing_name = _name((NameOID.COUNTRY_NAME, "VN"), (NameOID.COMMON_NAME, "Hocba Development Issuing CA"))
    issuing = _certify(issuing_name, issuing_key, Holder(root_key, root), span, is_authority=True)
    write_private(folder / "root.key", _pem(root_key))
    write_private(folder / "issuing.key", _pem(issuing_key))
    write_private(folder / "issuing.pem", issuing.public_bytes(serialization.Encoding.PEM))
    write_private(folder / "root.pem", root.public_bytes(serialization.Encoding.PEM))
    for public in ("issuing.pem", "root.pem"):
        (folder / public).chmod(0o644)


def _certify(
    subject: x509.Name,
    key: PrivateKey,
    issuer: Holder | None,
    span: tuple[datetime, datetime],
    *,
    is_authority: bool,
) -> x509.Certificate:
    signer = issuer.key if issuer else key
    public = key.public_key()
    above = issuer.certificate.subject if issuer else subject
    path_length = None if not is_authority else (0 if issuer else 1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(span[0])
        .not_valid_after(span[1])
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=path_length), critical=True)
        .add_extension(_usage(is_authority=is_authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    return builder.sign(signer, hashes.SHA256())


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _new_key(kind: KeyKind) -> PrivateKey:
    if kind is KeyKind.P_256:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _key(path: Path) -> PrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError(path.name)  # noqa: TRY004 - the file is wrong, not the program
    return key
