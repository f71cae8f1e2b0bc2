"""What evidence records are refused for."""

from domain.errors import DomainError, Invalid


class EvidenceInvalid(Invalid):
    """The record cannot be read, or file, path and tokens do not fit together: it proves nothing."""

    code = "EvidenceInvalid"


class EvidenceExpired(DomainError):
    """Everything fits, but a token's certificate ended before the token was renewed: it proves nothing any more."""

    code = "EvidenceExpired"

    def __init__(self) -> None:
        super().__init__("Bằng chứng thời gian đã hết hiệu lực: dấu thời gian không được gia hạn trước khi hết hạn.")
