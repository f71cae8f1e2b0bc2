"""What travels with a pupil to a school outside of hocba: sealed papers as they are, their proofs, and data.

How it is written into one file is `interchange.transfer.package`; what it proves, `signing.verification.transfers`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from domain.documents import PupilContent, SchoolContent
from domain.identity import normalise_name
from domain.labelled import Labelled


class PaperKind(Labelled):
    """The values are those of the documents' own kinds."""

    YEAR_RECORD = "year_record", "Học bạ của năm học"
    TRANSFER_RESULT = "transfer_result", "Kết quả học tập đến khi chuyển trường"
    IDENTITY_PAGE = "identity_page", "Trang thông tin học sinh"
    PAPER_EXTRACT = "paper_extract", "Trích lục học bạ"


DATA_NAME: Final = "du-lieu.json"
WHO: Final = {
    "pupil_code": "mã học sinh",
    "personal_id": "số định danh cá nhân",
    "full_name": "họ và tên",
    "birth_date": "ngày sinh",
}
_NAMES: Final = {
    PaperKind.YEAR_RECORD: "hoc-ba-{year}.pdf",
    PaperKind.TRANSFER_RESULT: "ket-qua-chuyen-truong.pdf",
    PaperKind.IDENTITY_PAGE: "trang-thong-tin.pdf",
    PaperKind.PAPER_EXTRACT: "trich-luc-{code}.pdf",  # several schools may each have made one
}
OF_NO_YEAR: Final = frozenset({PaperKind.IDENTITY_PAGE, PaperKind.PAPER_EXTRACT})


@dataclass(frozen=True)
class PackedPaper:
    """One sealed PDF, byte for byte; `school_year` ("2025-2026") is "" for those of no one year.

    `evidence` is its evidence record (RFC 4998, DER), b"" as long as there is none.
    """

    kind: PaperKind
    lookup_code: str
    pdf: bytes = field(repr=False)
    evidence: bytes = field(default=b"", repr=False)
    school_year: str = ""

    @property
    def name(self) -> str:
        """Of its file in the package."""
        return _NAMES[self.kind].format(year=self.school_year, code=self.lookup_code)


@dataclass(frozen=True)
class ValidationFiles:
    """Certificates, OCSP responses and CRLs (each DER) for all papers together."""

    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    ocsps: tuple[bytes, ...] = field(default=(), repr=False)
    crls: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class PackedYear:
    """A finished year: the look-up code of its sealed record, and its national record as `json_form.written` has it.

    `record` is empty where the sealed record has none attached.
    """

    school_year: str
    lookup_code: str
    record: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class PackedCell:
    """One thing entered, by our codes: `domain.entry.CellKey` and its slot, and the text as it is stored."""

    slot: str
    item: str
    point: str
    kind: str
    value: str


@dataclass(frozen=True)
class RunningTerm:
    """`term` is "hk1" or "year_end"; absences are half-day sessions of this term alone."""

    term: str
    absent_excused: int
    absent_unexcused: int
    cells: tuple[PackedCell, ...] = field(repr=False)


@dataclass(frozen=True)
class RunningYear:
    """The year that is not finished; `optional` and `topics` are codes of subjects as `curriculum_for` takes them."""

    record_uid: str
    school_year: str
    grade: int
    class_name: str
    rule_version: str
    optional: tuple[str, ...]
    topics: tuple[str, ...]
    terms: tuple[RunningTerm, ...]


@dataclass(frozen=True)
class TransferData:
    """For machines; `pupil` bears the schooling history, `school` is the sending one. `running` is None in summer."""

    pupil: PupilContent
    school: SchoolContent
    years: tuple[PackedYear, ...]
    running: RunningYear | None


@dataclass(frozen=True)
class TransferPackage:
    """All of it; `created_at` is aware, cut to the second."""

    created_at: datetime
    data: TransferData
    papers: tuple[PackedPaper, ...]
    validation: ValidationFiles = field(default_factory=ValidationFiles)


def differing(told: PupilContent, known: Mapping[str, str]) -> tuple[str, ...]:
    """In what, by its name, a package speaks of another pupil than the one of whom `known` has the fields of `WHO`.

    Only what both have is compared: a number may not have been given yet.
    """
    pairs = ((name, _plain(getattr(told, name)), _plain(known[name])) for name in WHO)
    return tuple(WHO[name] for name, said, own in pairs if said and own and said != own)


def _plain(text: str) -> str:
    return normalise_name(text).casefold()
