"""Files that are no .xlsx: each is told what it is and what to do."""

from pathlib import Path

import pytest

from domain.errors import Invalid
from interchange.sheets import open_workbook
from tests.interchange.workbooks import packed, parts_of, workbook

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
GOOD = workbook({"Lớp 1A1": [["Mã học sinh"]]})
UNKNOWN = b'<?xml version="1.0" encoding="UTF-8s"?><a/>'
TABLE = "Mã học sinh,Họ và tên\n7923000001,Nguyễn Gia Bảo\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Tệp rỗng"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "Tệp có mật khẩu; hãy mở bằng Excel, bỏ mật khẩu rồi lưu lại."),
        (OLE + "Workbook".encode("utf-16-le"), r"Excel cũ \(.xls\)"),
        (TABLE.encode(), "CSV"),
        (TABLE.replace(",", "\t").encode("utf-16"), "CSV"),
        (b"\xef\xbb\xbf" + TABLE.replace(",", ";").encode(), "CSV"),
        (b"\n<html><body><table><tr><td>1A1</td></tr></table></body></html>", "trang web"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "XML cũ"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "không phải là bảng tính"),
        (
            packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}),
            "OpenDocument",
        ),
        (packed({"xl/workbook.bin": b"\0"}), "xlsb"),
        (packed({"word/document.xml": b"<a/>", "_rels/.rels": b"<Relationships/>"}), "Word"),
        (packed({"anh.jpg": b"\xff\xd8"}), "không phải là bảng tính"),
        (GOOD[:-200], "hỏng hoặc tải về chưa xong"),
        (GOOD[: len(GOOD) // 2], "hỏng hoặc tải về chưa xong"),
    ],
)
def test_what_is_no_workbook_is_told_what_it_is(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "danh_sach.xlsx"
    path.write_bytes(data)
    for source in (data, path):
        with pytest.raises(Invalid, match=words):
            open_workbook(source)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"Không đọc được tệp vang_mat\.xlsx"):
        open_workbook(tmp_path / "vang_mat.xlsx")


@pytest.mark.parametrize("missing", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "_rels/.rels"])
def test_a_workbook_without_one_of_its_parts_is_refused(missing: str) -> None:
    parts = {name: content for name, content in parts_of(GOOD).items() if name != missing}
    with pytest.raises(Invalid):
        open_workbook(packed(parts))


@pytest.mark.parametrize("name", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
@pytest.mark.parametrize(
    "content", [b"", b"<a>", b"\xff\xfe\x00", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", UNKNOWN]
)
def test_a_broken_part_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(Invalid):
        open_workbook(packed(parts_of(GOOD) | {name: content})).grid("Lớp 1A1")


def test_macros_pictures_and_other_parts_are_left_where_they_are() -> None:
    parts = parts_of(GOOD) | {"xl/vbaProject.bin": b"\0" * 100, "xl/media/image1.png": b"\0" * 100}
    assert open_workbook(packed(parts)).grid("Lớp 1A1").rows == [["Mã học sinh"]]


def test_a_zip_entry_under_a_password_is_told_so() -> None:
    data = bytearray(GOOD)
    start = data.index(b"PK\x01\x02")  # the first entry of the central directory
    data[start + 8] |= 1
    with pytest.raises(Invalid, match="Tệp có mật khẩu"):
        open_workbook(bytes(data))
