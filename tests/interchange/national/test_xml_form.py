"""Packets as XML: what is written is read back the same, and nothing else is read at all."""

from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given, settings
from lxml import etree  # type: ignore[import-untyped]

from domain.errors import Invalid
from interchange.national import packet as packets_module
from interchange.national.packet import Packet
from interchange.national.xml_form import packet_of, packet_xml, read_xml, write_xml
from tests.interchange.national.samples import packet, primary, with_value
from tests.interchange.national.values import damaged, packets

WRITTEN: Final = write_xml(packet())


@settings(max_examples=80, deadline=None)
@given(packets())
def test_any_packet_that_is_written_is_read_back_the_same(sent: Packet) -> None:
    written = write_xml(sent)
    assert read_xml(written) == sent
    assert write_xml(read_xml(written)) == written


def test_the_form_is_as_documented() -> None:
    root = packet_xml(packet())
    assert (root.tag, dict(root.attrib)) == ("HocBa", {"Id": "HocBa", "phienBanCauTruc": "quoc-gia-1"})
    assert root.findtext("TruongHoc/MaTruong") == "79766999"
    record = root.find("DanhSachHocBa/thongtinsohocbasotieuhoc")
    assert (record.findtext("trichluc"), record.findtext("duoclenlop")) == ("0", "1")
    assert len(record.findall("dsbangdiem")) == 3
    assert record.find("thangnamsinh") is None


def test_markup_in_a_text_stays_text() -> None:
    sent = packet(with_value(primary(), "", "nxetgvcn", "]]></nxetgvcn><xeploai>&amp;<!--"))
    assert read_xml(write_xml(sent)) == sent


def test_what_is_refused_is_not_written() -> None:
    with pytest.raises(Invalid, match="trường hovaten"):
        packet_xml(packet(with_value(primary(), "", "hovaten", None)))


def change(old: str, new: str) -> bytes:
    assert old in WRITTEN.decode()
    return WRITTEN.decode().replace(old, new, 1).encode()


DTD = '<!DOCTYPE HocBa [<!ENTITY a "{}">]><HocBa'


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "XML hợp lệ"),
        (b"<HocBa>", "XML hợp lệ"),
        (b"<a>" * 10_000 + b"</a>" * 10_000, "XML hợp lệ"),
        (b"<HocBa/>", "cấu trúc"),
        (change("<HocBa", DTD.format("x")), "ngoài gói tin"),
        (change("<HocBa", DTD.format("x")).replace(b"Nam</hoten", b"&a;</hoten"), "ngoài gói tin"),
        (change("<HocBa", '<!DOCTYPE HocBa SYSTEM "http://127.0.0.1:9/x.dtd"><HocBa'), "ngoài gói tin"),
        (change("<HocBa", "<?xml-stylesheet href='x'?><HocBa"), "ngoài gói tin"),
        (WRITTEN + b"<!-- x -->", "ngoài gói tin"),
        (change("quoc-gia-1", "quoc-gia-2"), "ngoài cấu trúc"),
        (change('Id="HocBa"', 'Id="Khac"'), "ngoài cấu trúc"),
        (change("<DanhSachHocBa>", "<DanhSachHocBa> "), "ngoài cấu trúc"),
        (change("<DanhSachHocBa>", "<DanhSachHocBa><!-- x -->"), "ngoài cấu trúc"),
        (change("<DanhSachHocBa>", "<DanhSachHocBa><khac/>"), "cấu trúc"),
        (change("<TruongHoc>", "<TruongHoc><x/>"), "ngoài cấu trúc"),
        (change("<TruongHoc>", "<x/><TruongHoc>"), "không đúng cấu trúc"),
        (change("<MaTruong>79766999", "<MaTruong>79766998"), "không phải là trường gửi"),
        (change("<trichluc>0", "<trichluc>false"), "trường trichluc .*có .true. hoặc không"),
        (change("<phienban>1<", "<phienban>01<"), "ngoài cấu trúc"),
        (change("<phienban>1<", "<phienban>một<"), "trường phienban .*số nguyên"),
        (change("<phienban>1<", f"<phienban>{'9' * 5000}<"), "trường phienban .*số nguyên"),
        (change("<sobuoinghi>2.5", "<sobuoinghi>nan"), "trường sobuoinghi"),
        (change("<sobuoinghi>2.5", "<sobuoinghi>2.50"), "ngoài cấu trúc"),
        (change("<gioitinh>2", "<gioitinh>3"), "Dòng 1, trường gioitinh"),
        (change("<gioitinh>", "<gioitinh>2</gioitinh><gioitinh>"), "ngoài cấu trúc"),
        (change("<gioitinh>", "<la>x</la><gioitinh>"), "trường la: không có"),
        (change("<gioitinh>", "<la/><gioitinh>"), "ngoài cấu trúc"),
        (change("<gioitinh>", "<thangnamsinh/><gioitinh>"), "ngoài cấu trúc"),
        (change("<gioitinh>", '<gioitinh a="1">'), "ngoài cấu trúc"),
        (change("<gioitinh>2", "<gioitinh>2<!-- x -->"), "ngoài cấu trúc"),
        (change("<gioitinh>2", "<gioitinh>2<b/>"), "ngoài cấu trúc"),
        (change("<gioitinh>", '<x:gioitinh xmlns:x="urn:x">2</x:gioitinh><gioitinh>'), "không có trong bảng"),
        (change("<TruongHoc>", '<TruongHoc xmlns:x="relative">'), "không đúng cấu trúc"),
        (change("</HocBa>", '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></HocBa>'), "không đúng cấu trúc"),
    ],
)
def test_what_would_not_be_written_is_not_read(data: bytes, match: str) -> None:
    with pytest.raises(Invalid, match=match):
        read_xml(data)


def swap(record: etree._Element) -> None:
    record.append(record[0])


def rename(record: etree._Element) -> None:
    record.tag = "HocBa"


def clear(record: etree._Element) -> None:
    record.getparent().remove(record.getnext())
    record.getparent().remove(record)


@pytest.mark.parametrize("damage", [swap, rename, clear])
def test_a_tree_that_would_not_be_written_is_not_read(damage: Callable[[etree._Element], None]) -> None:
    root = packet_xml(packet())
    assert packet_of(root) == packet()
    damage(root.find("DanhSachHocBa")[0])
    with pytest.raises(Invalid):
        packet_of(root)


def test_an_entity_is_never_expanded() -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    bomb = f"<!DOCTYPE HocBa [{lol}]><HocBa>&l9;</HocBa>".encode()
    with pytest.raises(Invalid):
        read_xml(bomb)


@settings(max_examples=200, deadline=None)
@given(damaged(WRITTEN))
def test_a_damaged_file_is_refused_or_says_what_would_be_written(data: bytes) -> None:
    try:
        found = read_xml(data)
    except Invalid:
        return
    assert read_xml(write_xml(found)) == found


def test_a_file_that_is_too_large_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packets_module, "MAX_BYTES", len(WRITTEN) - 1)
    for attempt in (lambda: read_xml(WRITTEN), lambda: write_xml(packet())):
        with pytest.raises(Invalid, match="quá lớn"):
            attempt()
