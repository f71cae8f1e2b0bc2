"""Names to sign in with: what is written is folded, what is proposed comes from the person's name."""

import re
import unicodedata
from typing import Final

from domain.errors import Invalid

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{2,99}")
_MAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}")
_LONGEST_MAIL: Final = 254


def fold_login(text: str) -> str:
    """As it is compared: capitals and spaces around it do not matter."""
    return unicodedata.normalize("NFC", text).strip().lower()


def parse_login(text: str) -> str:
    """A name to sign in with. Raises Invalid."""
    login = fold_login(text)
    if _LOGIN.fullmatch(login) is None:
        raise Invalid("Tên đăng nhập có từ 3 ký tự: chữ không dấu, số, dấu chấm, gạch ngang hoặc một địa chỉ thư.")
    return login


def parse_mail(text: str) -> str:
    """A mail address, or nothing. Raises Invalid."""
    mail = fold_login(text)
    if mail and (len(mail) > _LONGEST_MAIL or _MAIL.fullmatch(mail) is None):
        raise Invalid("Địa chỉ thư điện tử chưa đúng dạng, ví dụ: ten@truong.edu.vn.")
    return mail


def proposed_login(full_name: str) -> str:
    """Given name, then the first letters of the others: "Nguyễn Thị Ánh" becomes "anh.nt"."""
    marks = unicodedata.normalize("NFD", full_name.lower().replace("đ", "d"))
    words = re.sub(r"[^a-z0-9 ]", "", "".join(each for each in marks if not unicodedata.combining(each))).split()
    if not words:
        return "nguoi.dung"
    *first, given = words
    return ".".join(part for part in (given, "".join(word[0] for word in first)) if part).ljust(3, "0")
