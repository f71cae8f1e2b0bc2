"""The hand-over form of a sealed document: an ASiC-E container (EN 319 162-1 clause 4.4) with its evidence record.

One zip holds the PDF, the evidence record over it (RFC 4998), the manifest that ties the two together, what a verifier
needs of certificates and their states, and how to check all of it without us. The same contents give the same bytes,
and only those bytes are read back: nothing can hide between the members.
"""

import hashlib
import io
import re
import zipfile
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.errors import Invalid
from domain.stored_zip import stored_zip
from signing.dss import ValidationMaterial

MEDIA_TYPE = "application/vnd.etsi.asic-e+zip"
MAX_BYTES = 64 * 1024 * 1024
MAX_MEMBERS = 512
MANIFEST = "META-INF/ASiCEvidenceRecordManifest001.xml"
EVIDENCE = "META-INF/evidencerecord001.ers"
README = "README.txt"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}\.pdf")
# Folder and first word of each kind of validation data; the hash of the object follows.
_KINDS = {"certificates": "validation/certificate-", "ocsps": "validation/ocsp-", "crls": "validation/crl-"}

# The data objects of this manifest are what the record covers: the PDF alone, one data object and so no group
# (RFC 4998 section 4.2). What else is in the container proves itself: it is signed by those who issued it.
_MANIFEST_XML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
    f'<asic:SigReference URI="{EVIDENCE}"/>'
    '<asic:DataObjectReference URI="{name}" MimeType="application/pdf" Rootfile="true">'
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
    "<ds:DigestValue>{digest}</ds:DigestValue>"
    "</asic:DataObjectReference></asic:ASiCManifest>\n"
)

_README_TEXT = f"""\
HỌC BẠ SỐ: CÁCH TỰ KIỂM TRA GÓI HỒ SƠ NÀY

Gói này theo chuẩn ASiC-E (ETSI EN 319 162-1). Có thể kiểm tra bằng công cụ công khai, không cần hệ thống đã cấp nó.

1. Giải nén:                      unzip goi.asice
2. Chữ ký và con dấu trong PDF:   pdfsig -nocert {{name}}
   Chữ ký cuối cùng phải bao trùm toàn bộ tệp ("Total document signed").
3. PDF đúng là tệp được liệt kê:  openssl dgst -sha256 -binary {{name}} | openssl base64
   Kết quả phải trùng với DigestValue trong {MANIFEST}
4. Bằng chứng thời gian (RFC 4998) là {EVIDENCE}
   Kiểm tra cả gói bằng phần mềm EU DSS, hoặc kiểm tra riêng tệp này bằng Bouncy Castle (lớp ERSEvidenceRecord).
   Chỉ tin chứng thư số gốc lấy từ nơi công bố của tổ chức chứng thực, không lấy từ gói này.
5. Thư mục validation chứa chứng thư số, trả lời OCSP và danh sách thu hồi (CRL), đặt tên theo mã băm SHA-256:
                                  openssl x509 -inform DER -noout -text -in validation/certificate-….der

DIGITAL SCHOOL RECORD: HOW TO CHECK THIS PACKAGE YOURSELF

It is an ASiC-E container (ETSI EN 319 162-1). Public tools check it, without the system that issued it.

1. Unpack:                        unzip package.asice
2. Signatures and seal:           pdfsig -nocert {{name}}
   The last signature must cover the whole file ("Total document signed").
3. The PDF is the one listed:     openssl dgst -sha256 -binary {{name}} | openssl base64
   must give the DigestValue in {MANIFEST}
4. Proof of time (RFC 4998):      {EVIDENCE}
   Check the package with EU DSS, or this file alone with Bouncy Castle (class ERSEvidenceRecord).
   Take trusted root certificates from where their authority publishes them, never from this package.
5. validation holds certificates, OCSP responses and revocation lists (CRLs), named by their SHA-256.
"""


class ContainerInvalid(Invalid):
    """The bytes are not a container as `pack` writes it, or its parts do not fit together."""

    code = "ContainerInvalid"


@dataclass(frozen=True)
class Container:
    """`name` is the PDF's, `evidence` the DER of its record; what the record proves is not checked here."""

    name: str
    pdf: bytes = field(repr=False)
    evidence: bytes = field(repr=False)
    material: ValidationMaterial = field(repr=False)


def pack(name: str, pdf: bytes, evidence: bytes, material: ValidationMaterial) -> bytes:
    """The container as bytes; `name` is of ASCII letters, digits, `-` and `_`, and ends in `.pdf`.

    Raises ContainerInvalid for another name, and for more than a reader takes.
    """
    if not _NAME.fullmatch(name):
        raise ContainerInvalid(f"Tên tệp PDF không dùng được trong gói hồ sơ: “{name}”.")
    members = _members(Container(name, pdf, evidence, material), _README_TEXT.format(name=name).encode())
    data = stored_zip(members)
    if len(data) > MAX_BYTES or len(members) > MAX_MEMBERS:
        raise ContainerInvalid("Gói hồ sơ quá lớn.")
    return data


def unpack(data: bytes) -> Container:
    """Read a container; validation data comes in the order of its hashes. Raises ContainerInvalid.

    The README may be of another edition; everything else must be, byte for byte, what `pack` writes.
    """
    members = read_members(data)
    pdfs = [name for name in members if _NAME.fullmatch(name)]
    if len(pdfs) != 1 or not {README, EVIDENCE} <= members.keys():
        raise ContainerInvalid("Gói hồ sơ thiếu thành phần bắt buộc, hoặc có nhiều tệp PDF.")
    found = Container(pdfs[0], members[pdfs[0]], members[EVIDENCE], material_of(members))
    expected = _members(found, members[README])
    if members.get(MANIFEST) != expected[MANIFEST]:
        raise ContainerInvalid("Tệp PDF trong gói hồ sơ không khớp bản kê của gói.")
    if stored_zip(expected) != data:
        raise ContainerInvalid("Gói hồ sơ có thành phần lạ hoặc không đúng dạng do hệ thống xuất.")
    return found


def _members(container: Container, readme: bytes) -> dict[str, bytes]:
    """What is in the zip, in its order: the media type is first, so that it can be seen without unpacking."""
    digest = b64encode(hashlib.sha256(container.pdf).digest()).decode()
    return {
        "mimetype": MEDIA_TYPE.encode(),
        container.name: container.pdf,
        README: readme,
        MANIFEST: _MANIFEST_XML.format(name=container.name, digest=digest).encode(),
        EVIDENCE: container.evidence,
        **material_members(container.material),
    }


def material_members(material: ValidationMaterial) -> dict[str, bytes]:
    """Validation data as members of a zip, in order."""
    named = {
        f"{prefix}{hashlib.sha256(der).hexdigest()}.der": der
        for kind, prefix in _KINDS.items()
        for der in getattr(material, kind)
    }
    return dict(sorted(named.items()))


def material_of(members: Mapping[str, bytes]) -> ValidationMaterial:
    """The validation data among the members of a zip."""
    parts = {
        kind: tuple(der for name, der in members.items() if name.startswith(prefix)) for kind, prefix in _KINDS.items()
    }
    return ValidationMaterial(**parts)


def read_members(data: bytes) -> dict[str, bytes]:
    """The members as they are, names unchecked; a name that occurs twice is kept once."""
    if len(data) > MAX_BYTES:
        raise ContainerInvalid("Gói hồ sơ quá lớn.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_bombs(archive.infolist(), len(data))
            return {info.filename: archive.read(info) for info in archive.infolist()}
    except ContainerInvalid:
        raise
    except Exception as error:
        # Bytes made to deceive make parsers raise anything.
        raise ContainerInvalid("Gói hồ sơ không đọc được: tệp bị hỏng hoặc không phải ASiC-E.") from error


def _refuse_bombs(infos: Sequence[zipfile.ZipInfo], size: int) -> None:
    """What is not compressed can only be more than the zip itself if members share their bytes."""
    is_more = len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > size
    if is_more or any(info.compress_type != zipfile.ZIP_STORED for info in infos):
        raise ContainerInvalid("Gói hồ sơ bị nén hoặc có quá nhiều thành phần.")
