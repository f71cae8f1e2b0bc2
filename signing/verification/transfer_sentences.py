"""One sentence for each finding of a transfer package, and names of what it consists of, in Vietnamese and English."""

from typing import Final

from domain.transfers.contents import PaperKind
from signing.verification.field_names import field_name
from signing.verification.sentences import Language
from signing.verification.transfer_reports import MemberReport, PackageCheck, PackageFinding, PackageReport
from signing.verification.verdicts import Verdict

_KINDS: Final[dict[PaperKind | None, dict[Language, str]]] = {
    PaperKind.YEAR_RECORD: {"vi": PaperKind.YEAR_RECORD.label, "en": "Year record"},
    PaperKind.TRANSFER_RESULT: {"vi": PaperKind.TRANSFER_RESULT.label, "en": "Results up to the transfer"},
    PaperKind.IDENTITY_PAGE: {"vi": PaperKind.IDENTITY_PAGE.label, "en": "Identity page"},
    PaperKind.PAPER_EXTRACT: {"vi": PaperKind.PAPER_EXTRACT.label, "en": "Extract of former records"},
    None: {"vi": "Dữ liệu để máy đọc", "en": "Data for machines"},
}
_HEADLINES: Final[dict[Verdict, dict[Language, str]]] = {
    Verdict.VALID: {"vi": "GÓI CHUYỂN TRƯỜNG HỢP LỆ", "en": "TRANSFER PACKAGE VALID"},
    Verdict.INVALID: {"vi": "GÓI CHUYỂN TRƯỜNG KHÔNG HỢP LỆ", "en": "TRANSFER PACKAGE NOT VALID"},
    Verdict.INDETERMINATE: {"vi": "GÓI CHUYỂN TRƯỜNG CHƯA ĐỦ CĂN CỨ", "en": "TRANSFER PACKAGE INDETERMINATE"},
}
_FILES: Final[dict[Language, str]] = {
    "vi": "Mọi tệp trong gói khớp mã băm trong bản kê. Nơi gửi (theo gói): %s (%s).",
    "en": "Every file of the package fits its hash in the list. Sender, as the package says: %s (%s).",
}
# For each check: held, failed, not to be told.
_SENTENCES: Final[dict[PackageCheck, dict[Language, tuple[str, str, str]]]] = {
    PackageCheck.SIGNED: {
        "vi": (
            "Chữ ký, con dấu và nội dung văn bản hợp lệ.",
            "Chữ ký, con dấu hoặc nội dung văn bản không hợp lệ.",
            "Chưa đủ căn cứ kết luận về chữ ký, con dấu của văn bản.",
        ),
        "en": (
            "Signatures, seal and content of the paper are valid.",
            "Signatures, seal or content of the paper are not valid.",
            "There is not enough to judge the paper's signatures and seal by.",
        ),
    },
    PackageCheck.LISTED: {
        "vi": (
            "Văn bản đúng loại, năm học và mã tra cứu ghi trong bản kê.",
            "Văn bản khác với bản kê của gói.",
            "Không đối chiếu được văn bản với bản kê của gói.",
        ),
        "en": (
            "The paper is of the kind, school year and look-up code that the list has for it.",
            "The paper is another one than the list says.",
            "The paper cannot be held against the list.",
        ),
    },
    PackageCheck.BOUND: {
        "vi": (
            "Văn bản kết quả chuyển trường của nơi đi xác nhận học bạ này (mã băm SHA-256).",
            "Văn bản kết quả chuyển trường của nơi đi không ghi học bạ này: có thể đã bị thay bằng học bạ khác.",
            "Văn bản kết quả chuyển trường có ghi học bạ này nhưng chưa đủ căn cứ để tin.",
        ),
        "en": (
            "The sending school's transfer result confirms this record (SHA-256).",
            "The sending school's transfer result does not name this record: another may have been put in its place.",
            "The transfer result names this record, but cannot be relied on itself.",
        ),
    },
    PackageCheck.COMPLETE: {
        "vi": (
            "Có đủ học bạ của các năm mà văn bản kết quả chuyển trường nêu.",
            "Thiếu học bạ mà văn bản kết quả chuyển trường nêu.",
            "Không biết học bạ các năm trước có đủ không.",
        ),
        "en": (
            "The records of all years that the transfer result names are there.",
            "A record that the transfer result names is missing.",
            "It cannot be told whether the records of all past years are there.",
        ),
    },
    PackageCheck.SENDER: {
        "vi": (
            "Văn bản kết quả chuyển trường do trường gửi gói cấp.",
            "Văn bản kết quả chuyển trường không phải do trường gửi gói cấp.",
            "Không biết văn bản kết quả chuyển trường do trường nào cấp.",
        ),
        "en": (
            "The transfer result is of the school that sends the package.",
            "The transfer result is of another school than the one that sends the package.",
            "It cannot be told whose the transfer result is.",
        ),
    },
    PackageCheck.PUPIL: {
        "vi": (
            "Dữ liệu và văn bản là của cùng một học sinh.",
            "Dữ liệu và văn bản không phải của cùng một học sinh.",
            "Thông tin học sinh trong dữ liệu cần được đối chiếu với văn bản.",
        ),
        "en": (
            "The data and the paper are of one pupil.",
            "The data and the paper are not of one pupil.",
            "Somebody must hold the pupil's particulars in the data against the paper.",
        ),
    },
    PackageCheck.RECORD: {
        "vi": (
            "Dữ liệu của năm học giống học bạ đã đóng dấu.",
            "Dữ liệu của năm học khác với học bạ đã đóng dấu.",
            "Không đối chiếu được dữ liệu của năm học với học bạ.",
        ),
        "en": (
            "The data of the year are those of the sealed record.",
            "The data of the year differ from the sealed record.",
            "The data of the year cannot be held against the record.",
        ),
    },
    PackageCheck.RUNNING: {
        "vi": (
            "Dữ liệu của năm đang học giống văn bản kết quả chuyển trường.",
            "Dữ liệu của năm đang học khác với văn bản kết quả chuyển trường.",
            "Dữ liệu của năm đang học có phần không văn bản nào xác nhận.",
        ),
        "en": (
            "The data of the running year are those of the transfer result.",
            "The data of the running year differ from the transfer result.",
            "No paper confirms some of the data of the running year.",
        ),
    },
}
# What documents' own checks never name.
_FIELDS: Final = {
    "kind": ("loại văn bản", "kind of paper"),
    "grade": ("khối", "grade"),
    "rule_version": ("bộ quy tắc đánh giá", "assessment rules"),
}
_PLACES: Final = (Verdict.VALID, Verdict.INVALID, Verdict.INDETERMINATE)


def package_headline(report: PackageReport, language: Language = "vi") -> str:
    """The verdict in capitals."""
    return _HEADLINES[report.verdict][language]


def package_note(report: PackageReport, language: Language = "vi") -> str:
    """What holds for every file of it, and who says to have sent it."""
    return _FILES[language] % (report.school, report.school_code)


def member_name(member: MemberReport, language: Language = "vi") -> str:
    return _KINDS[member.kind][language]


def package_sentence(finding: PackageFinding, language: Language = "vi") -> str:
    """What a check found, and what of, where there is something to name."""
    text = _SENTENCES[finding.check][language][_PLACES.index(finding.outcome)]
    named = [finding.about, _field(finding.field, language)]
    more = ", ".join(each for each in named if each)
    return f"{text.removesuffix('.')} ({more})." if more else text


def _field(name: str, language: Language) -> str:
    if not name:
        return ""
    vietnamese, english = _FIELDS.get(name) or field_name(name)
    return vietnamese if language == "vi" else english
