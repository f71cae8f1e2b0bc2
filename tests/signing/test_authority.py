"""The development authority: made once, kept, and issuing certificates whose subject ids can be read back."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from domain.documents import SignatureField
from signing.authority import DevelopmentAuthority, KeyKind, subject_id
from signing.errors import AuthorityDamaged
from tests.signing.conftest import Cast


def test_opening_a_folder_twice_keeps_every_file(tmp_path: Path) -> None:
    first = DevelopmentAuthority.open(tmp_path / "pki", KeyKind.P_256)
    before = {path.name: path.read_bytes() for path in (tmp_path / "pki").iterdir()}
    second = DevelopmentAuthority.open(tmp_path / "pki", KeyKind.P_256)
    assert second.root == first.root
    assert {path.name: path.read_bytes() for path in (tmp_path / "pki").iterdir()} == before
    assert sorted(before) == ["issuing.key", "issuing.pem", "root.key", "root.pem"]


def test_private_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    DevelopmentAuthority.open(tmp_path, KeyKind.P_256)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("*.key")} == {0o600}


def test_an_interrupted_set_up_simply_starts_again(tmp_path: Path) -> None:
    DevelopmentAuthority.open(tmp_path, KeyKind.P_256)
    (tmp_path / "root.pem").unlink()
    again = DevelopmentAuthority.open(tmp_path, KeyKind.P_256)
    again.issuing.certificate.verify_directly_issued_by(again.root)


def test_a_folder_that_lost_a_key_is_refused(tmp_path: Path) -> None:
    DevelopmentAuthority.open(tmp_path, KeyKind.P_256)
    (tmp_path / "issuing.key").unlink()
    with pytest.raises(AuthorityDamaged, match="thiếu tệp"):
        DevelopmentAuthority.open(tmp_path)


def test_a_folder_with_a_spoilt_certificate_is_refused(tmp_path: Path) -> None:
    DevelopmentAuthority.open(tmp_path, KeyKind.P_256)
    (tmp_path / "issuing.pem").write_text("hỏng")
    with pytest.raises(AuthorityDamaged, match="tệp hỏng"):
        DevelopmentAuthority.open(tmp_path)


def test_a_person_has_name_and_personal_id_in_the_subject(cast: Cast) -> None:
    certificate = cast.keys[SignatureField.HOMEROOM].certificate
    assert certificate.subject.rfc4514_string() == "UID=CCCD:079190000012,CN=Giáo viên chủ nhiệm thử,C=VN"
    assert subject_id(certificate) == "079190000012"


def test_a_school_has_its_school_code_as_organisation_identifier(cast: Cast) -> None:
    certificate = cast.keys[SignatureField.SEAL].certificate
    (organisation,) = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert organisation.value == "Trường Tiểu học Mẫu"
    assert subject_id(certificate) == "79000701"


def test_an_authority_has_no_subject_id(cast: Cast) -> None:
    assert subject_id(cast.authority.root) == ""


def test_the_chain_leads_to_the_root_and_leaves_it_out(cast: Cast) -> None:
    leaf, issuing = cast.keys[SignatureField.PRINCIPAL].certificates
    leaf.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(cast.authority.root)


def test_a_lifetime_can_be_asked_for(cast: Cast) -> None:
    until = cast.authority.issuing.certificate.not_valid_after_utc - timedelta(days=1)
    issued = cast.authority.issue_person("Người ký thử", "079190000099", not_after=until)
    assert issued.certificate.not_valid_after_utc == until


def test_a_curve_of_256_bits_is_possible(curve_cast: Cast) -> None:
    key = curve_cast.keys[SignatureField.HOMEROOM]
    assert isinstance(key.private_key, ec.EllipticCurvePrivateKey)
    assert isinstance(key.certificate, x509.Certificate)


def test_an_issued_key_does_not_show_itself(cast: Cast) -> None:
    assert "private_key" not in repr(cast.keys[SignatureField.SEAL])
