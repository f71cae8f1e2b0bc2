"""Long lists of names are told in short."""

from domain.naming import few


def test_many_names_are_counted() -> None:
    assert few(["a", "b", "c"]) == "a, b, c"
    assert few(["a", "b", "c", "d", "e"]) == "a, b, c và 2 mục khác"
