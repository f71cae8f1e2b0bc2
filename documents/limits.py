"""The longest texts that a document is sure to hold; longer ones are refused before anything is printed."""

from domain.documents import ClassSummaryContent, SubjectSheetContent
from domain.errors import Invalid
from domain.year_records import DocumentContent, PrimaryRecordContent, SecondaryRecordContent

# Characters. 2000 and 500 are the national record's own (fields nxetgvcn, nxetphamchat, nxetnanglucchung,
# nxetnanglucdacthu); the others keep a pupil's year on two pages that can still be read.
SUBJECT_COMMENT = 300
GROUP_COMMENT = 500
HOMEROOM_COMMENT = 2000
COMMENDATION = 500
COMPLETION = 300
RESULT_REASON = 600
HEALTH = 60
VERDICT = 200

_PRIMARY = {
    "qualities_comment": (GROUP_COMMENT, "Nhận xét về phẩm chất"),
    "general_comment": (GROUP_COMMENT, "Nhận xét về năng lực chung"),
    "specific_comment": (GROUP_COMMENT, "Nhận xét về năng lực đặc thù"),
    "homeroom_comment": (HOMEROOM_COMMENT, "Nhận xét của giáo viên chủ nhiệm"),
    "commendation": (COMMENDATION, "Nội dung khen thưởng"),
    "commendation_in_year": (COMMENDATION, "Nội dung khen thưởng đột xuất"),
    "completion_text": (COMPLETION, "Nội dung hoàn thành chương trình"),
    "result_reason": (RESULT_REASON, "Căn cứ đánh giá"),
    "health": (HEALTH, "Sức khoẻ"),
}


def check_limits(content: DocumentContent) -> None:
    """Raise `Invalid` naming the first text that is too long for its place."""
    match content:
        case PrimaryRecordContent():
            for field, (limit, label) in _PRIMARY.items():
                _check(label, getattr(content, field), limit)
            for line in content.subjects:
                _check(f"Nhận xét môn {line.name}", line.comment, SUBJECT_COMMENT)
        case SubjectSheetContent():
            for pupil in content.pupils:
                _check(f"Nhận xét ở dòng {pupil.order_no}", pupil.comment, SUBJECT_COMMENT)
        case ClassSummaryContent():
            for row in content.pupils:
                for name, text in zip(content.verdicts, row.verdicts, strict=True):
                    _check(f"{name} ở dòng {row.order_no}", text, VERDICT)


def _check(label: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise Invalid(f"{label} dài {len(text)} ký tự, chỉ được tối đa {limit} ký tự.")
