"""A packet signed by its school (XAdES): it holds, is read back from what was signed, and no field can be changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from domain.errors import Invalid
from interchange.national.packet import stamped
from interchange.national.records import NationalRecord
from interchange.national.xml_form import packet_of, packet_xml, read_xml, write_xml
from signing.authority import DevelopmentAuthority, IssuedKey, KeyKind
from signing.mechanisms import default_mechanism, sign
from signing.xades import sign_xml
from signing.xades_verifier import ALTERED, MAX_BYTES, OTHER_SCHOOL, XmlVerdict, verify_xml
from tests.interchange.national.samples import SCHOOL_CODE, delivery, packet, secondary_content

SIGNED_AT = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentAuthority:
    return DevelopmentAuthority.open(tmp_path_factory.mktemp("pki"), KeyKind.P_256)


@pytest.fixture(scope="module")
def signed(authority: DevelopmentAuthority) -> bytes:
    return signed_by(authority.issue_organisation("Trường Mẫu Tân Bình", SCHOOL_CODE))


def signed_by(key: IssuedKey) -> bytes:
    mechanism = default_mechanism(key.certificate)
    return sign_xml(
        packet_xml(packet()),
        key.certificates,
        mechanism,
        partial(sign, key.private_key, mechanism),
        signed_at=SIGNED_AT + timedelta(minutes=1),
    )


def verdict(data: bytes, authority: DevelopmentAuthority) -> XmlVerdict:
    return verify_xml(data, [authority.root], at=SIGNED_AT + timedelta(hours=1))


def test_a_signed_packet_holds_and_is_read_back(signed: bytes, authority: DevelopmentAuthority) -> None:
    found = verdict(signed, authority)
    assert (found.holds, found.reason) == (True, "")
    assert packet_of(found.packet) == packet()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<gioitinh>2<", b"<gioitinh>1<"),
        (b"<mucdatduoc>T<", b"<mucdatduoc>H<"),
        (b"<diemcanam>9.5<", b"<diemcanam>9.6<"),
        (b"<sukien>NEW<", b"<sukien>UPDATE<"),
        (b'phienBanCauTruc="quoc-gia-1"', b'phienBanCauTruc="quoc-gia-2"'),
    ],
)
def test_a_field_that_is_changed_afterwards_is_found(
    old: bytes, new: bytes, signed: bytes, authority: DevelopmentAuthority
) -> None:
    changed = signed.replace(old, new, 1)
    assert changed != signed
    assert verdict(changed, authority).reason == ALTERED


def test_another_schools_signature_is_refused(authority: DevelopmentAuthority) -> None:
    other = authority.issue_organisation("Trường Mẫu Khác", "79766998")
    assert verdict(signed_by(other), authority).reason == OTHER_SCHOOL


def test_a_signed_file_is_not_read_as_if_nobody_had_to_look_at_the_signature(signed: bytes) -> None:
    with pytest.raises(Invalid, match="cấu trúc"):
        read_xml(signed)


def test_a_class_of_35_with_13_subjects_fits_into_a_file_that_can_be_verified() -> None:
    assert len(write_xml(packet(*(with_subjects(number, 13) for number in range(1, 36))))) < MAX_BYTES


def with_subjects(number: int, subjects: int) -> NationalRecord:
    content = secondary_content(number)
    rows = tuple({**content.children["bangdiem"][0], "mamonhoc": f"M{at}"} for at in range(subjects))
    return stamped(replace(content, children={**content.children, "bangdiem": rows}), delivery(content))
