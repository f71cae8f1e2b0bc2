"""What sample teachers write: the product's own suggestions, and the one slip that homeroom review sends back."""

from typing import Final

from domain.assessment import Term
from domain.suggestion import suggestions

REWORK_SUBJECT: Final = "toan"
# A comment that contradicts level T; the homeroom teacher sends the record back for it.
WRONG_COMMENT: Final = "Em chưa thực hiện được phép cộng, trừ trong phạm vi 10; cần được kèm thêm hằng ngày."
CORRECTED_COMMENT: Final = "Em cộng, trừ thành thạo trong phạm vi 10, tính nhẩm nhanh và trình bày bài rõ ràng."
REWORK_REASON: Final = (
    "Nhận xét môn Toán chưa khớp với mức “Hoàn thành tốt” và điểm kiểm tra; đề nghị giáo viên xem lại và sửa."
)


def choices(grade: int, slot: str, term: Term, level: str, item: str = "") -> tuple[str, ...]:
    """The comments to draw from; `item` says which of the homeroom slot's."""
    return tuple(each.text for each in suggestions(grade, slot, level=level, item=item or slot, term=term))
