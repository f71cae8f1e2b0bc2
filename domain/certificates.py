"""In which condition a certificate is, in words, and what is to be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.labelled import Labelled


class Condition(Labelled):
    MISSING = "missing", "Chưa có"
    REVOKED = "revoked", "Đã bị thu hồi"
    EXPIRED = "expired", "Đã hết hạn"
    SUSPENDED = "suspended", "Đang tạm dừng"
    EXPIRING = "expiring", "Sắp hết hạn"
    NOT_YET = "not_yet", "Chưa có hiệu lực"
    VALID = "valid", "Còn hiệu lực"
    REPLACED = "replaced", "Đã thay bằng chứng thư mới"


ADVICE: Final[Mapping[Condition, str]] = {
    Condition.MISSING: "Làm thủ tục xin cấp, rồi đăng ký với hệ thống trước khi đến hạn ký.",
    Condition.REVOKED: "Không ký được nữa. Xin cấp chứng thư số mới; chữ ký trước lúc thu hồi vẫn có giá trị.",
    Condition.EXPIRED: "Không ký được nữa. Xin gia hạn hoặc cấp mới; chữ ký đã có vẫn có giá trị.",
    Condition.SUSPENDED: "Chưa ký được. Hỏi nơi cấp vì sao tạm dừng và khi nào dùng lại được.",
    Condition.EXPIRING: "Xin gia hạn hoặc cấp mới ngay, để không lỡ hạn ký.",
    Condition.NOT_YET: "Chờ đến ngày bắt đầu có hiệu lực.",
    Condition.VALID: "Không phải làm gì.",
    Condition.REPLACED: "Không phải làm gì: đã có chứng thư số mới.",
}
# With which of them their owner signs today.
USABLE: Final = frozenset({Condition.VALID, Condition.EXPIRING})
TROUBLED: Final = frozenset({Condition.MISSING, Condition.REVOKED, Condition.EXPIRED, Condition.SUSPENDED})


@dataclass(frozen=True)
class CertificateLine:
    """A certificate of a school or one of its people, or that there is none; `owner` is "" for the school's own."""

    owner: str
    staff_id: UUID | None
    condition: Condition
    signs_for: tuple[str, ...] = ()
    not_before: datetime | None = None
    not_after: datetime | None = None
    days_left: int = 0
    checked_at: datetime | None = None
    provider: str = ""

    @property
    def advice(self) -> str:
        return ADVICE[self.condition]
