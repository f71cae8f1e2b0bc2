"""What people read about unlocks, recalls, identity pages and extracts: what they are to do, and what they are told."""

from collections.abc import Mapping
from typing import Final


def _(message: str) -> str:
    """Mark a sentence for the catalogues of other languages."""
    return message


# By kind and what a matter waits for; nobody's name is in them.
TASKS: Final[Mapping[str, str]] = {
    "unlock.decide": _("Quyết định đề nghị mở khoá để sửa"),
    "unlock.execute": _("Mở khoá theo quyết định của hiệu trưởng"),
    "recall.confirm": _("Xác nhận đề nghị thu hồi học bạ"),
    "recall.decide": _("Quyết định đề nghị thu hồi học bạ"),
    "recall.allow": _("Cho phép thu hồi học bạ đã chốt"),
    "recall.retry": _("Thu hồi lại: sổ của lớp chưa nhận lệnh thu hồi"),
    "identity.decide": _("Phê duyệt thay đổi thông tin học sinh"),
    "identity.retry": _("Thử lại: sổ của lớp chưa nhận thông tin mới của học sinh"),
    "extract.enter": _("Nhập trích lục học bạ của học sinh chuyển đến"),
    "extract.check": _("Đối chiếu trích lục học bạ với bản gốc"),
}
# By kind and what somebody is told.
NOTICES: Final[Mapping[str, str]] = {
    "unlock.decide": _("Có đề nghị mở khoá phần đã gửi; thầy/cô quyết định."),
    "unlock.execute": _("Hiệu trưởng đã chấp thuận một đề nghị mở khoá; thầy/cô mở khoá."),
    "unlock.granted": _("Đề nghị mở khoá của thầy/cô được chấp thuận."),
    "unlock.refused": _("Đề nghị mở khoá của thầy/cô không được chấp thuận."),
    "unlock.extended": _("Thời hạn sửa phần được mở khoá đã được dời."),
    "unlock.opened": _("Phần thầy/cô đề nghị đã được mở khoá để sửa."),
    "unlock.soon": _("Sắp hết thời hạn sửa phần được mở khoá; thầy/cô gửi lại trước hạn."),
    "unlock.over": _("Đã hết thời hạn mở khoá mà phần cần sửa chưa được gửi lại."),
    "unlock.settled": _("Phần được mở khoá đã sửa xong và được duyệt lại."),
    "recall.confirm": _("Có đề nghị thu hồi học bạ của học sinh lớp thầy/cô; thầy/cô xác nhận."),
    "recall.decide": _("Có đề nghị thu hồi học bạ đã phát hành; thầy/cô quyết định."),
    "recall.allow": _("Một trường xin thu hồi học bạ đã chốt; thầy/cô quyết định."),
    "recall.retry": _("Đã được phép thu hồi học bạ nhưng sổ của lớp chưa nhận; thầy/cô thử lại."),
    "recall.granted": _("Đề nghị thu hồi học bạ của thầy/cô được chấp thuận."),
    "recall.refused": _("Đề nghị thu hồi học bạ của thầy/cô không được chấp thuận."),
    "recall.recalled": _("Học bạ đã được thu hồi; phần cần sửa đã mở."),
    "recall.soon": _("Học bạ đã thu hồi phải phát hành lại trong hôm nay."),
    "recall.late": _("Học bạ đã thu hồi quá hạn mà chưa phát hành bản mới."),
    "recall.escalated": _("Học bạ đã thu hồi vẫn chưa có bản mới; cần thầy/cô xử lý."),
    "recall.settled": _("Bản học bạ mới đã phát hành, thay bản bị thu hồi."),
    "identity.decide": _("Có thay đổi thông tin học sinh theo quyết định hộ tịch; thầy/cô phê duyệt."),
    "identity.granted": _("Thay đổi thông tin học sinh đã được phê duyệt."),
    "identity.refused": _("Thay đổi thông tin học sinh không được phê duyệt."),
    "identity.retry": _("Thông tin học sinh đã đổi nhưng sổ của lớp chưa nhận; thầy/cô thử lại."),
    "identity.left": _("Học sinh đã chuyển trường nên trang thông tin đang lập ở trường thầy/cô dừng lại."),
    "identity.settled": _("Trang thông tin học sinh đã ký và đóng dấu."),
    "extract.enter": _("Trích lục học bạ của học sinh chuyển đến cần thầy/cô nhập hoặc sửa."),
    "extract.check": _("Trích lục học bạ của học sinh chuyển đến chờ thầy/cô đối chiếu với bản gốc."),
    "extract.sign": _("Trích lục học bạ chờ thầy/cô xem và ký."),
    "extract.left": _("Học sinh đã chuyển trường nên trích lục đang lập ở trường thầy/cô dừng lại."),
    "extract.not_come": _("Học sinh không chuyển đến nữa nên trích lục đang lập dừng lại."),
    "extract.settled": _("Trích lục học bạ đã ký và đóng dấu."),
}
