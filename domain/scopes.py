"""What a key for a system may be used for; each route of the interface names the scope that reaches it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    READ = "read"
    ENTER = "enter"
    ROSTERS = "rosters"
    DECIDE = "decide"
    SIGN = "sign"
    STORE = "store"


SCOPE_NAMES: Final[Mapping[Scope, str]] = {
    Scope.READ: "Xem tiến độ, danh sách, kết quả và báo cáo",
    Scope.ENTER: "Nhập điểm, mức đánh giá và nhận xét",
    Scope.ROSTERS: "Nhập danh sách lớp",
    Scope.DECIDE: "Mở sổ, gửi, rà soát, trả lại, tạm giữ, đổi hạn",
    Scope.SIGN: "Chuẩn bị và xác nhận lệnh ký",
    Scope.STORE: "Tra cứu học bạ trong kho học bạ số",
}
EVERY_SCOPE: Final = frozenset(Scope)
