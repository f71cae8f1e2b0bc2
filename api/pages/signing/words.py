"""What the signing room calls things, and what to do about what did not go well."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.pages.language import marked as _
from domain.decisions import Action
from domain.matters.paper_words import DOCUMENTS

ACTION_NAMES: Final[Mapping[str, str]] = {
    Action.SIGN: _("Ký"),
    Action.APPROVE: _("Duyệt và ký"),
    Action.SEAL: _("Đóng dấu"),
}
DONE_NAMES: Final[Mapping[str, str]] = {
    Action.SIGN: _("Đã ký"),
    Action.APPROVE: _("Đã duyệt và ký"),
    Action.SEAL: _("Đã đóng dấu"),
}
DOING_NAMES: Final[Mapping[str, str]] = {
    Action.SIGN: _("Đang ký"),
    Action.APPROVE: _("Đang duyệt và ký"),
    Action.SEAL: _("Đang đóng dấu"),
}


@dataclass(frozen=True)
class Home:
    """The room that a batch belongs to, where its person goes on; `after` says what follows what is done."""

    path: str
    name: str
    after: str = ""


HOMES: Final[Mapping[str, Home]] = {
    Action.SIGN: Home("/ky", _("Chờ thầy/cô ký")),
    Action.APPROVE: Home("/duyet", _("Duyệt học bạ"), _("Văn thư đóng dấu tiếp; thầy/cô không phải làm gì thêm.")),
    Action.SEAL: Home("/dong-dau", _("Đóng dấu"), _("Văn bản đã vào sổ phát hành, in và giao được ngay.")),
}
PAPER_NAMES: Final[Mapping[str, str]] = {
    "subject_sheet": _("Phiếu môn"),
    "class_summary": _("Bảng tổng hợp lớp"),
    "year_record": _("Học bạ"),
    **DOCUMENTS,
}
CONDITIONS: Final[Mapping[str, str]] = {
    "expired": _("Chứng thư số đã hết hạn."),
    "not_yet": _("Chứng thư số chưa đến ngày có hiệu lực."),
    "suspended": _("Chứng thư số đang bị tạm dừng."),
    "revoked": _("Chứng thư số đã bị thu hồi."),
    "replaced": _("Chứng thư số này đã được thay bằng chứng thư số khác."),
}
CONDITION_TODO: Final[Mapping[str, str]] = {
    "expired": _("Hãy xin nơi cấp gia hạn hoặc cấp mới, rồi nhờ văn thư đăng ký chứng thư số mới cho thầy/cô."),
    "not_yet": _("Hãy đợi đến ngày bắt đầu ghi trên chứng thư số."),
    "suspended": _("Hãy liên hệ nơi cấp để mở lại; khi được mở lại, thầy/cô ký được ngay."),
    "revoked": _("Hãy xin nơi cấp một chứng thư số mới, rồi nhờ văn thư đăng ký cho thầy/cô."),
    "replaced": _("Hãy nhờ văn thư kiểm tra chứng thư số đang đăng ký cho thầy/cô."),
}
# What a person does about a paper that failed, by code; the message itself stands beside it.
_SIGN_AGAIN: Final = _("Bấm “Ký lại” ở cuối trang.")
TODO: Final[Mapping[str, str]] = {
    "YearNotOver": _("Hoàn tất đánh giá của học sinh này rồi ký lại; các học sinh khác không phải chờ."),
    "RecordIncomplete": _("Báo giáo viên chủ nhiệm bổ sung hồ sơ của học sinh này, rồi ký lại."),
    "RecordChanged": _("Chờ giáo viên sửa và gửi lại; ký các học sinh còn lại trước."),
    "PartTaken": _SIGN_AGAIN,
    "PaperMissing": _("Bảng tổng hợp chờ học bạ của các học sinh nêu ở trên; xử lý xong thì ký lại."),
    "NotSigned": _SIGN_AGAIN,
    "SignatureMismatch": _("Kiểm tra đúng thiết bị và đúng chứng thư số, rồi bấm “Ký lại”."),
    "SigningFailed": _("Bấm “Ký lại”. Nếu vẫn lỗi, hãy báo cán bộ quản trị."),
    "Replaced": _("Mở lượt ký mới hơn trong trang Ký."),
}
TODO_OTHERWISE: Final = _("Bấm “Ký lại”. Nếu vẫn lỗi, hãy báo cán bộ quản trị.")
