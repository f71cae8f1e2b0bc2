"""Which passwords may be chosen: long ones that do not follow from the person or from what everybody tries first.

No rule of digits and capitals (NIST SP 800-63B): they make "Matkhau@123". Instead the words that guessing begins with
are taken out of the password, and enough must be left.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from domain.errors import Invalid

SHORTEST: Final = 10
LONGEST: Final = 200
_DISTINCT: Final = 5
_LEFT: Final = 5  # letters and digits that must be left once common words, names and years are taken out
_LOOK_ALIKES: Final = str.maketrans("@$€", "ase")
_COMMON: Final = (
    "matkhau", "password", "passw0rd", "passwd", "hocba", "hocbaso", "hocsinh", "giaovien", "hieutruong", "vanthu",
    "truonghoc", "truong", "tieuhoc", "thcs", "thpt", "giaoduc", "phonggd", "vietnam", "hanoi", "saigon", "hcm",
    "anhyeuem", "emyeuanh", "yeuem", "anhem", "giadinh", "iloveyou", "admin", "administrator", "welcome", "letmein",
    "dragon", "monkey", "football", "master", "login", "abc", "abcd", "xyz",
)  # fmt: skip
_ROWS: Final = (
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb",
)
_RUN: Final = 4
_YEAR: Final = re.compile(r"(19|20)\d\d")


def check_new_password(password: str, about: Iterable[str] = ()) -> None:
    """`about` are the person's names and logins. Raises Invalid, in words that say what to change."""
    if len(password) < SHORTEST:
        raise Invalid("Mật khẩu cần ít nhất 10 ký tự. Một câu ngắn dễ nhớ là tốt nhất.")
    if len(password) > LONGEST:
        raise Invalid("Mật khẩu dài quá 200 ký tự.")
    plain = _plain(password)
    parts = {part for text in about for part in _parts(text)}
    if any(part in plain for part in parts if len(part) >= _RUN):
        raise Invalid("Mật khẩu không được chứa tên hoặc tên đăng nhập của thầy/cô.")
    if len(set(plain)) < _DISTINCT or len(_without_common(plain, parts)) < _LEFT:
        raise Invalid("Mật khẩu này nhiều người dùng hoặc dễ đoán. Hãy chọn mật khẩu khác, ví dụ ghép vài từ bất kỳ.")


def _plain(text: str) -> str:
    """Small letters without marks, as "Mật khẩu" and "m@tkhau" are the same guess."""
    folded = unicodedata.normalize("NFD", text.casefold().translate(_LOOK_ALIKES)).replace("đ", "d")
    return "".join(sign for sign in folded if sign.isalnum())


def _parts(text: str) -> set[str]:
    """A login or a name as a whole, and the part of a mail address before its sign."""
    return {_plain(text), _plain(text.partition("@")[0])}


def _without_common(plain: str, parts: set[str]) -> str:
    left = _YEAR.sub("", plain)
    for word in sorted((*_COMMON, *parts), key=len, reverse=True):
        left = left.replace(word, "") if word else left
    return _without_runs(left)


def _without_runs(text: str) -> str:
    """Without rows of the keyboard, of the alphabet and of digits, read either way, and repeated signs."""
    left = re.sub(r"(.)\1{2,}", "", text)
    for row in (each[::step] for each in _ROWS for step in (1, -1)):
        for length in range(len(row), _RUN - 1, -1):
            for start in range(len(row) - length + 1):
                left = left.replace(row[start : start + length], "")
    return left
