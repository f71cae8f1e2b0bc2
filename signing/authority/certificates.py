"""Certificates of the development authority: what is in them, and how one is signed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from signing.mechanisms import PrivateKey

ORGANISATION_PREFIX = "SC:VN-"
SUBJECT_PREFIXES = ("CCCD:", "MST:")

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
Extension = tuple[x509.ExtensionType, bool]  # and whether it is critical
Extensions = Sequence[Extension]


class KeyKind(StrEnum):
    RSA_2048 = "rsa-2048"
    RSA_3072 = "rsa-3072"
    RSA_4096 = "rsa-4096"
    P_256 = "p-256"
    P_384 = "p-384"


_CURVES: dict[KeyKind, type[ec.EllipticCurve]] = {KeyKind.P_256: ec.SECP256R1, KeyKind.P_384: ec.SECP384R1}


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
    """A key of the authority's own, with its certificate."""

    key: PrivateKey = field(repr=False)
    certificate: x509.Certificate


@dataclass(frozen=True)
class Contents:
    """What a certificate says besides who issued it; `span` is its first and its last moment."""

    subject: x509.Name
    key: PublicKey
    span: tuple[datetime, datetime]
    extensions: Extensions


def new_key(kind: KeyKind) -> PrivateKey:
    if kind in _CURVES:
        return ec.generate_private_key(_CURVES[kind]())
    return rsa.generate_private_key(public_exponent=65537, key_size=int(kind.removeprefix("rsa-")))


def signature_hash(key: PrivateKey) -> hashes.SHA256 | hashes.SHA384:
    """A digest as strong as the key, for whatever it signs."""
    is_strong = isinstance(key, ec.EllipticCurvePrivateKey) and key.key_size > 256  # noqa: PLR2004 - bits
    return hashes.SHA384() if is_strong else hashes.SHA256()


def certify(contents: Contents, issuer: Holder) -> x509.Certificate:
    return certify_under(contents, issuer.certificate.subject, issuer.key)


def certify_under(contents: Contents, issuer: x509.Name, signer: PrivateKey) -> x509.Certificate:
    """A certificate of these contents; a root's own when issuer and signer are its own."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(contents.subject)
        .issuer_name(issuer)
        .public_key(contents.key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(contents.span[0])
        .not_valid_after(contents.span[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(contents.key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    for extension, critical in contents.extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(signer, signature_hash(signer))


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def chain_from(leaf: x509.Certificate, others: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """The leaf and those of the others that lead up from it, in order, the root left out."""
    chain, above = [leaf], [each for each in others if each.subject != each.issuer]
    while issuer := next((each for each in above if each not in chain and is_issued_by(chain[-1], each)), None):
        chain.append(issuer)
    return tuple(chain)


def subject_name(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def for_authority(path_length: int) -> Extensions:
    """Signs certificates and CRLs, with at most so many authorities below it."""
    return [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (_usage(key_cert_sign=True, crl_sign=True), True),
    ]


def for_subscriber() -> Extensions:
    """A person or a school: signs documents and stands by them."""
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(digital_signature=True, content_commitment=True), True),
    ]


def for_ocsp_responder() -> Extensions:
    """RFC 6960 section 4.2.2.2; nobody can be asked about the one who answers, hence "no check"."""
    return [
        *_for_service(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), is_critical=False),
        (x509.OCSPNoCheck(), False),
    ]


def for_time_stamping() -> Extensions:
    """RFC 3161 section 2.3: time stamping, critical and nothing else."""
    return _for_service(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), is_critical=True)


def issuer_address(url: str, issuer: str, *, has_ocsp: bool = False) -> Extension:
    """Where the certificate of the issuer ("root" or "issuing") can be had, and an OCSP answer on what it issued."""
    places = [(AuthorityInformationAccessOID.CA_ISSUERS, f"{url}/certs/{issuer}.der")]
    if has_ocsp:
        places.append((AuthorityInformationAccessOID.OCSP, f"{url}/ocsp"))
    access = [x509.AccessDescription(kind, x509.UniformResourceIdentifier(place)) for kind, place in places]
    return x509.AuthorityInformationAccess(access), False


def crl_address(url: str, issuer: str) -> Extension:
    """Where the issuer's CRL is."""
    place = x509.UniformResourceIdentifier(f"{url}/crl/{issuer}.crl")
    return x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)]), False


def names_address(certificate: x509.Certificate, url: str) -> bool:
    """Whether the certificate says that its services are under this URL."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except x509.ExtensionNotFound:
        return False
    return all(each.access_location.value.startswith(f"{url}/") for each in found.value)


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


def _for_service(usage: x509.ExtendedKeyUsage, *, is_critical: bool) -> Extensions:
    return [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(digital_signature=True), True),
        (usage, is_critical),
    ]


def _usage(**granted: bool) -> x509.KeyUsage:
    kinds = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{kind: granted.get(kind, False) for kind in kinds})
