"""Who signed a packet: the school that it and all its records name, or the head that all of them name."""

from collections.abc import Callable

import pytest
from lxml import etree  # type: ignore[import-untyped]

from domain.documents import SignatureField
from interchange.national.xml_form import packet_of
from signing.errors import SigningRefused
from signing.xades_verifier import MAX_BYTES, OTHER_HEAD, OTHER_SCHOOL, PacketSigner
from tests.signing.conftest import Cast
from tests.signing.xml_samples import CODE, PACKET, packet_root, seal_of, signed_by, verdict

SCHOOL, HEAD = PacketSigner
FIELDS = {SCHOOL: "matruong", HEAD: "soddcngiamhieu"}
OTHERS = {SCHOOL: OTHER_SCHOOL, HEAD: OTHER_HEAD}


def signed_as(signer: PacketSigner, cast: Cast, root: etree._Element) -> str:
    """What is said of a packet that the cast's school or head signed."""
    key = seal_of(cast) if signer is SCHOOL else cast.keys[SignatureField.PRINCIPAL]
    return verdict(signed_by(key, root=root), cast, signer=signer).reason


def test_the_head_of_all_records_signs_where_that_is_asked(cast: Cast) -> None:
    by_head = signed_by(cast.keys[SignatureField.PRINCIPAL])
    found = verdict(by_head, cast, signer=HEAD)
    assert (found.reason, packet_of(found.packet)) == ("", PACKET)
    assert verdict(by_head, cast, signer=SCHOOL).reason == OTHER_SCHOOL


def test_the_schools_own_signature_is_not_its_heads(cast: Cast) -> None:
    assert signed_as(SCHOOL, cast, packet_root()) == ""
    assert verdict(signed_by(seal_of(cast)), cast, signer=HEAD).reason == OTHER_HEAD


def test_a_schools_code_in_the_heads_place_is_nobodys_personal_id(cast: Cast) -> None:
    data = signed_by(seal_of(cast), root=packet_root(head=CODE))
    assert verdict(data, cast, signer=HEAD).reason == OTHER_HEAD


def test_another_person_of_the_school_is_not_its_head(cast: Cast) -> None:
    data = signed_by(cast.keys[SignatureField.HOMEROOM])
    assert verdict(data, cast, signer=HEAD).reason == OTHER_HEAD


def name_another(element: etree._Element) -> None:
    element.text = f"{element.text[:-1]}9"


def name_nobody(element: etree._Element) -> None:
    element.getparent().remove(element)


def name_two(element: etree._Element) -> None:
    etree.SubElement(element.getparent(), element.tag).text = f"{element.text[:-1]}9"


def name_one_elsewhere(element: etree._Element) -> None:
    """The next record names the same twice instead."""
    element.getparent().getnext().append(element)


@pytest.mark.parametrize("change", [name_another, name_nobody, name_two, name_one_elsewhere])
@pytest.mark.parametrize("signer", PacketSigner)
def test_each_record_names_the_signer_once_and_nobody_else(
    signer: PacketSigner, change: Callable[[etree._Element], None], cast: Cast
) -> None:
    root = packet_root()
    change(next(root.iter(FIELDS[signer])))
    assert signed_as(signer, cast, root) == OTHERS[signer]


@pytest.mark.parametrize("change", [name_another, name_nobody, name_two])
def test_the_packet_names_the_school_once(change: Callable[[etree._Element], None], cast: Cast) -> None:
    root = packet_root()
    change(root.find("TruongHoc/MaTruong"))
    assert signed_as(SCHOOL, cast, root) == OTHER_SCHOOL


@pytest.mark.parametrize("signer", PacketSigner)
def test_a_packet_without_records_is_nobodys(signer: PacketSigner, cast: Cast) -> None:
    root = packet_root()
    for record in root.findall("DanhSachHocBa/*"):
        record.getparent().remove(record)
    assert signed_as(signer, cast, root) == OTHERS[signer]


def test_what_would_be_too_large_to_be_verified_is_not_signed(cast: Cast) -> None:
    root = packet_root()
    next(root.iter("nxetgvcn")).text = "ấ" * (MAX_BYTES // 3)
    with pytest.raises(SigningRefused, match="nhiều nhất 1 MB; hãy chia thành nhiều gói tin"):
        signed_by(seal_of(cast), root=root)
