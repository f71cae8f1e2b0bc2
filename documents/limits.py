"""The longest texts that a document is sure to hold; longer ones are refused before anything is printed."""

from domain.documents import ClassSummaryContent, DocumentContent, SubjectSheetContent, YearRecordContent
from domain.errors import Invalid

# Characters. 2000 and 500 are the national record's own (fields nxetgvcn, nxetphamchat, nxetnanglucchung,
# nxetnanglucdacthu); the others keep a pupil's year on two pages that can still be read.
SUBJECT_COMMENT = 300
GROUP_COMMENT = 500
HOMEROOM_COMMENT = 2000
COMMENDATION = 500
COMPLETION = 300
RESULT_REASON = 600
HEALTH = 60

_YEAR_RECORD = {
    "qualities_comment": (GROUP_COMMENT, "Nhận xét về phẩm chất"),
    "general_comment": (GROUP_COMMENT, "Nhận xét về năng lực chung"),
    "specific_comment": (GROUP_COMMENT, "Nhận xét về năng lực đặc thù"),
    "homeroom_comment": (HOMEROOM_COMMENT, "Nhận xét của giáo viên chủ nhiệm"),
    "commendation": (COMMENDATION, "Nội dung khen thưởng"),
    "completion_text": (COMPLETION, "Nội dung hoàn thành chương trình"),
    "result_reason": (RESULT_REASON, "Căn cứ đánh giá"),
    "health": (HEALTH, "Sức khoẻ"),
}


def check_limits(content: DocumentContent) -> None:
    """Raise `Invalid` naming the first text that is too long for its place."""
    match content:
        case YearRecordContent():
            for field, (limit, label) in _YEAR_RECORD.items():
                _check(label, getattr(content, field), limit)
            for line in content.subjects:
                _check(f"Nhận xét môn {line.name}", line.comment, SUBJECT_COMMENT)
        case SubjectSheetContent():
            for pupil in content.pupils:
                _check(f"Nhận xét ở dòng {pupil.order_no}", pupil.comment, SUBJECT_COMMENT)
        case ClassSummaryContent():
            for row in content.pupils:
                _check(f"Nội dung khen thưởng ở dòng {row.order_no}", row.commendation, COMMENDATION)


def _check(label: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise Invalid(f"{label} dài {len(text)} ký tự, chỉ được tối đa {limit} ký tự.")
