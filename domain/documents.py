"""What kinds of documents there are and who signs them, and the content of those of a class's term.

These dataclasses are frozen before anyone signs. Their canonical JSON (RFC 8785) is attached to the PDF as
`record.json` and its SHA-256 is printed on the page, so people and machines read the same signed file.
Levels are codes ("T", "H", "C", "M", "Đ", "K", "CĐ"), marks "0".."10", "8.5" or "M", dates ISO strings (YYYY-MM-DD).
The year's records are in `domain.year_records`, the papers of matters between schools and people in
`domain.matter_papers`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict


class DocumentKind(StrEnum):
    SUBJECT_SHEET = "subject_sheet"
    CLASS_SUMMARY = "class_summary"
    YEAR_RECORD = "year_record"
    IDENTITY_PAGE = "identity_page"
    TRANSFER_RESULT = "transfer_result"
    HANDOVER_MINUTES = "handover_minutes"
    PAPER_EXTRACT = "paper_extract"


class SignatureField(StrEnum):
    """Names of the PDF signature fields, in signing order.

    A record that each subject teacher signs has a field for each subject: `subject_field`. Minutes with several takers
    have one for each: `taker_fields`.
    """

    SUBJECT_TEACHER = "subject_teacher"
    HOMEROOM = "homeroom"
    GIVER = "giver"
    TAKER = "taker"
    PRINCIPAL = "principal"
    SEAL = "seal"


def subject_field(subject: str) -> str:
    """The field of a subject's teacher on a document that several subject teachers sign."""
    return f"{SignatureField.SUBJECT_TEACHER}_{subject}"


def is_subject_field(field: str) -> bool:
    return field.startswith(f"{SignatureField.SUBJECT_TEACHER}_")


def taker_fields(count: int) -> tuple[str, ...]:
    """The fields of those who take over: `taker` for one alone, `taker_1`, `taker_2` ... for several."""
    if count == 1:
        return (SignatureField.TAKER.value,)
    return tuple(f"{SignatureField.TAKER}_{number}" for number in range(1, count + 1))


def turn_of(field: str) -> str:
    """When a field is due: those of one turn, subject teachers or takers, sign in any order."""
    if is_subject_field(field):
        return SignatureField.SUBJECT_TEACHER
    return SignatureField.TAKER if field.startswith(f"{SignatureField.TAKER}_") else field


def role_of(field: str) -> SignatureField:
    """Whose field this is. Raises ValueError for a name that is none of ours."""
    return SignatureField(turn_of(field))


def in_signing_order(signed: Sequence[str], plan: Sequence[str]) -> bool:
    """Whether these fields of a document were signed in the order of the plan; those of one turn in any."""
    is_of_plan = len(set(signed)) == len(signed) and set(signed) <= set(plan)
    return is_of_plan and [*map(turn_of, signed)] == [*map(turn_of, plan[: len(signed)])]


# Who signs what at least, in order: guide/domain.md 4.2, Circular 27/2020 art. 10, Circular 22/2021 art. 18-20.
FIELDS: dict[DocumentKind, tuple[SignatureField, ...]] = {
    DocumentKind.SUBJECT_SHEET: (SignatureField.SUBJECT_TEACHER,),
    DocumentKind.CLASS_SUMMARY: (SignatureField.HOMEROOM, SignatureField.PRINCIPAL, SignatureField.SEAL),
    DocumentKind.YEAR_RECORD: (SignatureField.HOMEROOM, SignatureField.PRINCIPAL, SignatureField.SEAL),
    DocumentKind.IDENTITY_PAGE: (SignatureField.PRINCIPAL, SignatureField.SEAL),
    DocumentKind.TRANSFER_RESULT: (SignatureField.PRINCIPAL, SignatureField.SEAL),
    # Without the giver where there is none to sign; with a field for each taker where there are several.
    DocumentKind.HANDOVER_MINUTES: (SignatureField.GIVER, SignatureField.TAKER, SignatureField.PRINCIPAL),
    # As extractor only: for having copied, not for what the original says.
    DocumentKind.PAPER_EXTRACT: (SignatureField.PRINCIPAL, SignatureField.SEAL),
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
    department_code: str = ""  # masogd
    department: str = ""  # Sở Giáo dục và Đào tạo
    commune_code: str = ""
    province_code: str = ""


@dataclass(frozen=True)
class SignerContent:
    """One place for a signature: who is to sign and by which certificate id it is recognised."""

    field: str  # a SignatureField, or that of a subject or of one of several takers
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
class ProfileContent:
    """What the national record wants to know of a pupil beside the form; "" where the school has not said."""

    native_place: str = ""
    current_address: str = ""
    birth_province_code: str = ""
    birth_commune_code: str = ""
    native_province_code: str = ""
    native_commune_code: str = ""
    address_province_code: str = ""
    address_commune_code: str = ""
    policy_group: str = ""
    father_name: str = ""
    father_occupation: str = ""
    mother_name: str = ""
    mother_occupation: str = ""
    guardian_name: str = ""
    guardian_occupation: str = ""


@dataclass(frozen=True)
class SchoolingLine:
    """One year at one school (quatrinhhoctap); `arrived_on` is set where the pupil came by transfer."""

    school_year: str
    class_name: str
    school: str
    province: str
    arrived_on: str = ""
    register_no: str = ""  # in the school's register (sổ đăng bộ), where it is known


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
    profile: ProfileContent
    schooling: tuple[SchoolingLine, ...] = ()


class PaperPart(TypedDict):
    """The part of a document that every paper of a class-term has alike."""

    circular: str
    rule_version: str
    school_year: str
    grade: int
    class_name: str
    school: SchoolContent
    date: str


@dataclass(frozen=True)
class SheetColumn:
    """A column of marks; neighbours of one `group` stand under one heading."""

    code: str
    name: str
    group: str = ""
    is_result: bool = False  # what the marks come to, printed bold


@dataclass(frozen=True)
class SheetPupilLine:
    order_no: int
    pupil_code: str
    full_name: str
    birth_date: str
    revision: int
    values: tuple[str, ...]  # by SubjectSheetContent.columns
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
    columns: tuple[SheetColumn, ...]
    legend: str
    counts: tuple[tuple[str, int], ...]  # how many pupils have each result
    pupils: tuple[SheetPupilLine, ...]
    signers: tuple[SignerContent, ...]
    date: str


@dataclass(frozen=True)
class SummaryColumn:
    """A narrow column, or one for each of `parts` under one heading ("Mức", "Điểm")."""

    code: str
    name: str
    short: str  # heading that fits a narrow column
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnGroup:
    name: str
    columns: tuple[SummaryColumn, ...]


@dataclass(frozen=True)
class SummaryPupilLine:
    order_no: int
    pupil_code: str
    full_name: str
    revision: int
    values: tuple[str, ...]  # by the narrow columns of ClassSummaryContent.groups, in order
    verdicts: tuple[str, ...]  # by ClassSummaryContent.verdicts


@dataclass(frozen=True)
class TotalLine:
    """How many pupils stand at some level, by the narrow columns; "" where a column has no such level."""

    label: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class ClassSummaryContent:
    """One class × term (Circular 27/2020, annex 2; Circular 22/2021, the class's book): the term's sealed result."""

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
    groups: tuple[ColumnGroup, ...]
    verdicts: tuple[str, ...]  # headings of the wide columns: the results of the term or year
    pupils: tuple[SummaryPupilLine, ...]
    totals: tuple[TotalLine, ...]
    counts: tuple[tuple[str, int], ...]  # how many pupils have each result
    legend: str
    sheets: tuple[SheetReference, ...]
    signers: tuple[SignerContent, ...]
    date: str
