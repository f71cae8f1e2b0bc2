"""The content of the three documents of a class's term: what is printed, attached as JSON, and signed.

These dataclasses are frozen before anyone signs. Their canonical JSON (RFC 8785) is attached to the PDF as
`record.json` and its SHA-256 is printed on the page, so people and machines read the same signed file.
Levels are stored as the codes of `domain.assessment` ("T", "H", "C", "M", "Đ"), scores as whole numbers 0..10 or "M".
Dates are ISO strings (YYYY-MM-DD).
"""

from dataclasses import dataclass
from enum import StrEnum


class DocumentKind(StrEnum):
    SUBJECT_SHEET = "subject_sheet"
    CLASS_SUMMARY = "class_summary"
    YEAR_RECORD = "year_record"


class SignatureField(StrEnum):
    """Names of the PDF signature fields, in signing order."""

    SUBJECT_TEACHER = "subject_teacher"
    HOMEROOM = "homeroom"
    PRINCIPAL = "principal"
    SEAL = "seal"


# Who signs what, in order (policy `tt27-primary`): guide/domain.md 4.2, Circular 27/2020 art. 10.
FIELDS: dict[DocumentKind, tuple[SignatureField, ...]] = {
    DocumentKind.SUBJECT_SHEET: (SignatureField.SUBJECT_TEACHER,),
    DocumentKind.CLASS_SUMMARY: (SignatureField.HOMEROOM, SignatureField.PRINCIPAL, SignatureField.SEAL),
    DocumentKind.YEAR_RECORD: (SignatureField.HOMEROOM, SignatureField.PRINCIPAL, SignatureField.SEAL),
}


@dataclass(frozen=True)
class SchoolContent:
    code: str
    name: str
    commune: str
    district: str  # empty after 1/7/2025
    province: str
    authority: str  # name of the managing authority (Phòng GD-ĐT, UBND phường ...)
    place: str  # place of issue printed before the date, e.g. "Thành phố Hồ Chí Minh"


@dataclass(frozen=True)
class SignerContent:
    """One place for a signature: who is to sign and by which certificate id it is recognised."""

    field: SignatureField
    name: str  # person's name, or the school's for the seal
    signer_id: str  # 12-digit personal id; the school code for the seal
    position: str  # "Giáo viên chủ nhiệm", "Hiệu trưởng", ...


@dataclass(frozen=True)
class SheetReference:
    """A signed subject sheet that a record or summary binds."""

    subject: str
    subject_name: str
    signer_name: str
    sha256: str  # hex SHA-256 of the signed PDF


@dataclass(frozen=True)
class PupilContent:
    pupil_code: str
    personal_id: str
    full_name: str
    birth_date: str
    sex: str  # "Nam" | "Nữ"
    ethnicity: str
    nationality: str
    place_of_birth: str
    register_no: str


@dataclass(frozen=True)
class SubjectLine:
    subject: str
    name: str
    level: str
    score: str  # "" where the subject has no test, "M" exempt, else "0".."10"
    comment: str


@dataclass(frozen=True)
class LevelLine:
    code: str
    name: str
    level: str


@dataclass(frozen=True)
class YearRecordContent:
    """One pupil, one school year (Circular 27/2020, annex 1, the two yearly pages)."""

    record_uid: str
    version: int
    lookup_code: str
    circular: str
    rule_version: str
    school_year: str
    grade: int
    class_name: str
    school: SchoolContent
    pupil: PupilContent
    height_cm: str
    weight_kg: str
    health: str
    absent_excused: int
    absent_unexcused: int
    subjects: tuple[SubjectLine, ...]
    qualities: tuple[LevelLine, ...]
    qualities_comment: str
    general_competencies: tuple[LevelLine, ...]
    general_comment: str
    specific_competencies: tuple[LevelLine, ...]
    specific_comment: str
    homeroom_comment: str
    result: str  # code of domain.assessment.OverallResult
    result_name: str  # "Hoàn thành xuất sắc" ...
    result_reason: str  # the readable trace of the rule
    commendation: str  # "" if none
    programme_completed: bool
    promoted: bool
    completion_text: str  # "Hoàn thành chương trình lớp 1" / what is decided instead
    sheets: tuple[SheetReference, ...]
    signers: tuple[SignerContent, ...]
    date: str  # date printed, ISO


@dataclass(frozen=True)
class SheetPupilLine:
    order_no: int
    pupil_code: str
    full_name: str
    birth_date: str
    revision: int
    mid_level: str
    end_level: str
    score: str
    comment: str


@dataclass(frozen=True)
class SubjectSheetContent:
    """One class × subject × term; `part` counts sheets (a later part covers corrected or late pupils only)."""

    document_id: str
    part: int
    lookup_code: str
    circular: str
    rule_version: str
    school_year: str
    term: str  # "hk1" | "year_end"
    term_name: str  # "Học kì I" | "Cuối năm học"
    grade: int
    class_name: str
    school: SchoolContent
    subject: str
    subject_name: str
    has_score: bool
    mid_name: str  # "Giữa học kì I" ...
    end_name: str  # "Cuối học kì I" ...
    pupils: tuple[SheetPupilLine, ...]
    signers: tuple[SignerContent, ...]
    date: str


@dataclass(frozen=True)
class SummaryPupilLine:
    order_no: int
    pupil_code: str
    full_name: str
    revision: int
    levels: tuple[str, ...]  # by ClassSummaryContent.subjects
    scores: tuple[str, ...]
    qualities: tuple[str, ...]
    competencies: tuple[str, ...]
    absent: int
    result: str  # "" in HK1
    commendation: str
    promoted: str  # "" in HK1, "Lên lớp" ...


@dataclass(frozen=True)
class SummaryColumn:
    code: str
    name: str
    short: str  # heading that fits a narrow column


@dataclass(frozen=True)
class ClassSummaryContent:
    """One class × term (Circular 27/2020, annex 2): the term's sealed result of the class."""

    document_id: str
    part: int
    lookup_code: str
    circular: str
    rule_version: str
    school_year: str
    term: str
    term_name: str
    grade: int
    class_name: str
    school: SchoolContent
    subjects: tuple[SummaryColumn, ...]
    qualities: tuple[SummaryColumn, ...]
    competencies: tuple[SummaryColumn, ...]
    pupils: tuple[SummaryPupilLine, ...]
    result_counts: tuple[tuple[str, int], ...]  # year-end: how many HTXS, HTT, HT, CHT
    sheets: tuple[SheetReference, ...]
    signers: tuple[SignerContent, ...]
    date: str


DocumentContent = YearRecordContent | SubjectSheetContent | ClassSummaryContent
