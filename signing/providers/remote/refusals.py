"""What a CSC service says no to, as the person may read it.

Services answer with `error` and `error_description` (CSC API v1.0.4.0 section 9.2, v2.0.0.2 section 10.2). Most cases
are `invalid_request` and differ in the description alone. None of a service's own words is passed on: they could quote
what they were sent.
"""

import re
from collections.abc import Callable
from functools import partial

from domain.errors import DomainError
from signing.errors import KeyLocked, KeyMissing, ProviderUnavailable, WrongPassphrase
from signing.providers.base import Refused
from signing.providers.remote.https import Reply

SIGNER_REFUSED = "SignerRefused"
CONFIRMATION_EXPIRED = "ConfirmationExpired"
CONFIRM_AGAIN = "ConfirmAgain"
CERTIFICATE_NOT_VALID = "CertificateNotValid"
NOT_SUPPORTED = "ConfirmationNotSupported"
SERVICE_REFUSED = "ServiceRefused"

MESSAGES = {
    SIGNER_REFUSED: "Người ký đã từ chối xác nhận; chưa có văn bản nào được ký.",
    CONFIRMATION_EXPIRED: "Đã quá thời gian xác nhận; chưa có văn bản nào được ký.",
    CONFIRM_AGAIN: "Lần xác nhận này không còn hiệu lực; chưa có văn bản nào được ký, hãy ký và xác nhận lại.",
    CERTIFICATE_NOT_VALID: "Nơi cấp cho biết chứng thư số không còn hiệu lực.",
    NOT_SUPPORTED: "Tài khoản ký số này đòi một cách xác nhận mà hệ thống chưa hỗ trợ.",
    SERVICE_REFUSED: "Dịch vụ ký số từ chối yêu cầu ký; hãy báo cho người quản trị.",
}
ACCOUNT_REFUSED = "Dịch vụ ký số không chấp nhận tài khoản kết nối của hệ thống; hãy báo cho người quản trị."

_TOKEN_ERRORS = {"invalid_token", "expired_token", "invalid_client", "unauthorized_client", "invalid_scope"}
_UNAUTHORIZED = 401
_NOT_FOUND = 404


class ServiceRefusal(DomainError):
    """The service will not sign this; one of the codes above."""

    def __init__(self, code: str) -> None:
        super().__init__(MESSAGES[code])
        self.code = code

    def answer(self) -> Refused:
        return Refused(self.code, self.message)


# The first that matches "error description", in small letters, counts.
_REFUSALS: tuple[tuple[str, Callable[[], DomainError]], ...] = (
    (r"\b(b?lock|disabled\b)", KeyLocked),
    (r"\binvalid_(otp|pin|authentication_data)\b|\b(otp|pin|authentication data) is invalid", WrongPassphrase),
    (r"\b(otp|pin)\b.*\b(wrong|incorrect|expired)|\b(wrong|incorrect|invalid) (otp|pin)\b", WrongPassphrase),
    (r"\bcertificate\b", partial(ServiceRefusal, CERTIFICATE_NOT_VALID)),
    (r"\bsad\b|\bhandle\b|\brequestid\b", partial(ServiceRefusal, CONFIRM_AGAIN)),
    (r"\bcredentialid\b", KeyMissing),
    (r"\baccess_denied\b|denied|reject|declin|cancel", partial(ServiceRefusal, SIGNER_REFUSED)),
    (r"expired|timed? ?out", partial(ServiceRefusal, CONFIRMATION_EXPIRED)),
)


def refuses_account(reply: Reply) -> bool:
    """Whether it is our own access that was refused (RFC 6749 section 5.2, RFC 6750 section 3.1)."""
    return str(reply.body.get("error")) in _TOKEN_ERRORS


def refusal(reply: Reply, *, with_secret: bool) -> DomainError:
    """What a refused call means; `with_secret` if it carried what the person had typed."""
    if refuses_account(reply):
        return ProviderUnavailable(ACCOUNT_REFUSED)
    words = f"{reply.body.get('error')} {reply.body.get('error_description')}".lower()
    for pattern, error in _REFUSALS:
        if re.search(pattern, words):
            return error()
    if reply.status == _UNAUTHORIZED:
        return WrongPassphrase() if with_secret else ProviderUnavailable(ACCOUNT_REFUSED)
    return KeyMissing() if reply.status == _NOT_FOUND else ServiceRefusal(SERVICE_REFUSED)
