"""One province under the names that people write."""

import pytest

from domain.provinces import is_same_province


@pytest.mark.parametrize(
    "name",
    ["TP.HCM", "TP HCM", "TPHCM", "Thành phố Hồ Chí Minh", "TP. Hồ Chí Minh", "tp.hồ chí minh", " Hồ  Chí Minh "],
)
def test_the_city_has_many_names(name: str) -> None:
    assert is_same_province(name, "Thành phố Hồ Chí Minh")


@pytest.mark.parametrize(
    ("one", "other"),
    [("Tỉnh Đồng Nai", "Đồng nai"), ("Thừa Thiên - Huế", "Thành phố Huế"), ("Bà Rịa – Vũng Tàu", "Bà Rịa - Vũng Tàu")],
)
def test_signs_and_kinds_of_place_do_not_matter(one: str, other: str) -> None:
    assert is_same_province(one, other)


@pytest.mark.parametrize(("one", "other"), [("Hà Nội", "Hà Nam"), ("TP.HCM", "Tỉnh Đồng Nai"), ("Hà Nội", "")])
def test_others_differ(one: str, other: str) -> None:
    assert not is_same_province(one, other)
