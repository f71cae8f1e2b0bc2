"""XML made to deceive: altered, wrapped, signed by others or at another time, or built to break the parser."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree  # type: ignore[import-untyped]
from signxml.xades.xades import XAdESSigner

from domain.documents import SignatureField
from signing import xades
from signing.authority import IssuedKey, KeyKind
from signing.mechanisms import Mechanism
from signing.xades_verifier import (
    ALTERED,
    LATER,
    MAX_BYTES,
    MAX_CHAIN,
    OTHER_SCHOOL,
    TOO_LARGE,
    UNREADABLE,
    UNTRUSTED,
    WEAK,
    verify_xml,
)
from tests.signing.conftest import SIGNED_AT, Cast, issue_cast
from tests.signing.xml_samples import (
    CHECKED_AT,
    CODE,
    DS,
    XADES,
    by_signxml,
    packet_root,
    seal_of,
    signed_by,
    verdict,
)


@pytest.fixture(scope="module")
def signed(cast: Cast) -> bytes:
    return signed_by(seal_of(cast))


def leaves(data: bytes) -> list[etree._Element]:
    return [each for each in etree.fromstring(data).iter() if len(each) == 0]


def test_no_text_can_be_changed(signed: bytes, cast: Cast) -> None:
    for at in range(len(leaves(signed))):
        leaf = leaves(signed)[at]
        leaf.text = ("B" if (leaf.text or "").startswith("A") else "A") + (leaf.text or "")[1:]
        assert not verdict(etree.tostring(leaf.getroottree()), cast).holds, leaf.tag


def test_no_element_can_be_left_out(signed: bytes, cast: Cast) -> None:
    for at in range(1, len(list(etree.fromstring(signed).iter()))):
        element = list(etree.fromstring(signed).iter())[at]
        tree = element.getroottree()
        element.getparent().remove(element)
        assert not verdict(etree.tostring(tree), cast).holds, element.tag


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'phienBanCauTruc="quoc-gia-1"', b'phienBanCauTruc="quoc-gia-2"'),
        (b"<tentruong>", b"<tentruong><!-- x -->"),
        (b"<tentruong>", b"<tentruong><?x y?>"),
        (b"<tentruong>", b"<tentruong>&#8203;"),
        (b"</HocBa>", b"x</HocBa>"),
        (b"<dsbangdiem>", b"<dsbangdiem/><dsbangdiem>"),
        (b"<TruongHoc>", b'<TruongHoc xmlns:x="relative">'),  # has no canonical form
        (b"rsa-sha256", b"rsa-sha384"),
        (b"xmlenc#sha256", b"xmlenc#sha512"),
    ],
)
def test_what_was_altered_does_not_hold(old: bytes, new: bytes, signed: bytes, cast: Cast) -> None:
    assert old in signed
    found = verdict(signed.replace(old, new), cast)
    assert (found.holds, found.reason, found.packet) == (False, ALTERED, None)


@dataclass(frozen=True)
class Parts:
    """A forged record to be shown, and the genuine one with its signature taken off."""

    forged: etree._Element
    genuine: etree._Element
    signature: etree._Element


def original_moved_inside(parts: Parts) -> None:
    parts.genuine.append(parts.signature)
    etree.SubElement(parts.forged, "GoiTin").append(parts.genuine)


def original_beside_the_signature(parts: Parts) -> None:
    etree.SubElement(parts.forged, "GoiTin").append(parts.genuine)
    parts.forged.append(parts.signature)


def original_first_and_signature_last(parts: Parts) -> None:
    parts.forged.insert(0, parts.genuine)
    parts.forged.append(parts.signature)


def original_in_the_signature(parts: Parts) -> None:
    parts.forged.append(parts.signature)
    etree.SubElement(parts.signature, f"{DS}Object").append(parts.genuine)


def original_in_the_signed_properties_object(parts: Parts) -> None:
    parts.forged.append(parts.signature)
    parts.signature.find(f".//{XADES}QualifyingProperties").append(parts.genuine)


WRAPPINGS = [
    original_moved_inside,
    original_beside_the_signature,
    original_first_and_signature_last,
    original_in_the_signature,
    original_in_the_signed_properties_object,
]


@pytest.mark.parametrize("name", ["Id", "ID", "id", None])
@pytest.mark.parametrize("wrap", WRAPPINGS)
def test_a_signature_of_another_element_does_not_hold(
    wrap: Callable[[Parts], None], name: str | None, signed: bytes, cast: Cast
) -> None:
    genuine = etree.fromstring(signed)
    parts = Parts(packet_root(), genuine, genuine.find(f"{DS}Signature"))
    parts.forged.find(".//xeploai").text = "Hoàn thành tốt"
    del parts.forged.attrib["Id"]
    if name:
        parts.forged.set(name, "HocBa")
    genuine.remove(parts.signature)
    wrap(parts)
    found = verdict(etree.tostring(parts.forged), cast)
    assert (found.holds, found.packet) == (False, None)


def test_more_references_than_ours_are_not_even_hashed(signed: bytes, cast: Cast) -> None:
    root = etree.fromstring(signed)
    references = root.findall(f".//{DS}Reference")
    references[0].addnext(etree.fromstring(etree.tostring(references[0])))
    assert verdict(etree.tostring(root), cast).reason == UNREADABLE


@pytest.mark.parametrize("place", [f"{DS}Object", f"{XADES}QualifyingProperties", f"{DS}KeyInfo", f"{DS}X509Data"])
def test_nothing_may_be_added_to_the_signature(place: str, signed: bytes, cast: Cast) -> None:
    root = etree.fromstring(signed)
    etree.SubElement(root.find(f".//{place}"), f"{XADES}UnsignedProperties")
    assert verdict(etree.tostring(root), cast).reason == UNREADABLE


def test_a_key_beside_its_certificate_is_refused(cast: Cast) -> None:
    assert verdict(by_signxml(seal_of(cast), SIGNED_AT), cast).holds
    assert verdict(by_signxml(seal_of(cast), SIGNED_AT, key_value=True), cast).reason == UNREADABLE


@pytest.mark.parametrize(("method", "digest"), [("rsa-sha224", "sha256"), ("rsa-sha256", "sha224")])
def test_a_hash_that_is_not_among_ours_does_not_hold(method: str, digest: str, cast: Cast) -> None:
    signer = XAdESSigner(signature_algorithm=method, digest_algorithm=digest)
    assert verdict(by_signxml(seal_of(cast), SIGNED_AT, signer=signer), cast).reason == ALTERED


def test_a_second_signature_does_not_hold(signed: bytes, cast: Cast) -> None:
    root = etree.fromstring(signed)
    root.append(etree.fromstring(etree.tostring(root.find(f"{DS}Signature"))))
    assert verdict(etree.tostring(root), cast).reason == UNREADABLE


BOMB = b'<!DOCTYPE HocBa [<!ENTITY a "aaaaaaaaaa">%s]>' % b"".join(
    b'<!ENTITY a%d "%s">' % (depth, b"&a%s;" % (b"%d" % (depth - 1) if depth else b"") * 10) for depth in range(9)
)


def with_prologue(prologue: bytes, signed: bytes) -> bytes:
    return prologue + signed.partition(b"?>")[2]


@pytest.mark.parametrize(
    "prologue",
    [
        BOMB,
        b"<!DOCTYPE HocBa>",
        b'<!DOCTYPE HocBa SYSTEM "http://127.0.0.1:9/x.dtd">',
        b'<!DOCTYPE HocBa [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE HocBa [<!ATTLIST HocBa them CDATA "x">]>',
        b'<?xml-stylesheet type="text/xsl" href="data:,x"?>',
        b"<!-- x -->",
    ],
)
def test_nothing_may_stand_before_the_record(prologue: bytes, signed: bytes, cast: Cast) -> None:
    assert verdict(with_prologue(b"", signed), cast).holds
    assert verdict(with_prologue(prologue, signed), cast).reason == UNREADABLE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        b"<HocBa",
        b"<HocBa/>",
        b"\xff\xfe<\x00H\x00o\x00c\x00B\x00a\x00/\x00>\x00",
        BOMB + b"<HocBa>&a8;</HocBa>",
        BOMB + b'<HocBa Id="&a8;"/>',
        b'<!DOCTYPE HocBa [<!ENTITY x SYSTEM "file:///etc/passwd">]><HocBa>&x;</HocBa>',
        b"<HocBa>" * 300 + b"</HocBa>" * 300,
        b"<HocBa>" + b"x" * (MAX_BYTES - 15) + b"</HocBa>",
        b'<HocBa xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd" parse="text"/></HocBa>',
    ],
)
def test_hostile_bytes_get_a_verdict(data: bytes, cast: Cast) -> None:
    found = verdict(data, cast)
    assert (found.reason, found.certificate, found.signed_at, found.packet) == (UNREADABLE, None, None, None)


def test_a_file_that_is_too_large_is_not_read(signed: bytes, cast: Cast) -> None:
    room = MAX_BYTES - len(signed)
    assert verdict(signed + b"\n" * room, cast).holds
    assert verdict(signed + b"\n" * (room + 1), cast).reason == TOO_LARGE
    assert "nhiều nhất 1 MB; hãy chia" in TOO_LARGE


def test_another_root_is_no_record(signed: bytes, cast: Cast) -> None:
    renamed = signed.replace(b"<HocBa ", b"<GoiTin ").replace(b"</HocBa>", b"</GoiTin>")
    assert verdict(renamed, cast).reason == UNREADABLE


def test_a_long_chain_is_not_followed(cast: Cast) -> None:
    key = seal_of(cast)
    chains = [[*key.certificates, *[cast.authority.root] * more] for more in (MAX_CHAIN - 2, MAX_CHAIN - 1)]
    assert [verdict(by_signxml(key, SIGNED_AT, chain), cast).reason for chain in chains] == ["", UNREADABLE]


def test_a_time_without_zone_is_not_read(cast: Cast) -> None:
    signer = xades._Signer(Mechanism.RSA_PKCS1, SIGNED_AT)
    assert verdict(by_signxml(seal_of(cast), SIGNED_AT, signer=signer), cast).holds
    signer._signed_at = SIGNED_AT.replace(tzinfo=None).isoformat()
    assert verdict(by_signxml(seal_of(cast), SIGNED_AT, signer=signer), cast).reason == UNREADABLE


def test_a_claimed_time_after_the_check_does_not_hold(signed: bytes, cast: Cast) -> None:
    assert verdict(signed, cast, at=SIGNED_AT).holds
    assert verdict(signed, cast, at=SIGNED_AT - timedelta(seconds=1)).reason == LATER


def test_a_stranger_who_calls_himself_the_school_is_not_trusted(cast: Cast, tmp_path: Path) -> None:
    stranger = issue_cast(tmp_path, KeyKind.P_256)
    found = verdict(signed_by(seal_of(stranger)), cast)
    assert (found.reason, found.certificate) == (UNTRUSTED, seal_of(stranger).certificate)
    assert verify_xml(signed_by(seal_of(stranger)), [], at=CHECKED_AT).reason == UNTRUSTED


@pytest.mark.parametrize(("code", "named"), [("79000702", CODE), (CODE, "79000702"), ("", ""), ("", CODE)])
def test_another_school_than_the_one_named_does_not_hold(code: str, named: str, cast: Cast) -> None:
    key = cast.authority.issue_organisation("Trường Tiểu học Mẫu", code)
    assert verdict(signed_by(key, root=packet_root(named)), cast).reason == OTHER_SCHOOL


def test_a_person_of_the_school_does_not_sign_for_it(cast: Cast) -> None:
    assert verdict(signed_by(cast.keys[SignatureField.PRINCIPAL]), cast).reason == OTHER_SCHOOL


def test_a_certificate_is_judged_at_the_time_of_signing(cast: Cast) -> None:
    ended, begun = SIGNED_AT - timedelta(days=30), SIGNED_AT - timedelta(days=60)
    key = cast.authority.issue_organisation("Trường Tiểu học Mẫu", CODE, not_before=begun, not_after=ended)

    def reason(at: datetime) -> str:
        return verdict(by_signxml(key, at), cast).reason

    day = timedelta(days=1)
    assert [reason(at) for at in (begun - day, begun + day, ended - day, ended + day)] == [UNTRUSTED, "", "", UNTRUSTED]


def test_an_algorithm_is_judged_at_the_time_of_signing(cast: Cast) -> None:
    """2048 bits are accepted until the end of 2030 in Vietnam (`domain.algorithms`)."""
    midnight, day = datetime(2030, 12, 31, 17, tzinfo=UTC), timedelta(days=1)
    authority = replace(cast.authority, key_kind=KeyKind.RSA_2048)
    key = authority.issue_organisation("Trường Tiểu học Mẫu", CODE, not_before=midnight - day, not_after=midnight + day)

    def reason(at: datetime) -> str:
        return verdict(signed_by(key, at=at), cast, at=midnight + day).reason

    assert [reason(midnight - timedelta(seconds=1)), reason(midnight)] == ["", WEAK]


def test_an_authoritys_own_key_does_not_sign_records(cast: Cast) -> None:
    issuing = cast.authority.issuing
    assert verdict(signed_by(IssuedKey(issuing.key, (issuing.certificate,))), cast).reason == UNTRUSTED
