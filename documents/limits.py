"""The longest texts that a document is sure to hold; longer ones are refused before anything is printed."""

from collections.abc import Mapping

from documents.matter_limits import check_matter_paper
from documents.subject_rows import subject_fields
from documents.text_limits import check_text
from domain.documents import ClassSummaryContent, SubjectSheetContent
from domain.errors import Invalid
from domain.year_records import DocumentContent, PrimaryRecordContent, SecondaryRecordContent, YearRecordContent

# Characters. Where the national record has a limit it is that one (2000: nxetgvcn, kquathamgiacuocthi, ndungkhenthuong
# of grades 6-12; 500: nxetphamchat, nxetnanglucchung, nxetnanglucdacthu, ndungkquarenluyen; 150: ndungduoclenlop,
# ndunghoanthanh of grades 6-12), but for what would make a pupil's two pages too small to read: 300 for a subject's
# comment, 500 for primary commendations, 300 for what a primary pupil has completed.
SUBJECT_COMMENT = 300
REASON = 600
VERDICT = 200
SIGNED_SUBJECTS = 15  # rows of a record that subject teachers sign

_PRIMARY = {
    "qualities_comment": (500, "Nhận xét về phẩm chất"),
    "general_comment": (500, "Nhận xét về năng lực chung"),
    "specific_comment": (500, "Nhận xét về năng lực đặc thù"),
    "homeroom_comment": (2000, "Nhận xét của giáo viên chủ nhiệm"),
    "commendation": (500, "Nội dung khen thưởng"),
    "commendation_in_year": (500, "Nội dung khen thưởng đột xuất"),
    "completion_text": (300, "Nội dung hoàn thành chương trình"),
    "result_reason": (REASON, "Căn cứ đánh giá"),
    "health": (60, "Sức khoẻ"),
}
_SECONDARY = {
    "homeroom_comment": (2000, "Nhận xét của giáo viên chủ nhiệm"),
    "competitions": (2000, "Kết quả tham gia các cuộc thi"),
    "commendation": (2000, "Nội dung khen thưởng"),
    "summer_training": (500, "Nội dung rèn luyện trong kì nghỉ hè"),
    "outcome_text": (150, "Kết quả cuối năm học"),
    "completion_text": (150, "Nội dung hoàn thành chương trình"),
    "learning_reason": (REASON, "Căn cứ của kết quả học tập"),
    "outcome_reason": (REASON, "Căn cứ của kết quả cuối năm học"),
    "certificates": (500, "Danh sách chứng chỉ"),
    "study_topics": (300, "Danh sách chuyên đề học tập"),
}


def check_limits(content: DocumentContent) -> None:
    """Raise `Invalid` naming the first text that is too long for its place."""
    match content:
        case PrimaryRecordContent():
            _check_record(content, _PRIMARY)
        case SecondaryRecordContent():
            _check_record(content, _SECONDARY)
            _check_rows(content)
        case SubjectSheetContent():
            for pupil in content.pupils:
                check_text(f"Nhận xét ở dòng {pupil.order_no}", pupil.comment, SUBJECT_COMMENT)
        case ClassSummaryContent():
            for row in content.pupils:
                for name, text in zip(content.verdicts, row.verdicts, strict=True):
                    check_text(f"{name} ở dòng {row.order_no}", text, VERDICT)
        case _:
            check_matter_paper(content)


def _check_record(record: YearRecordContent, limits: Mapping[str, tuple[int, str]]) -> None:
    for field, (limit, label) in limits.items():
        value: str | tuple[str, ...] = getattr(record, field)
        check_text(label, value if isinstance(value, str) else "; ".join(value), limit)
    for line in record.subjects:
        check_text(f"Nhận xét môn {line.name}", line.comment, SUBJECT_COMMENT)


def _check_rows(record: SecondaryRecordContent) -> None:
    count = len(record.subjects)
    if count > SIGNED_SUBJECTS and subject_fields(record):
        raise Invalid(f"Học bạ có {count} môn học, chỉ đủ chỗ cho chữ ký của {SIGNED_SUBJECTS} giáo viên môn học.")
