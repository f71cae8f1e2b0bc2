"""Names of what a verdict speaks of, in Vietnamese and English: the verdict itself, times, roles, kinds of document."""

from domain.documents import DocumentKind, SignatureField, role_of
from signing.verification.sentences import Language
from signing.verification.verdicts import Proof, Standing, Verdict, Verification

_PROOFS: dict[Proof, dict[Language, str]] = {
    Proof.EVIDENCE: {
        "vi": "đã ký trước thời điểm này, theo bằng chứng thời gian lưu trữ (RFC 4998)",
        "en": "signed before this time, proven by an evidence record (RFC 4998)",
    },
    Proof.TIME_STAMP: {
        "vi": "đã ký trước thời điểm này, theo dấu thời gian (RFC 3161)",
        "en": "signed before this time, proven by a time stamp (RFC 3161)",
    },
    Proof.CURRENT: {
        "vi": "thời điểm ký do người ký khai; chứng thư số đang còn hiệu lực",
        "en": "signing time as claimed by the signer; the certificate is in force now",
    },
    Proof.NONE: {
        "vi": "thời điểm ký do người ký khai, chưa được chứng minh",
        "en": "signing time as claimed by the signer, not proven",
    },
}

_VERDICTS: dict[Verdict, dict[Language, str]] = {
    Verdict.VALID: {"vi": "HỢP LỆ", "en": "VALID"},
    Verdict.INVALID: {"vi": "KHÔNG HỢP LỆ", "en": "NOT VALID"},
    Verdict.INDETERMINATE: {"vi": "CHƯA ĐỦ CĂN CỨ", "en": "INDETERMINATE"},
}

# Good signatures on a paper that no longer counts.
_GENUINE_BUT: dict[Standing, dict[Language, str]] = {
    Standing.RECALLED: {
        "vi": "CHỮ KÝ HỢP LỆ, BẢN ĐÃ THU HỒI",
        "en": "SIGNATURES VALID, DOCUMENT RECALLED",
    },
    Standing.SUPERSEDED: {
        "vi": "CHỮ KÝ HỢP LỆ, ĐÃ CÓ PHIÊN BẢN MỚI",
        "en": "SIGNATURES VALID, DOCUMENT SUPERSEDED",
    },
}

_ROLES: dict[SignatureField, dict[Language, str]] = {
    SignatureField.SUBJECT_TEACHER: {"vi": "Giáo viên bộ môn", "en": "Subject teacher"},
    SignatureField.HOMEROOM: {"vi": "Giáo viên chủ nhiệm", "en": "Homeroom teacher"},
    SignatureField.GIVER: {"vi": "Người bàn giao", "en": "Who hands over"},
    SignatureField.TAKER: {"vi": "Người nhận bàn giao", "en": "Who takes over"},
    SignatureField.PRINCIPAL: {"vi": "Hiệu trưởng", "en": "Principal"},
    SignatureField.SEAL: {"vi": "Con dấu số của nhà trường", "en": "The school's seal"},
}

_KINDS: dict[DocumentKind | None, dict[Language, str]] = {
    DocumentKind.SUBJECT_SHEET: {"vi": "Bảng kết quả môn học", "en": "Subject sheet"},
    DocumentKind.CLASS_SUMMARY: {"vi": "Bảng tổng hợp kết quả của lớp", "en": "Class summary"},
    DocumentKind.YEAR_RECORD: {"vi": "Học bạ của năm học", "en": "Year record"},
    DocumentKind.IDENTITY_PAGE: {"vi": "Trang thông tin học sinh của học bạ", "en": "Identity page of a report book"},
    DocumentKind.TRANSFER_RESULT: {
        "vi": "Bảng tổng hợp kết quả của học sinh chuyển trường",
        "en": "Results of a pupil who moves",
    },
    DocumentKind.HANDOVER_MINUTES: {"vi": "Biên bản bàn giao", "en": "Handover minutes"},
    DocumentKind.PAPER_EXTRACT: {
        "vi": "Trích lục học bạ của các năm học trước",
        "en": "Extract from earlier school records",
    },
    None: {"vi": "Không rõ loại văn bản", "en": "Unknown kind of document"},
}


def headline(found: Verification, language: Language = "vi") -> str:
    """The verdict in capitals; for what was signed well and has been recalled or replaced since, both."""
    if found.holds and found.standing in _GENUINE_BUT:
        return _GENUINE_BUT[found.standing][language]
    return _VERDICTS[found.verdict][language]


def time_note(proof: Proof, language: Language = "vi") -> str:
    """How far a signing time can be relied on."""
    return _PROOFS[proof][language]


def role_name(field: str, language: Language = "vi") -> str:
    """The role a signature field stands for; the field's own name if it is none of ours."""
    try:
        return _ROLES[role_of(field)][language]
    except ValueError:
        return field


def kind_name(kind: DocumentKind | None, language: Language = "vi") -> str:
    return _KINDS[kind][language]
