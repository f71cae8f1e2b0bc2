"""The authority with services: certificates that say where to ask, and the keys of those who answer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing.authority import DevelopmentAuthority, KeyKind
from signing.authority.certificates import names_address, new_key
from signing.authority.development import ServiceKeys
from signing.errors import AuthorityDamaged
from tests.clock import freeze_time

URL = "http://pki.test:8080"


def opened(folder: Path, kind: KeyKind = KeyKind.P_256, url: str = URL) -> DevelopmentAuthority:
    return DevelopmentAuthority.open(folder, kind, url)


def services(authority: DevelopmentAuthority) -> ServiceKeys:
    assert authority.services is not None
    return authority.services


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def places(certificate: x509.Certificate) -> dict[str, str]:
    access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    return {str(each.access_method._name): each.access_location.value for each in access}


def crl_place(certificate: x509.Certificate) -> str:
    (point,) = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name is not None
    return str(point.full_name[0].value)


def test_a_persons_certificate_says_where_its_status_is_asked(tmp_path: Path) -> None:
    leaf, issuing = opened(tmp_path).issue_person("Giáo viên thử", "079190000011").certificates
    assert places(leaf) == {"OCSP": f"{URL}/ocsp", "caIssuers": f"{URL}/certs/issuing.der"}
    assert crl_place(leaf) == f"{URL}/crl/issuing.crl"
    assert places(issuing) == {"caIssuers": f"{URL}/certs/root.der"}
    assert crl_place(issuing) == f"{URL}/crl/root.crl"


def test_without_services_a_certificate_names_no_address(tmp_path: Path) -> None:
    authority = DevelopmentAuthority.open(tmp_path, KeyKind.P_256)
    leaf = authority.issue_person("Giáo viên thử", "079190000011").certificate
    assert not names_address(leaf, URL)
    assert authority.services is None


def test_the_responder_may_answer_and_need_not_be_checked_itself(tmp_path: Path) -> None:
    authority = opened(tmp_path)
    responder = services(authority).ocsp.certificate
    responder.verify_directly_issued_by(authority.issuing.certificate)
    usage = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.OCSP_SIGNING]
    assert responder.extensions.get_extension_for_class(x509.OCSPNoCheck)


def test_the_time_stamping_key_does_nothing_else_and_lasts_five_years_at_most(tmp_path: Path) -> None:
    authority = opened(tmp_path)
    certificate = services(authority).time_stamping.certificate
    certificate.verify_directly_issued_by(authority.issuing.certificate)
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert (usage.critical, list(usage.value)) == (True, [ExtendedKeyUsageOID.TIME_STAMPING])
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= timedelta(days=5 * 365)
    assert "OCSP" in places(certificate)


def test_opening_again_keeps_every_file(tmp_path: Path) -> None:
    opened(tmp_path)
    before = files(tmp_path)
    opened(tmp_path)
    assert files(tmp_path) == before


def test_a_folder_from_before_the_services_gets_them(tmp_path: Path) -> None:
    old = DevelopmentAuthority.open(tmp_path, KeyKind.P_256)
    person = old.issue_person("Giáo viên thử", "079190000011").certificate
    before = files(tmp_path)
    new = opened(tmp_path)
    changed = {name for name, data in files(tmp_path).items() if before.get(name) != data}
    assert changed == {"issuing.pem", "ocsp.pem", "tsa.pem"}
    person.verify_directly_issued_by(new.issuing.certificate)
    new.issuing.certificate.verify_directly_issued_by(old.root)
    assert new.issuing.certificate.not_valid_after_utc == old.issuing.certificate.not_valid_after_utc


def test_another_address_makes_new_certificates(tmp_path: Path) -> None:
    opened(tmp_path)
    moved = opened(tmp_path, url="http://pki.test:9090")
    keys = services(moved)
    for certificate in (moved.issuing.certificate, keys.ocsp.certificate, keys.time_stamping.certificate):
        assert names_address(certificate, "http://pki.test:9090")


def test_a_service_whose_certificate_has_expired_gets_a_new_one(tmp_path: Path) -> None:
    old = services(opened(tmp_path)).time_stamping.certificate
    with freeze_time(old.not_valid_after_utc + timedelta(days=1)):
        new = services(opened(tmp_path)).time_stamping.certificate
        assert new.not_valid_after_utc > datetime.now(UTC)


def test_a_set_up_that_starts_again_makes_its_services_anew(tmp_path: Path) -> None:
    opened(tmp_path)
    (tmp_path / "root.pem").unlink()
    again = opened(tmp_path)
    for holder in (services(again).ocsp, services(again).time_stamping):
        holder.certificate.verify_directly_issued_by(again.issuing.certificate)


def test_service_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    opened(tmp_path)
    modes = {name: (tmp_path / name).stat().st_mode & 0o777 for name in ("ocsp.pem", "tsa.pem", "issuing.pem")}
    assert modes == {"ocsp.pem": 0o600, "tsa.pem": 0o600, "issuing.pem": 0o644}


def test_without_its_root_key_an_authority_cannot_have_services(tmp_path: Path) -> None:
    DevelopmentAuthority.open(tmp_path, KeyKind.P_256)
    (tmp_path / "root.key").unlink()
    with pytest.raises(AuthorityDamaged, match="thiếu tệp"):
        opened(tmp_path)


def test_a_spoilt_service_key_is_refused(tmp_path: Path) -> None:
    opened(tmp_path)
    (tmp_path / "tsa.pem").write_text("hỏng")
    with pytest.raises(AuthorityDamaged, match="tệp hỏng"):
        opened(tmp_path)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    opened(tmp_path)
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "issuing.key").write_bytes(pem)
    with pytest.raises(AuthorityDamaged, match="tệp hỏng"):
        opened(tmp_path)


@pytest.mark.parametrize(
    ("kind", "digest"), [(KeyKind.P_256, "sha256"), (KeyKind.P_384, "sha384"), (KeyKind.RSA_3072, "sha256")]
)
def test_a_certificate_is_signed_with_a_digest_as_strong_as_the_key(tmp_path: Path, kind: KeyKind, digest: str) -> None:
    authority = opened(tmp_path, kind)
    issued = authority.issue_person("Giáo viên thử", "079190000011").certificates
    for certificate in (*issued, authority.root):
        assert certificate.signature_hash_algorithm is not None
        assert certificate.signature_hash_algorithm.name == digest


@pytest.mark.parametrize(("kind", "bits"), [(KeyKind.RSA_3072, 3072), (KeyKind.RSA_4096, 4096), (KeyKind.P_384, 384)])
def test_a_key_has_the_size_of_its_kind(kind: KeyKind, bits: int) -> None:
    key = new_key(kind)
    assert key.key_size == bits
    assert isinstance(key, rsa.RSAPrivateKey if kind.startswith("rsa") else ec.EllipticCurvePrivateKey)
