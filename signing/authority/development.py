"""The development authority itself: set up once in a folder, opened from it, issuing certificates."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.x509.oid import NameOID

from signing.authority.certificates import (
    ORGANISATION_PREFIX,
    Contents,
    Extensions,
    Holder,
    IssuedKey,
    KeyKind,
    certify,
    certify_under,
    crl_address,
    for_authority,
    for_ocsp_responder,
    for_subscriber,
    for_time_stamping,
    is_issued_by,
    issuer_address,
    names_address,
    new_key,
    subject_name,
)
from signing.authority.files import (
    read_certificate,
    read_holder,
    read_key,
    write_certificate,
    write_holder,
    write_key,
)
from signing.authority.revocations import Revocations
from signing.errors import AuthorityDamaged

SUBSCRIBER_LIFETIME = timedelta(days=3 * 365)  # Decree 23/2025: subscribers at most 3 years
SERVICE_LIFETIME = timedelta(days=5 * 365)  # Decree 23/2025: time-stamp authorities at most 5 years
AUTHORITY_LIFETIME = timedelta(days=20 * 365)
BACKDATED = timedelta(days=365)  # a demo plays a school year that began before its set-up
_ROOT, _ISSUING = "Hocba Development Root CA", "Hocba Development Issuing CA"


@dataclass(frozen=True)
class ServiceKeys:
    """What the services under `url` sign with: root CRLs, OCSP answers and time stamps."""

    url: str
    root: Holder
    ocsp: Holder
    time_stamping: Holder


@dataclass(frozen=True)
class DevelopmentAuthority:
    root: x509.Certificate
    issuing: Holder
    revocations: Revocations
    key_kind: KeyKind = KeyKind.RSA_2048
    services: ServiceKeys | None = None

    @classmethod
    def open(cls, folder: Path, key_kind: KeyKind = KeyKind.RSA_2048, services_url: str | None = None) -> Self:
        """The authority of the folder, made there if it is empty; root and keys that exist stay as they are.

        With `services_url` (http, no slash at the end) certificates say where their status can be asked; what the
        services need is added where it is missing, has expired or names another address, the issuing certificate
        included: that one keeps its key, so that what it issued stays valid.
        Raises AuthorityDamaged when only some of the files are there, or one is unreadable.
        """
        # root.pem is written last: without it an interrupted set-up simply starts again.
        if not (folder / "root.pem").exists():
            _found(folder, key_kind)
        needed = ["issuing.pem", "issuing.key", *(["root.key"] if services_url else [])]
        if not all((folder / name).exists() for name in needed):
            raise AuthorityDamaged(f"Thư mục chứng thư số thử nghiệm thiếu tệp: {folder}")
        try:
            return cls._read(folder, key_kind, services_url)
        except ValueError as error:
            raise AuthorityDamaged(f"Thư mục chứng thư số thử nghiệm có tệp hỏng: {folder}") from error

    @classmethod
    def _read(cls, folder: Path, key_kind: KeyKind, services_url: str | None) -> Self:
        root = read_certificate(folder / "root.pem")
        issuing = Holder(read_key(folder / "issuing.key"), read_certificate(folder / "issuing.pem"))
        revocations = Revocations(folder / "revocations.json")
        if services_url is None:
            return cls(root, issuing, revocations, key_kind)
        root_holder = Holder(read_key(folder / "root.key"), root)
        issuing = _reachable(folder, issuing, root_holder, services_url)
        workshop = _Workshop(folder, issuing, key_kind, services_url)
        services = ServiceKeys(
            url=services_url,
            root=root_holder,
            ocsp=workshop.holder("ocsp", [*for_ocsp_responder(), issuer_address(services_url, "issuing")]),
            time_stamping=workshop.holder("tsa", [*for_time_stamping(), *_status_addresses(services_url)]),
        )
        return cls(root, issuing, revocations, key_kind, services)

    def issue_person(
        self, name: str, personal_id: str, *, not_before: datetime | None = None, not_after: datetime | None = None
    ) -> IssuedKey:
        """A certificate with CN = name and UID = CCCD:<12 digits>; 3 years from now unless told otherwise."""
        subject = subject_name(
            (NameOID.COUNTRY_NAME, "VN"), (NameOID.COMMON_NAME, name), (NameOID.USER_ID, f"CCCD:{personal_id}")
        )
        return self._issue(subject, not_before, not_after)

    def issue_organisation(
        self, name: str, code: str, *, not_before: datetime | None = None, not_after: datetime | None = None
    ) -> IssuedKey:
        """A certificate with O = CN = the school's name and organizationIdentifier = SC:VN-<school code>."""
        subject = subject_name(
            (NameOID.COUNTRY_NAME, "VN"),
            (NameOID.ORGANIZATION_NAME, name),
            (NameOID.ORGANIZATION_IDENTIFIER, ORGANISATION_PREFIX + code),
            (NameOID.COMMON_NAME, name),
        )
        return self._issue(subject, not_before, not_after)

    def _issue(self, subject: x509.Name, not_before: datetime | None, not_after: datetime | None) -> IssuedKey:
        key = new_key(self.key_kind)
        now = datetime.now(UTC)
        span = (not_before or now - BACKDATED, not_after or now + SUBSCRIBER_LIFETIME)
        places = _status_addresses(self.services.url) if self.services else ()
        contents = Contents(subject, key.public_key(), span, [*for_subscriber(), *places])
        return IssuedKey(key, (certify(contents, self.issuing), self.issuing.certificate))


@dataclass(frozen=True)
class _Workshop:
    """Keeps or makes the keys of the services."""

    folder: Path
    issuing: Holder
    key_kind: KeyKind
    url: str

    def holder(self, name: str, extensions: Extensions) -> Holder:
        path = self.folder / f"{name}.pem"
        if path.exists():
            kept = read_holder(path)
            if _serves(kept.certificate, self.issuing.certificate, self.url):
                return kept
        made = self._made(name.upper(), extensions)
        write_holder(path, made)
        return made

    def _made(self, name: str, extensions: Extensions) -> Holder:
        since = datetime.now(UTC) - BACKDATED
        key, subject = new_key(self.key_kind), _own_name(f"Hocba Development {name}")
        contents = Contents(subject, key.public_key(), (since, since + SERVICE_LIFETIME), extensions)
        return Holder(key, certify(contents, self.issuing))


def _reachable(folder: Path, issuing: Holder, root: Holder, url: str) -> Holder:
    old = issuing.certificate
    if _serves(old, root.certificate, url):
        return issuing
    span = (old.not_valid_before_utc, old.not_valid_after_utc)
    extensions = [*for_authority(0), issuer_address(url, "root"), crl_address(url, "root")]
    renewed = certify(Contents(old.subject, issuing.key.public_key(), span, extensions), root)
    write_certificate(folder / "issuing.pem", renewed)
    return Holder(issuing.key, renewed)


def _status_addresses(url: str) -> Extensions:
    """For what the issuing authority issues."""
    return [issuer_address(url, "issuing", has_ocsp=True), crl_address(url, "issuing")]


def _serves(certificate: x509.Certificate, issuer: x509.Certificate, url: str) -> bool:
    is_current = datetime.now(UTC) < certificate.not_valid_after_utc
    return is_current and names_address(certificate, url) and is_issued_by(certificate, issuer)


def _found(folder: Path, key_kind: KeyKind) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.now(UTC)
    # Below the root everything is dated alike; a subscriber may not outlive its issuer.
    span = (now - 2 * BACKDATED, now + AUTHORITY_LIFETIME)
    root_key, issuing_key = new_key(key_kind), new_key(key_kind)
    root_name = _own_name(_ROOT)
    root = certify_under(Contents(root_name, root_key.public_key(), span, for_authority(1)), root_name, root_key)
    contents = Contents(_own_name(_ISSUING), issuing_key.public_key(), span, for_authority(0))
    write_key(folder / "root.key", root_key)
    write_key(folder / "issuing.key", issuing_key)
    write_certificate(folder / "issuing.pem", certify(contents, Holder(root_key, root)))
    write_certificate(folder / "root.pem", root)


def _own_name(name: str) -> x509.Name:
    return subject_name((NameOID.COUNTRY_NAME, "VN"), (NameOID.COMMON_NAME, name))
