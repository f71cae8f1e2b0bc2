"""What a handed-in file really is; whatever is no .xlsx is refused with words that say what to do."""

from typing import Final

from domain.errors import Invalid

ZIP: Final = b"PK\x03\x04"
_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")  # old Excel files, and any Office file under a password
_SAVE_AS: Final = "hãy mở bằng Excel rồi chọn Lưu thành (Save As), kiểu tệp “Excel Workbook (*.xlsx)”."

PASSWORD: Final = "Tệp có mật khẩu; hãy mở bằng Excel, bỏ mật khẩu rồi lưu lại."  # noqa: S105 - a sentence, no secret
CUT_OFF: Final = "Tệp bị hỏng hoặc tải về chưa xong; hãy tải lại, hoặc mở bằng Excel rồi lưu lại."
_EMPTY: Final = "Tệp rỗng, không có gì bên trong; hãy chọn lại tệp."
_OLD: Final = f"Tệp ở dạng Excel cũ (.xls); {_SAVE_AS}"
_WEB_PAGE: Final = f"Tệp là trang web đổi tên thành bảng tính; {_SAVE_AS}"
_XML: Final = f"Tệp là bảng tính dạng XML cũ; {_SAVE_AS}"
_TEXT: Final = f"Tệp là văn bản (CSV), không phải bảng tính Excel; {_SAVE_AS}"
_PDF: Final = "Tệp là PDF, không phải bảng tính; hãy chọn tệp Excel mà bản PDF này được in ra."
_OTHER: Final = "Tệp không phải là bảng tính Excel (.xlsx); hãy chọn lại tệp."

# What a zip archive is that holds such a part, where it is no .xlsx.
_ARCHIVES: Final = {
    "content.xml": f"Tệp ở dạng OpenDocument (.ods); {_SAVE_AS}",
    "xl/workbook.bin": f"Tệp ở dạng Excel nhị phân (.xlsb); {_SAVE_AS}",
    "word/document.xml": "Tệp là văn bản Word, không phải bảng tính; hãy chọn lại tệp.",
}


def refuse_unless_zip(data: bytes) -> None:
    """Raise Invalid for anything but a zip archive, which an .xlsx file is."""
    if not data.startswith(ZIP):
        raise Invalid(_what_it_is(data))


def archive_refusal(names: frozenset[str]) -> str:
    """Say what an archive of these parts (in lower case) is, that is no .xlsx."""
    return next((words for name, words in _ARCHIVES.items() if name in names), _OTHER)


def _what_it_is(data: bytes) -> str:
    if not data:
        return _EMPTY
    if data.startswith(_OLE):
        return PASSWORD if "EncryptedPackage".encode("utf-16-le") in data else _OLD
    start = _as_text(data[:2048]).lstrip("\ufeff \r\n\t").casefold()
    if start.startswith("%pdf"):
        return _PDF
    if start.startswith("<"):
        return _XML if "office:spreadsheet" in start else _WEB_PAGE
    return _TEXT if _is_table(start) else _OTHER


def _as_text(data: bytes) -> str:
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))  # "Unicode text", as Excel calls it
    return data.decode("utf-16" if is_wide else "utf-8", errors="replace")


def _is_table(start: str) -> bool:
    return "\0" not in start and any(mark in start for mark in ",;\t") and "\n" in start
