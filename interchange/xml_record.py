"""A year record as XML, for receiving systems that ask for it; the sealed PDF stays the original.

The Ministry has published no schema, so all element names here are ours (where the national record names a field, in
the same words); `phienBanCauTruc` on the root says which version of this layout was written. The file carries the whole
content that is attached to the PDF as `record.json`, and `TepPDF` ties it to that PDF. `LAYOUT` is all there is to it:
both directions follow it, and what it would not write itself is refused.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final, Literal

import rfc8785
from lxml import etree  # type: ignore[import-untyped]
from pydantic import TypeAdapter

from domain.documents import DocumentKind
from domain.errors import Invalid
from domain.year_records import PrimaryRecordContent

ROOT: Final = "HocBa"
LAYOUT_VERSION: Final = "1"
_ATTRIBUTES: Final = {"Id": ROOT, "phienBanCauTruc": LAYOUT_VERSION}
_LEVEL: Final = {"code": "Ma", "name": "Ten", "level": "MucDatDuoc"}

# For each element: its children by the field they hold, in order. "A/B" is a list: one A with a B for each item.
LAYOUT: Final[Mapping[str, Mapping[str, str]]] = {
    ROOT: {
        "record_uid": "MaDinhDanhHocBa",
        "version": "PhienBanThongTinHocBa",
        "lookup_code": "MaTraCuu",
        "circular": "ThongTu",
        "rule_version": "PhienBanQuyTac",
        "school_year": "NamHoc",
        "grade": "Khoi",
        "class_name": "TenLop",
        "school": "TruongHoc",
        "pupil": "HocSinh",
        "height_cm": "ChieuCao",
        "weight_kg": "CanNang",
        "health": "SucKhoe",
        "absent_excused": "NghiCoPhep",
        "absent_unexcused": "NghiKhongPhep",
        "subjects": "DanhSachMonHoc/MonHoc",
        "qualities": "DanhSachPhamChat/PhamChat",
        "qualities_comment": "NhanXetPhamChat",
        "general_competencies": "DanhSachNangLucChung/NangLuc",
        "general_comment": "NhanXetNangLucChung",
        "specific_competencies": "DanhSachNangLucDacThu/NangLuc",
        "specific_comment": "NhanXetNangLucDacThu",
        "homeroom_comment": "NhanXetGVCN",
        "result": "XepLoai",
        "result_name": "TenXepLoai",
        "result_reason": "CanCuXepLoai",
        "commendation": "NoiDungKhenThuong",
        "programme_completed": "DaHoanThanhChuongTrinh",
        "promoted": "DuocLenLop",
        "completion_text": "NoiDungHoanThanh",
        "sheets": "DanhSachBangKetQua/BangKetQua",
        "signers": "DanhSachNguoiKy/NguoiKy",
        "date": "NgayKyPhatHanh",
        "pdf": "TepPDF",
    },
    "TruongHoc": {
        "code": "MaTruong",
        "name": "TenTruong",
        "commune": "TenXa",
        "district": "TenHuyen",
        "province": "TenTinh",
        "authority": "CoQuanQuanLy",
        "place": "DiaDanhPhatHanh",
    },
    "HocSinh": {
        "pupil_code": "MaHocSinh",
        "personal_id": "SoDinhDanh",
        "full_name": "HoVaTen",
        "birth_date": "NgayThangNamSinh",
        "sex": "GioiTinh",
        "ethnicity": "DanToc",
        "nationality": "QuocTich",
        "place_of_birth": "NoiSinh",
        "register_no": "SoSoDangBo",
    },
    "MonHoc": {
        "subject": "MaMonHoc",
        "name": "TenMonHoc",
        "level": "MucDatDuoc",
        "score": "DiemKiemTraDinhKy",
        "comment": "NhanXet",
    },
    "PhamChat": _LEVEL,
    "NangLuc": _LEVEL,
    "BangKetQua": {
        "subject": "MaMonHoc",
        "subject_name": "TenMonHoc",
        "signer_name": "NguoiKyBang",
        "sha256": "SHA256",
    },
    "NguoiKy": {"field": "OChuKy", "name": "HoVaTen", "signer_id": "SoDinhDanhNguoiKy", "position": "ChucVu"},
    "TepPDF": {"sha256": "SHA256", "size": "KichThuoc", "lookup_code": "MaTraCuu"},
}


@dataclass(frozen=True)
class SealedPdf:
    """The file that is the original: SHA-256 in hex, size in bytes, and the look-up code printed on it."""

    sha256: str
    size: int
    lookup_code: str


@dataclass(frozen=True)
class _Attached:
    kind: Literal[DocumentKind.YEAR_RECORD]
    content: PrimaryRecordContent


_ATTACHED = TypeAdapter(_Attached)
_CONTENT = TypeAdapter(PrimaryRecordContent)
_PDF = TypeAdapter(SealedPdf)


def year_record_content(record_json: bytes) -> PrimaryRecordContent:
    """The content of an attached `record.json`. Raises Invalid unless it is a year record in canonical form."""
    try:
        attached = _ATTACHED.validate_json(record_json)
        canonical = rfc8785.dumps({"kind": attached.kind.value, "content": asdict(attached.content)})
    except ValueError as error:
        raise Invalid("Dữ liệu đính kèm không phải là học bạ của một năm học.") from error
    if canonical != record_json:
        raise Invalid("Dữ liệu đính kèm không ở dạng chuẩn (RFC 8785).")
    return attached.content


def record_xml(content: PrimaryRecordContent, pdf: SealedPdf) -> etree._Element:
    """The root element; the same record always gives the same tree.

    Raises Invalid if the PDF is that of another record, or a text holds a character that XML cannot carry.
    """
    if pdf.lookup_code != content.lookup_code:
        raise Invalid("Tệp PDF không phải của học bạ này: mã tra cứu khác nhau.")
    root = etree.Element(ROOT, _ATTRIBUTES)
    try:
        _fill(root, asdict(content) | {"pdf": asdict(pdf)})
    except ValueError as error:
        raise Invalid("Học bạ có ký tự điều khiển mà XML không ghi được.") from error
    return root


def read_xml(root: etree._Element) -> tuple[PrimaryRecordContent, SealedPdf]:
    """What `record_xml` was given. Raises Invalid for anything it would not have written, a signature included.

    Says nothing about who wrote it: of a signed file, read the part that a verification found to be signed.
    """
    try:
        canonical = etree.tostring(root, method="c14n")
        fields = _fields(root)
        pdf = _PDF.validate_python(fields.pop("pdf"))
        content = _CONTENT.validate_python(fields)
    except (etree.C14NError, ValueError, KeyError) as error:
        raise Invalid("Tệp XML không đúng cấu trúc học bạ.") from error
    if canonical != etree.tostring(record_xml(content, pdf), method="c14n"):
        raise Invalid("Tệp XML có nội dung ngoài cấu trúc học bạ.")
    return content, pdf


def _fill(element: etree._Element, values: Mapping[str, object]) -> None:
    for field, path in LAYOUT[element.tag].items():
        name, _, item = path.partition("/")
        child = etree.SubElement(element, name)
        match values[field]:
            case tuple() as items:
                for each in items:
                    _fill(etree.SubElement(child, item), each)
            case dict() as part:
                _fill(child, part)
            case bool() as flag:
                child.text = "true" if flag else "false"
            case value:
                child.text = str(value)


def _fields(element: etree._Element) -> dict[str, object]:
    pairs = zip(LAYOUT[element.tag].items(), element, strict=True)
    return {field: _value(child, path) for (field, path), child in pairs}


def _value(child: etree._Element, path: str) -> object:
    if "/" in path:
        return [_fields(item) for item in child]
    return _fields(child) if child.tag in LAYOUT else child.text or ""
