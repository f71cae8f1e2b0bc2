"""What the script of the sheet says, in the language of the page; {names} are filled in by the script."""

from api.pages.language import gettext as _


def words() -> dict[str, str]:
    return _of_values() | _of_state() | _of_list() | _of_bank()


def _of_values() -> dict[str, str]:
    return {
        "badLevel": _("“{text}” không phải là mức đánh giá; chỉ nhận {names}."),
        "badMark": _("“{text}” không phải là điểm; điểm từ 0 đến 10, nhiều nhất một chữ số thập phân."),
        "badScore": _("“{text}” không phải là điểm; điểm là số nguyên từ 0 đến 10."),
        "over10": _("Điểm {text} vượt quá thang điểm 10."),
        "noExemption": _("Ô này không ghi M."),
        "badCount": _("Số buổi là số nguyên từ 0 đến {high}."),
        "badMeasure": _("Phải là số từ {low} đến {high}, nhiều nhất một chữ số thập phân."),
        "badFlag": _("Ô này ghi x nếu có, để trống nếu không."),
        "tooLong": _("Dài quá {over} ký tự; ô này chứa tối đa {limit} ký tự."),
        "closed": _("Phần này đã gửi hoặc đang tạm giữ nên không sửa được; cần trả lại trước khi sửa."),
        "keys": _("Ô này nhận: {keys}."),
    }


def _of_state() -> dict[str, str]:
    return {
        "allSaved": _("Mọi ô đã được lưu"),
        "savedAt": _("Đã lưu lúc {at}"),
        "waiting": _("{count} ô sắp được lưu"),
        "sending": _("Đang lưu…"),
        "keptHere": _("{count} ô chưa gửi được – đang giữ trên máy này"),
        "notKept": _("{count} ô chưa gửi được – đừng đóng trang này"),
        "signInAgain": _("Đã hết phiên làm việc. {count} ô đang giữ trên máy này; hãy đăng nhập lại rồi tải lại trang"),
        "cannotSend": _("Máy chủ không nhận; hãy tải lại trang. Những ô đã nhập vẫn giữ trên máy này"),
        "refusedCount": _("{count} ô chưa hợp lệ"),
        "chooseCount": _("{count} ô cần thầy/cô chọn"),
        "restored": _("Đã lấy lại {count} ô nhập lần trước chưa kịp gửi."),
        "saveFirst": _("Còn ô chưa lưu được. Hãy xem danh sách bên cạnh, rồi gửi lại."),
        "leaving": _("Còn {count} ô chưa gửi được. Đăng xuất sẽ xoá những ô này khỏi máy. Vẫn đăng xuất?"),
        "movedOn": _("Có học sinh vừa được gửi hoặc trả lại; hãy tải lại trang để thấy các nút mới."),
        "noConnection": _("Chưa kết nối được với máy chủ; hãy thử lại sau."),
    }


def _of_list() -> dict[str, str]:
    return {
        "pupil": _("Học sinh"),
        "required": _("Bắt buộc"),
        "left": _("Còn thiếu {count} ô bắt buộc; nhập đủ mới gửi được."),
        "showEmpty": _("Hiện {count} cột trống"),
        "hideEmpty": _("Ẩn {count} cột trống"),
        "which": _("Xem {count} học sinh"),
        "toChoose": _("Cần thầy/cô chọn: {count} ô"),
        "notSaved": _("Chưa hợp lệ: {count} ô"),
        "missing": _("Còn thiếu {count} ô"),
        "doubtful": _("Nên xem lại: {count} chỗ"),
        "nothingMissing": _("Đã nhập đủ các ô bắt buộc."),
        "more": _("và {count} ô nữa"),
        "nothing": _("(trống)"),
        "somebody": _("Người khác"),
        "overtakenShort": _("Người khác vừa sửa ô này"),
        "overtaken": _("{who} đã ghi “{theirs}” lúc {at}; thầy/cô ghi “{own}”."),
        "takeTheirs": _("Lấy “{theirs}”"),
        "keepMine": _("Giữ “{own}”"),
        "discard": _("Bỏ giá trị này"),
        "before": _("Học sinh trước"),
        "after": _("Học sinh sau"),
        "spare": _("Các ô không bắt buộc"),
        "pupilOf": _("Học sinh {at}/{count}"),
    }


def _of_bank() -> dict[str, str]:
    return {
        "anyLevel": _("Mọi mức"),
        "noComments": _("Bảng này không có ô nhận xét."),
        "noPhrases": _("Chưa có mẫu nào cho mức này."),
        "ownPhrase": _("Mẫu của thầy/cô"),
        "insert": _("Chèn vào ô"),
        "applyChosen": _("Ghi cho các học sinh đang chọn"),
        "inserted": _("Đã chèn vào ô {where}."),
        "applied": _("Đã ghi cho {count} học sinh."),
        "noneApplied": _("Các học sinh đang chọn đã có nhận xét. Muốn thay, hãy đánh dấu “Ghi đè nhận xét đã có”."),
        "nothingToKeep": _("Ô nhận xét đang trống."),
        "phraseKept": _("Đã lưu vào mẫu nhận xét của thầy/cô."),
    }
