"""Year records as XML: what is written is read back the same, and nothing else is read at all."""

import copy
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, is_dataclass, replace
from typing import Final, get_args, get_origin, get_type_hints

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]

from documents.content import canonical_json
from domain.documents import DocumentKind, SignatureField, YearRecordContent
from domain.errors import Invalid
from interchange.xml_record import SealedPdf, read_xml, record_xml, year_record_content
from tests.documents import class_samples, samples

CONTENT: Final = samples.year_record()
PDF: Final = SealedPdf(samples.sha(1), 71_234, CONTENT.lookup_code)
# Characters of XML 1.0 (section 2.2), white space that parsers like to fold among them.
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\t\n\r"),
    max_size=20,
)


def values(hint: object) -> st.SearchStrategy[object]:
    if get_origin(hint) is tuple:
        return st.lists(values(get_args(hint)[0]), max_size=3).map(tuple)
    if isinstance(hint, type) and is_dataclass(hint):
        return st.builds(hint, **{name: values(each) for name, each in get_type_hints(hint).items()})
    simple: dict[object, st.SearchStrategy[object]] = {str: TEXT, int: st.integers(), bool: st.booleans()}
    return simple[hint] if hint in simple else st.sampled_from(SignatureField)


def through_bytes(root: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


@settings(max_examples=60, deadline=None)
@given(values(YearRecordContent))
def test_any_record_that_is_written_is_read_back_the_same(content: YearRecordContent) -> None:
    pdf = replace(PDF, lookup_code=content.lookup_code)
    assert read_xml(through_bytes(record_xml(content, pdf))) == (content, pdf)


def test_the_longest_record_is_read_back_the_same() -> None:
    content = samples.longest_year_record()
    assert read_xml(through_bytes(record_xml(content, PDF))) == (content, PDF)


def test_the_root_has_an_id_and_says_which_layout_it_is() -> None:
    root = record_xml(CONTENT, PDF)
    assert (root.tag, dict(root.attrib)) == ("HocBa", {"Id": "HocBa", "phienBanCauTruc": "1"})


def test_every_text_of_the_record_stands_in_the_file() -> None:
    texts = {element.text or "" for element in record_xml(CONTENT, PDF).iter()}
    expected = {line.comment for line in CONTENT.subjects} | {line.level for line in CONTENT.qualities}
    expected |= {signer.signer_id for signer in CONTENT.signers} | {CONTENT.pupil.full_name, CONTENT.result_name}
    assert expected | {CONTENT.school.code, PDF.sha256, str(PDF.size), PDF.lookup_code} <= texts


def test_the_same_record_gives_the_same_bytes() -> None:
    first, second = (etree.tostring(record_xml(samples.year_record(), PDF)) for _ in range(2))
    assert first == second


def test_vietnamese_text_is_written_as_it_is_in_nfc() -> None:
    written = etree.tostring(record_xml(CONTENT, PDF), encoding="UTF-8").decode()
    assert unicodedata.is_normalized("NFC", written)
    assert f"<TenTruong>{CONTENT.school.name}</TenTruong>" in written


def test_markup_in_a_text_stays_text() -> None:
    content = replace(CONTENT, homeroom_comment="]]></NhanXetGVCN><XepLoai>&amp;<!--")
    root = through_bytes(record_xml(content, PDF))
    assert len(root.findall("XepLoai")) == 1
    assert read_xml(root) == (content, PDF)


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ufffe", "\ud800"])
def test_a_character_that_xml_cannot_carry_is_refused(character: str) -> None:
    with pytest.raises(Invalid, match="ký tự điều khiển"):
        record_xml(replace(CONTENT, homeroom_comment=character), PDF)


def test_the_pdf_of_another_record_is_refused() -> None:
    with pytest.raises(Invalid, match="mã tra cứu khác nhau"):
        record_xml(CONTENT, replace(PDF, lookup_code="7K3M"))


def swap(root: etree._Element) -> None:
    root.append(root[0])


def drop(root: etree._Element) -> None:
    root.remove(root.find("DuocLenLop"))


def unknown_list_item(root: etree._Element) -> None:
    root.find("DanhSachMonHoc")[0].tag = "Mon"


def signature(root: etree._Element) -> None:
    etree.SubElement(root, "{http://www.w3.org/2000/09/xmldsig#}Signature")


def add_attribute(root: etree._Element) -> None:
    root.find("HocSinh").set("lang", "vi")


def other_layout(root: etree._Element) -> None:
    root.set("phienBanCauTruc", "2")


def split_by_comment(root: etree._Element) -> None:
    root.find("TruongHoc/TenTruong").append(etree.Comment("x"))


def odd_number(root: etree._Element) -> None:
    root.find("Khoi").text = "01"


def no_number(root: etree._Element) -> None:
    root.find("Khoi").text = "một"


def text_between(root: etree._Element) -> None:
    root[0].tail = "x"


def renamed(root: etree._Element) -> None:
    root.find("NoiDungHoanThanh").tag = "NoiDung"


def other_pdf(root: etree._Element) -> None:
    root.find("TepPDF/MaTraCuu").text = "7K3M"


def other_root(root: etree._Element) -> None:
    root.tag = "TepPDF"


BROKEN = (swap, drop, unknown_list_item, signature, add_attribute, other_layout, split_by_comment, odd_number)
BROKEN_TOO = (no_number, text_between, renamed, other_pdf, other_root)


@pytest.mark.parametrize("damage", [*BROKEN, *BROKEN_TOO])
def test_what_would_not_be_written_is_not_read(damage: Callable[[etree._Element], None]) -> None:
    root = record_xml(CONTENT, PDF)
    damaged = copy.deepcopy(root)
    damage(damaged)
    assert read_xml(root) == (CONTENT, PDF)
    with pytest.raises(Invalid):
        read_xml(damaged)


def test_a_namespace_that_has_no_canonical_form_is_not_read() -> None:
    written = etree.tostring(record_xml(CONTENT, PDF))
    with pytest.raises(Invalid, match="không đúng cấu trúc"):
        read_xml(etree.fromstring(written.replace(b"<TepPDF>", b'<TepPDF xmlns:x="relative">')))


def test_the_attached_json_of_a_record_gives_its_content() -> None:
    assert year_record_content(canonical_json(CONTENT)) == CONTENT


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        canonical_json(class_samples.subject_sheet(2)),
        rfc8785.dumps({"kind": DocumentKind.CLASS_SUMMARY.value, "content": asdict(CONTENT)}),
        rfc8785.dumps({"kind": DocumentKind.YEAR_RECORD.value, "content": asdict(CONTENT) | {"version": "một"}}),
        canonical_json(CONTENT).replace(b'"version":1', b'"version":9007199254740993'),
    ],
)
def test_json_that_is_no_year_record_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid, match="không phải là học bạ"):
        year_record_content(data)


@pytest.mark.parametrize(
    "data",
    [
        canonical_json(CONTENT) + b" ",
        rfc8785.dumps({"kind": DocumentKind.YEAR_RECORD.value, "content": asdict(CONTENT) | {"khac": "x"}}),
        canonical_json(CONTENT).replace(b'"version":1', b'"version":"1"'),
    ],
)
def test_json_that_is_not_exactly_ours_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid, match="RFC 8785"):
        year_record_content(data)
