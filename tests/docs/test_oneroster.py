"""The page for integrators names every column of our own."""

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


def test_the_columns_are_found_in_the_code() -> None:
    assert {"homeroom", "studyTopics", "signaturePlan", "personalId", "validFrom", "orderNo"} <= set(OURS)
