"""The content of a pupil's record of the year (học bạ): what is printed, attached as JSON, and signed.

The same conventions as in `domain.documents`.
"""

from dataclasses import dataclass

from domain.documents import (
    ClassSummaryContent,
    PaperPart,
    PupilContent,
    SchoolContent,
    SheetReference,
    SignerContent,
    SubjectSheetContent,
)
from domain.matter_papers import MatterPaperContent


class RecordPart(PaperPart):
    """What the records of both levels have alike."""

    record_uid: str
    version: int
    lookup_code: str
    sheets: tuple[SheetReference, ...]
    signers: tuple[SignerContent, ...]
    pupil: PupilContent


@dataclass(frozen=True)
class SubjectLine:
    """A row of the primary form."""

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
class PrimaryRecordContent:
    """One pupil, one year of grades 1-5 (Circular 27/2020, annex 1, the two yearly pages)."""

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
    assessment_waived: bool
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
    commendation_in_year: str  # khen thưởng đột xuất, "" if none
    programme_completed: bool
    promoted: bool
    completion_text: str  # "Hoàn thành chương trình lớp 1" / what is decided instead
    sheets: tuple[SheetReference, ...]
    signers: tuple[SignerContent, ...]
    date: str  # date printed, ISO


@dataclass(frozen=True)
class MarkLine:
    """A row of the secondary form: averages ("8.5"), or levels of a comment subject ("Đ", "CĐ"); "M" exempt."""

    subject: str
    name: str
    hk1: str
    hk2: str
    year: str
    retest: str  # after re-assessment, "" if there was none
    comment: str
    teacher: str  # the designated signer of the subject
    teacher_id: str


@dataclass(frozen=True)
class TermLevels:
    """Levels T, K, Đ, CĐ of the terms and the year; `summer`: after re-assessment or summer training, else ""."""

    hk1: str
    hk2: str
    year: str
    summer: str


@dataclass(frozen=True)
class SecondaryRecordContent:
    """One pupil, one year of grades 6-12 (Circular 22/2021, the two yearly pages of the form)."""

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
    assessment_waived: bool
    subjects: tuple[MarkLine, ...]
    study_topics: tuple[str, ...]  # names of the topics taken in grades 10-12
    learning: TermLevels
    learning_reason: str  # the readable trace of the rule
    conduct: TermLevels
    summer_training: str  # what was done in summer, "" if nothing
    absent: int  # half-day sessions of the year
    outcome: str  # code of domain.secondary.promotion.Outcome
    outcome_text: str  # "Được lên lớp 7" ...
    outcome_reason: str
    promoted: bool
    completion_text: str  # at the end of a level, else ""
    commendation: str  # title of the year, "" if none
    competitions: str
    certificates: tuple[str, ...]
    homeroom_comment: str
    sheets: tuple[SheetReference, ...]
    signers: tuple[SignerContent, ...]
    date: str


YearRecordContent = PrimaryRecordContent | SecondaryRecordContent
DocumentContent = YearRecordContent | SubjectSheetContent | ClassSummaryContent | MatterPaperContent
