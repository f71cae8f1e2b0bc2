"""What the signing package refuses, in words fit for the signer."""

from domain.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound


class WrongPassphrase(NotAllowed):
    """The passphrase does not open the key."""

    code = "WrongPassphrase"

    def __init__(self) -> None:
        super().__init__("Mật khẩu chữ ký không đúng.")


class KeyMissing(NotFound):
    """There is no key under this reference, or its file cannot be read."""

    code = "KeyMissing"

    def __init__(self) -> None:
        super().__init__("Không tìm thấy khoá ký của người này.")


class KeyLocked(NotAllowed):
    """The token or account locked itself after too many wrong tries."""

    code = "KeyLocked"

    def __init__(self) -> None:
        super().__init__("Thiết bị hoặc tài khoản ký số đã bị khoá vì nhập sai nhiều lần; hãy nhờ nơi cấp mở khoá.")


class ProviderUnavailable(DomainError):
    """The token, key service, time stamp or revocation service cannot be reached or gave no usable answer now."""

    code = "ProviderUnavailable"


class SigningRefused(Conflict):
    """The document may not take this signature: no such place, already signed, out of order, or sealed."""

    code = "SigningRefused"


class SigningFailed(DomainError):
    """A signature value or a document does not fit, so nothing was embedded."""

    code = "SigningFailed"


class Unreadable(Invalid):
    """The bytes are not a PDF that can be read strictly."""

    code = "Unreadable"


class AuthorityDamaged(DomainError):
    """The folder of the development authority holds only some of its files."""

    code = "AuthorityDamaged"
