"""Why a file gets no verdict."""

from domain.errors import DomainError
from signing.errors import Unreadable


class TooLarge(Unreadable):
    """More bytes, or more memory to read them, than any document of ours needs."""

    code = "TooLarge"

    def __init__(self) -> None:
        super().__init__("Tệp quá lớn, không phải văn bản của hệ thống.")


class TookTooLong(DomainError):
    """Verifying took more time than any document of ours needs."""

    code = "TookTooLong"

    def __init__(self) -> None:
        super().__init__(
            "Việc kiểm tra tệp mất quá nhiều thời gian nên đã bị dừng; tệp không phải văn bản của hệ thống."
        )
