"""Which passwords may be chosen."""

import pytest

from domain.errors import Invalid
from domain.passwords import check_new_password

ABOUT = ("lan.nt@truong.example", "Nguyễn Thị Lan")


@pytest.mark.parametrize("password", ["con mèo trèo cây cau", "trời xanh mây trắng", "correct horse", "kX9-vv2#Lq0z"])
def test_long_ones_that_follow_from_nothing_are_taken(password: str) -> None:
    check_new_password(password, ABOUT)


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("ngắn quá", "ít nhất 10"), ("x" * 201, "dài quá"), ("matkhau123456", "dễ đoán"), ("Mật khẩu@2026", "dễ đoán"),
        ("M@tKh@u2026!", "dễ đoán"), ("qwertyuiop12", "dễ đoán"), ("0987654321", "dễ đoán"),
        ("aaaaaaaaaaaa", "dễ đoán"),
        ("hocba-demo-2026", "dễ đoán"), ("Hocsinh@12345", "dễ đoán"), ("lan.nt-đẹp-nhất", "tên"),
        ("nguyen thi lan 8", "tên"),
    ],
)  # fmt: skip
def test_what_everybody_tries_first_is_not(password: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        check_new_password(password, ABOUT)
