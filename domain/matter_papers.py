"""The content of the papers of matters between schools and people: what is printed, attached as JSON, and signed.

The same conventions as in `domain.documents`. A moment is Vietnam's time to the minute ("2026-03-01T07:30"), or a date.
"""

from dataclasses import dataclass

from domain.documents import PupilContent, SchoolContent, SheetColumn, SignerContent
from domain.transfers.extracts import PaperExtract


@dataclass(frozen=True)
class RecordReference:
    """A sealed year record that a paper binds."""

    school_year: str
    school: str
    lookup_code: str
    sha256: str  # hex SHA-256 of the sealed PDF


@dataclass(frozen=True)
class IdentityPageContent:
    """One pupil × school: the page of a report book that says whose it is (Circular 27/2020, annex 1, page 3).

    Signed when the book is opened, when a pupil comes from another school, and after each change of civil data; the
    years at schools are the pupil's `schooling`.
    """

    document_id: str
    version: int
    lookup_code: str
    level_name: str  # "Tiểu học", "Trung học cơ sở", "Trung học phổ thông"
    school: SchoolContent
    pupil: PupilContent
    reason: str  # "Mở học bạ", "Chuyển đến", "Cải chính hộ tịch"
    decision_no: str  # of the decision to change civil data, "" if there is none
    decision_date: str
    replaces: str  # look-up code of the page that this one replaces, "" if there is none
    past_years: tuple[RecordReference, ...]
    signers: tuple[SignerContent, ...]
    date: str


@dataclass(frozen=True)
class ResultLine:
    """A subject, a quality, a competency, or the conduct; `values` by the columns of its table."""

    code: str
    name: str
    values: tuple[str, ...]
    comment: str  # "" where nothing is written of it


@dataclass(frozen=True)
class ResultTable:
    """What was entered of one kind of things, by assessment point: columns of one `group` stand under one heading."""

    name: str  # "Môn học và hoạt động giáo dục", "Phẩm chất chủ yếu", "Kết quả rèn luyện" ...
    columns: tuple[SheetColumn, ...]
    lines: tuple[ResultLine, ...]
    comment: str  # on all of them, "" if there is none
    legend: str


@dataclass(frozen=True)
class SubjectGroup:
    """Subjects of the class: compulsory, chosen, study topics of grades 10-12."""

    name: str
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class SealedTerm:
    """A term of the running year whose result bears the school's seal in a class summary."""

    term_name: str
    results: tuple[tuple[str, str], ...]  # ("Kết quả học tập", "Khá") ...; none in the first term of grades 1-5
    lookup_code: str  # of the class summary
    sha256: str  # hex SHA-256 of the sealed class summary


@dataclass(frozen=True)
class OpenItem:
    """What is still missing of a subject or of the homeroom teacher's part."""

    subject_name: str
    missing: str


@dataclass(frozen=True)
class TransferResultContent:
    """What a pupil who moves has so far in the running year, sealed by the school that is left.

    Without `tables` nothing of a running year is said: the pupil leaves between two years.
    """

    document_id: str
    lookup_code: str
    circular: str
    rule_version: str
    school_year: str
    grade: int
    class_name: str
    school: SchoolContent  # the one that is left
    receiving_school: str
    receiving_province: str
    pupil: PupilContent
    left_on: str
    assessment_waived: bool
    individual_plan: bool
    subject_groups: tuple[SubjectGroup, ...]
    tables: tuple[ResultTable, ...]
    absent_excused: int
    absent_unexcused: int
    absent_unit: str  # "ngày" or "buổi", as the form of the level counts
    sealed_term: SealedTerm | None
    open_items: tuple[OpenItem, ...]
    past_years: tuple[RecordReference, ...]
    signers: tuple[SignerContent, ...]
    date: str


@dataclass(frozen=True)
class Party:
    """Who hands over or takes over, as the minutes name them."""

    name: str
    position: str


@dataclass(frozen=True)
class SignedSheet:
    lookup_code: str
    signed_on: str


@dataclass(frozen=True)
class HandoverLine:
    """The work of one class × subject × term, or of its homeroom teacher."""

    class_name: str
    subject: str
    subject_name: str  # "Chủ nhiệm" for the homeroom teacher's part
    term_name: str
    taker: str
    cells_filled: int
    cells_required: int
    records_sent: int
    records: int  # pupils of the class
    sheets: tuple[SignedSheet, ...]  # by the giver; they stay as they are
    open: str  # what is left to do, in words; "" if nothing


@dataclass(frozen=True)
class OfficeLine:
    """An office that goes over: "Hiệu trưởng", "Văn thư"."""

    name: str
    taker: str


@dataclass(frozen=True)
class HandoverMinutesContent:
    """The work that somebody who leaves hands over to others, signed by all of them and confirmed by the principal.

    The giver has no signature where the giver cannot sign or did not in time; then `without_giver` says why, and whose
    decision it was.
    """

    document_id: str
    lookup_code: str
    number: str  # of the document in the school's register, "" if it has none
    school_year: str
    school: SchoolContent
    kind_name: str  # "Nghỉ hưu", "Nghỉ thai sản" ...
    reason: str
    effective_at: str  # a moment: from then on the takers answer for what is left
    until: str  # a moment, for a handover that ends; else ""
    giver: Party
    takers: tuple[Party, ...]  # in the order of their signature fields
    without_giver: str  # "" if the giver signs
    lines: tuple[HandoverLine, ...]
    offices: tuple[OfficeLine, ...]
    remarks: str
    signers: tuple[SignerContent, ...]
    date: str


@dataclass(frozen=True)
class OriginalFile:
    """A file that an extract was copied from: a scan of paper, or a PDF that nobody here can verify."""

    what: str  # "Học bạ giấy"
    issuer: str  # who issued the original, in its own words
    sha256: str  # hex SHA-256


@dataclass(frozen=True)
class PaperExtractContent:
    """Former years of a pupil, copied from paper or from files of another system (trích lục).

    The school that signs and seals answers for the copy; for what it says, whoever issued the original.
    """

    document_id: str
    version: int
    lookup_code: str
    school: SchoolContent  # the one that extracts
    pupil: PupilContent
    originals: tuple[OriginalFile, ...]
    years: tuple[PaperExtract, ...]  # oldest first; all were checked by the same people
    replaces: str  # look-up code of the extract that this one replaces, "" if there is none
    signers: tuple[SignerContent, ...]
    date: str


MatterPaperContent = IdentityPageContent | TransferResultContent | HandoverMinutesContent | PaperExtractContent
