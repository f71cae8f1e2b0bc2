"""The page for integrators names every column of our own, and every doubt."""

import re

import pytest

from config.settings import PROJECT

PAGE = (PROJECT / "docs" / "oneroster.md").read_text(encoding="utf-8")
PACKAGE = PROJECT / "interchange" / "oneroster"
SOURCES = "".join(file.read_text(encoding="utf-8") for file in sorted(PACKAGE.glob("*.py")))
OURS = sorted(set(re.findall(r'(?:\{OURS\}|ours\(")([a-zA-Z]+)', SOURCES)))


@pytest.mark.parametrize("column", OURS)
def test_a_column_of_our_own_is_explained(column: str) -> None:
    assert f"`{column}`" in PAGE


def test_a_doubt_in_the_data_is_a_doubt_on_the_page() -> None:
    marked = (PACKAGE / "specification.toml").read_text(encoding="utf-8").count("(?)") - 1  # the legend
    doubts = PAGE.split("## Not certain")[1].count("\n- ")
    assert marked == doubts == 7
    assert len(OURS) >= 12
