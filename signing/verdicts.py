"""What a verification found, as plain facts and as sentences in Vietnamese and English."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from domain.documents import DocumentKind, SignatureField

Language = Literal["vi", "en"]


class Check(StrEnum):
    """What is looked at; the names are stable and part of the JSON output."""

    STRUCTURE = "structure"
    RECORD_ATTACHED = "record_attached"
    RECORD_CANONICAL = "record_canonical"
    HASH_PRINTED = "hash_printed"
    PLAN = "plan"
    ALL_SIGNED = "all_signed"
    REVISIONS = "revisions"
    WHOLE_FILE = "whole_file"
    INTACT = "intact"
    ENCODING = "encoding"
    TRUSTED = "trusted"
    UNCHANGED_AFTER = "unchanged_after"
    SIGNER = "signer"


# For each check: held and failed, in Vietnamese and in English.
_SENTENCES: dict[Check, dict[Language, tuple[str, str]]] = {
    Check.STRUCTURE: {
        "vi": ("Tệp PDF đọc được theo đúng chuẩn.", "Tệp PDF bị hỏng hoặc đã bị sửa: không đọc được theo đúng chuẩn."),
        "en": ("The PDF can be read strictly.", "The PDF is damaged or was altered: it cannot be read strictly."),
    },
    Check.RECORD_ATTACHED: {
        "vi": (
            "Có dữ liệu điện tử đính kèm (record.json), đúng cấu trúc.",
            "Không có đúng một tệp dữ liệu record.json đúng cấu trúc đính kèm.",
        ),
        "en": (
            "The machine-readable record (record.json) is attached and well formed.",
            "There is not exactly one well-formed record.json attached.",
        ),
    },
    Check.RECORD_CANONICAL: {
        "vi": ("Dữ liệu đính kèm ở dạng chuẩn (RFC 8785).", "Dữ liệu đính kèm không ở dạng chuẩn (RFC 8785)."),
        "en": (
            "The attached record is in canonical form (RFC 8785).",
            "The attached record is not canonical (RFC 8785).",
        ),
    },
    Check.HASH_PRINTED: {
        "vi": (
            "Mã băm in trên trang khớp với dữ liệu đính kèm.",
            "Mã băm in trên trang không khớp với dữ liệu đính kèm.",
        ),
        "en": (
            "The hash printed on the page is that of the attached record.",
            "The hash printed on the page is not that of the attached record.",
        ),
    },
    Check.PLAN: {
        "vi": (
            "Các ô chữ ký đúng với loại văn bản, đúng thứ tự.",
            "Các ô chữ ký không đúng với loại văn bản hoặc sai thứ tự.",
        ),
        "en": (
            "The signature fields are those of this kind of document, in order.",
            "The signature fields are not those of this kind of document, or not in order.",
        ),
    },
    Check.ALL_SIGNED: {
        "vi": ("Đủ chữ ký theo quy định.", "Chưa đủ chữ ký theo quy định."),
        "en": ("Every signature that must be there is there.", "A signature that must be there is missing."),
    },
    Check.REVISIONS: {
        "vi": (
            "Ký lần lượt đúng thứ tự, không có thay đổi nào xen giữa.",
            "Thứ tự ký không đúng hoặc có thay đổi xen giữa các chữ ký.",
        ),
        "en": (
            "Signed one after another in order, with no other change in between.",
            "The signing order is wrong or something was changed between signatures.",
        ),
    },
    Check.WHOLE_FILE: {
        "vi": (
            "Chữ ký cuối cùng bao trùm toàn bộ tệp, không có gì thêm vào sau.",
            "Chữ ký cuối cùng không bao trùm toàn bộ tệp: có nội dung thêm vào sau hoặc tệp đã bị cắt bớt.",
        ),
        "en": (
            "The last signature covers the whole file; nothing was added after it.",
            "The last signature does not cover the whole file: something was added, or the file was cut.",
        ),
    },
    Check.INTACT: {
        "vi": ("Nội dung đã ký còn nguyên vẹn.", "Nội dung đã ký đã bị thay đổi, chữ ký không còn đúng."),
        "en": ("What was signed is intact.", "What was signed has been altered; the signature does not fit."),
    },
    Check.ENCODING: {
        "vi": ("Vùng chữ ký đúng khuôn dạng, không có byte lạ.", "Vùng chữ ký có byte lạ hoặc đã bị sửa."),
        "en": ("The signature's own bytes are exactly as they must be.", "The signature's own bytes were altered."),
    },
    Check.TRUSTED: {
        "vi": (
            "Chứng thư số do tổ chức được tin cậy cấp và có hiệu lực vào thời điểm ký đã khai.",
            "Chứng thư số không do tổ chức được tin cậy cấp, hoặc không có hiệu lực vào thời điểm ký đã khai.",
        ),
        "en": (
            "The certificate leads to a trusted authority and was valid at the claimed signing time.",
            "The certificate does not lead to a trusted authority or was not valid at the claimed signing time.",
        ),
    },
    Check.UNCHANGED_AFTER: {
        "vi": (
            "Sau chữ ký này chỉ có thêm các chữ ký được phép.",
            "Sau chữ ký này văn bản đã bị thay đổi ngoài các chữ ký được phép.",
        ),
        "en": (
            "After this signature only permitted signatures were added.",
            "After this signature the document was changed beyond the permitted signatures.",
        ),
    },
    Check.SIGNER: {
        "vi": (
            "Người ký đúng với người được ghi trong văn bản.",
            "Người ký không phải là người được ghi trong văn bản.",
        ),
        "en": (
            "The signer is the person or school the document names.",
            "The signer is not the person or school the document names.",
        ),
    },
}

_ROLES: dict[str, dict[Language, str]] = {
    SignatureField.SUBJECT_TEACHER: {"vi": "Giáo viên bộ môn", "en": "Subject teacher"},
    SignatureField.HOMEROOM: {"vi": "Giáo viên chủ nhiệm", "en": "Homeroom teacher"},
    SignatureField.PRINCIPAL: {"vi": "Hiệu trưởng", "en": "Principal"},
    SignatureField.SEAL: {"vi": "Con dấu số của nhà trường", "en": "The school's seal"},
}

_KINDS: dict[DocumentKind, dict[Language, str]] = {
    DocumentKind.SUBJECT_SHEET: {"vi": "Bảng kết quả môn học", "en": "Subject sheet"},
    DocumentKind.CLASS_SUMMARY: {"vi": "Bảng tổng hợp kết quả của lớp", "en": "Class summary"},
    DocumentKind.YEAR_RECORD: {"vi": "Học bạ của năm học", "en": "Year record"},
}


@dataclass(frozen=True)
class Finding:
    check: Check
    holds: bool

    def sentence(self, language: Language = "vi") -> str:
        held, failed = _SENTENCES[self.check][language]
        return held if self.holds else failed


@dataclass(frozen=True)
class SignatureReport:
    """One signature; `claimed_at` is what the signer's own software wrote, proven by nobody else yet."""

    field: str
    signer_name: str
    signer_id: str
    expected_id: str
    issuer: str
    claimed_at: datetime | None
    certificate_from: datetime
    certificate_until: datetime
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        return all(finding.holds for finding in self.findings)

    def role(self, language: Language = "vi") -> str:
        return role_name(self.field, language)

    def time_note(self, language: Language = "vi") -> str:
        """How far the signing time can be relied on."""
        return "thời điểm ký do người ký khai" if language == "vi" else "signing time as claimed by the signer"


@dataclass(frozen=True)
class Verification:
    """The verdict on one document; `kind`, `lookup_code` and `school` are empty when its record cannot be read."""

    file_sha256: str
    kind: DocumentKind | None
    lookup_code: str
    school: str
    record_sha256: str
    findings: tuple[Finding, ...]
    signatures: tuple[SignatureReport, ...]

    @property
    def holds(self) -> bool:
        """Whether every check of the document and of each signature held."""
        return bool(self.signatures) and not self.failures()

    def failures(self) -> tuple[Check, ...]:
        """Checks that failed, of the document first."""
        parts = (self.findings, *(signature.findings for signature in self.signatures))
        return tuple(finding.check for part in parts for finding in part if not finding.holds)

    def verdict(self, language: Language = "vi") -> str:
        if language == "vi":
            return "HỢP LỆ" if self.holds else "KHÔNG HỢP LỆ"
        return "VALID" if self.holds else "NOT VALID"

    def kind_name(self, language: Language = "vi") -> str:
        if self.kind is None:
            return "Không rõ loại văn bản" if language == "vi" else "Unknown kind of document"
        return _KINDS[self.kind][language]


def role_name(field: str, language: Language = "vi") -> str:
    """The role a signature field stands for; the field's own name if it is none of ours."""
    return _ROLES[field][language] if field in _ROLES else field
