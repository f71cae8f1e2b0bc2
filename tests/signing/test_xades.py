"""The signature on a packet's XML: made in two phases, agreed on by other software, hard to deceive."""

import logging
import subprocess
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree  # type: ignore[import-untyped]

from interchange.national.xml_form import packet_of
from signing.authority import KeyKind
from signing.errors import SigningFailed, SigningRefused
from signing.mechanisms import Mechanism, sign
from signing.xades import PreparedXml, embed_xml, prepare_xml
from tests.signing.conftest import SIGNED_AT, Cast, issue_cast, tool
from tests.signing.xml_samples import DS, FIRST, PACKET, XADES, packet_root, seal_of, signed_by, verdict

CURVE = [each for each in Mechanism if each.scheme == "ecdsa"]
IDS = [part for name in ("HocBa", "SignedProperties", "KeyInfo") for part in ("--id-attr:Id", name)]


def said(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def signed(curve_cast: Cast) -> bytes:
    return signed_by(seal_of(curve_cast))


@pytest.mark.parametrize("mechanism", Mechanism)
def test_what_the_school_signed_holds_and_is_read_back(mechanism: Mechanism, cast: Cast, curve_cast: Cast) -> None:
    signers = curve_cast if mechanism in CURVE else cast
    found = verdict(signed_by(seal_of(signers), mechanism), signers)
    assert (found.holds, found.reason) == (True, "")
    assert (found.certificate, found.signed_at) == (seal_of(signers).certificate, SIGNED_AT)
    assert packet_of(found.packet) == PACKET


def test_a_key_on_p_384_signs_with_sha_384(tmp_path: Path) -> None:
    signers = issue_cast(tmp_path, KeyKind.P_384)
    data = signed_by(seal_of(signers))
    assert b"ecdsa-sha384" in data
    assert verdict(data, signers).holds


def test_a_short_number_in_an_ecdsa_signature_is_padded(curve_cast: Cast) -> None:
    key = seal_of(curve_cast)
    prepared = prepare_xml(packet_root(), key.certificates, Mechanism.ECDSA, SIGNED_AT)
    raw = b""
    while not raw or min(decode_dss_signature(raw)) >= 1 << 248:
        raw = sign(key.private_key, Mechanism.ECDSA, prepared.to_be_signed)
    assert verdict(embed_xml(prepared, key.certificates, raw), curve_cast).holds


@pytest.mark.parametrize("mechanism", Mechanism)
def test_xmlsec1_agrees_on_every_mechanism_but_pss_which_it_does_not_know(
    mechanism: Mechanism, cast: Cast, curve_cast: Cast, tmp_path: Path
) -> None:
    signers = curve_cast if mechanism in CURVE else cast
    file, root = tmp_path / "record.xml", tmp_path / "root.pem"
    file.write_bytes(signed_by(seal_of(signers), mechanism))
    root.write_bytes(signers.authority.root.public_bytes(Encoding.PEM))
    done = said(tool("xmlsec1"), "--verify", *IDS, "--trusted-pem", root, file)
    if mechanism.scheme == "rsassa_pss":
        assert "xmlSecTransformIdListFindByHref" in done.stderr
    else:
        assert "SignedInfo References (ok/all): 3/3" in done.stderr, done.stderr
    assert (done.returncode == 0) == (mechanism.scheme != "rsassa_pss")


def test_xmlsec1_finds_a_changed_mark(signed: bytes, curve_cast: Cast, tmp_path: Path) -> None:
    file, root = tmp_path / "record.xml", tmp_path / "root.pem"
    file.write_bytes(signed.replace(b"<mucdatduoc>T<", b"<mucdatduoc>H<"))
    root.write_bytes(curve_cast.authority.root.public_bytes(Encoding.PEM))
    assert said(tool("xmlsec1"), "--verify", *IDS, "--trusted-pem", root, file).returncode != 0


@pytest.mark.parametrize("mechanism", [Mechanism.RSA_PSS, Mechanism.RSA_PSS_SHA384, Mechanism.RSA_PSS_SHA512])
def test_openssl_verifies_the_pss_signature_of_the_prepared_bytes(
    mechanism: Mechanism, cast: Cast, tmp_path: Path
) -> None:
    key = seal_of(cast)
    prepared = prepare_xml(packet_root(), key.certificates, mechanism, SIGNED_AT)
    raw = sign(key.private_key, mechanism, prepared.to_be_signed)
    signed_info = etree.fromstring(embed_xml(prepared, key.certificates, raw)).find(f".//{DS}SignedInfo")
    (tmp_path / "info").write_bytes(etree.tostring(signed_info, method="c14n"))
    (tmp_path / "raw").write_bytes(raw)
    (tmp_path / "key.pem").write_bytes(
        key.certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    files: list[str | Path] = ["-verify", tmp_path / "key.pem", "-signature", tmp_path / "raw", tmp_path / "info"]
    pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]
    assert said(tool("openssl"), "dgst", f"-{mechanism.digest}", *pss, *files).stdout == "Verified OK\n"


def test_preparing_twice_gives_the_same_bytes_and_leaves_the_record_alone(cast: Cast) -> None:
    root, chain = packet_root(), seal_of(cast).certificates
    first = prepare_xml(root, chain, Mechanism.RSA_PSS, SIGNED_AT)
    assert prepare_xml(root, chain, Mechanism.RSA_PSS, SIGNED_AT) == first
    assert etree.tostring(root) == etree.tostring(packet_root())
    assert prepare_xml(root, chain, Mechanism.RSA_PSS, SIGNED_AT + timedelta(seconds=1)) != first


def test_the_signing_time_is_the_one_given_in_utc(cast: Cast) -> None:
    prepared = prepare_xml(packet_root(), seal_of(cast).certificates, Mechanism.RSA_PKCS1, SIGNED_AT)
    time = etree.fromstring(prepared.xml).findtext(f".//{XADES}SigningTime")
    assert time == SIGNED_AT.astimezone(UTC).isoformat()


def test_vietnamese_text_is_signed_as_it_is_in_nfc(signed: bytes) -> None:
    assert unicodedata.is_normalized("NFC", signed.decode())
    assert f"<hovaten>{FIRST['hovaten']}</hovaten>".encode() in signed


def test_no_pupil_is_found_in_the_debug_log(caplog: pytest.LogCaptureFixture, curve_cast: Cast) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger(__name__).debug("heard")
    assert verdict(signed_by(seal_of(curve_cast)), curve_cast).holds
    assert "heard" in caplog.text
    assert str(FIRST["sodinhdanh"]) not in caplog.text


def test_a_second_signature_is_refused(signed: bytes, cast: Cast) -> None:
    with pytest.raises(SigningRefused, match="đã có chữ ký"):
        signed_by(seal_of(cast), root=etree.fromstring(signed))


@pytest.mark.parametrize("days", [-2000, 2000])
def test_a_certificate_that_is_not_valid_then_does_not_sign(days: int, cast: Cast) -> None:
    with pytest.raises(SigningRefused, match="chưa có hiệu lực hoặc đã hết hạn"):
        signed_by(seal_of(cast), at=SIGNED_AT + timedelta(days=days))


@pytest.mark.parametrize("raw", [b"", b"\x30\x06\x02\x01\x01\x02\x01\x01", b"x" * 64])
def test_a_value_that_is_not_this_certificates_signature_is_not_embedded(raw: bytes, curve_cast: Cast) -> None:
    chain = seal_of(curve_cast).certificates
    prepared = prepare_xml(packet_root(), chain, Mechanism.ECDSA, SIGNED_AT)
    with pytest.raises(SigningFailed, match="không khớp với chứng thư số"):
        embed_xml(prepared, chain, raw)


def other_content(prepared: PreparedXml) -> PreparedXml:
    return replace(prepared, xml=prepared.xml.replace(b"<mucdatduoc>T<", b"<mucdatduoc>H<"))


def no_hole(prepared: PreparedXml) -> PreparedXml:
    return replace(prepared, xml=prepared.xml.replace(b"<ds:SignatureValue/>", b""))


def no_xml(prepared: PreparedXml) -> PreparedXml:
    return replace(prepared, xml=b"<HocBa>")


def other_time(prepared: PreparedXml) -> PreparedXml:
    return replace(prepared, xml=prepared.xml.replace(b"SigningTime>20", b"SigningTime>19"))


@pytest.mark.parametrize("change", [other_content, no_hole, no_xml, other_time])
def test_a_prepared_document_that_was_changed_is_not_completed(
    change: Callable[[PreparedXml], PreparedXml], curve_cast: Cast
) -> None:
    key = seal_of(curve_cast)
    prepared = prepare_xml(packet_root(), key.certificates, Mechanism.ECDSA, SIGNED_AT)
    raw = sign(key.private_key, Mechanism.ECDSA, prepared.to_be_signed)
    with pytest.raises(SigningFailed, match="đã thay đổi sau khi chuẩn bị"):
        embed_xml(change(prepared), key.certificates, raw)
    with pytest.raises(SigningFailed, match="chứng thư số khác"):
        embed_xml(prepared, key.certificates[:1], raw)
    assert verdict(embed_xml(prepared, key.certificates, raw), curve_cast).holds
