"""How an account stands, and what can have happened to it, in words for its administrator."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class AccountState(StrEnum):
    NONE = "none"
    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"
    LEFT = "left"


STATE_NAMES: Final[Mapping[AccountState, str]] = {
    AccountState.NONE: "Chưa có tài khoản",
    AccountState.INVITED: "Đã mời, chưa nhận",
    AccountState.ACTIVE: "Đang dùng",
    AccountState.DISABLED: "Đã khoá",
    AccountState.LEFT: "Không còn nhiệm vụ",
}


class AccountEventKind(StrEnum):
    INVITED = "invited"
    RESET_SENT = "reset_sent"
    RESET_ASKED = "reset_asked"
    INVITATION_TAKEN = "invitation_taken"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of an event
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the same
    SIGNED_IN = "signed_in"
    SINGLE_SIGN_ON_LINKED = "single_sign_on_linked"
    SECOND_FACTOR_SET = "second_factor_set"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    SECOND_FACTOR_RESET = "second_factor_reset"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    SESSIONS_ENDED = "sessions_ended"
    DISABLED = "disabled"
    ENABLED = "enabled"
    DETACHED = "detached"
    KEY_MADE = "key_made"
    KEY_ENDED = "key_ended"
    HISTORY_READ = "history_read"


EVENT_NAMES: Final[Mapping[AccountEventKind, str]] = {
    AccountEventKind.INVITED: "Mời dùng hệ thống",
    AccountEventKind.RESET_SENT: "Cấp liên kết đặt lại mật khẩu",
    AccountEventKind.RESET_ASKED: "Tự yêu cầu đặt lại mật khẩu",
    AccountEventKind.INVITATION_TAKEN: "Nhận lời mời, đặt mật khẩu đầu tiên",
    AccountEventKind.PASSWORD_RESET: "Đặt lại mật khẩu bằng liên kết",
    AccountEventKind.PASSWORD_CHANGED: "Đổi mật khẩu",
    AccountEventKind.SIGNED_IN: "Đăng nhập",
    AccountEventKind.SINGLE_SIGN_ON_LINKED: "Nối với đăng nhập một lần",
    AccountEventKind.SECOND_FACTOR_SET: "Bật mã xác thực",
    AccountEventKind.SECOND_FACTOR_REMOVED: "Tắt mã xác thực",
    AccountEventKind.SECOND_FACTOR_RESET: "Xoá mã xác thực để đặt lại",
    AccountEventKind.RECOVERY_CODES_MADE: "Tạo mã dự phòng mới",
    AccountEventKind.RECOVERY_CODE_USED: "Dùng một mã dự phòng",
    AccountEventKind.SESSIONS_ENDED: "Kết thúc phiên đăng nhập",
    AccountEventKind.DISABLED: "Khoá tài khoản",
    AccountEventKind.ENABLED: "Mở khoá tài khoản",
    AccountEventKind.DETACHED: "Gỡ tài khoản khỏi trường",
    AccountEventKind.KEY_MADE: "Tạo mã truy cập cho hệ thống khác",
    AccountEventKind.KEY_ENDED: "Kết thúc mã truy cập",
    AccountEventKind.HISTORY_READ: "Xem lịch sử kĩ thuật của các quy trình",
}
