"""Dates as people type them: day before month, whole years, days that exist."""

from datetime import date, datetime, time, timedelta

import pytest

from domain.errors import Invalid
from interchange.dates import read_date
from interchange.sheets import cell_text
from interchange.spreadsheet.workbook import CellValue

DAY = date(2017, 5, 3)


@pytest.mark.parametrize(
    "value",
    [
        DAY,
        datetime(2017, 5, 3, 7, 30),  # noqa: DTZ001
        "03/05/2017",
        "3/5/2017",
        "03-05-2017",
        "03.05.2017",
        " 03 / 05 / 2017 ",
        "03/05/2017 00:00:00",
        "2017-05-03",
        "2017-05-03T00:00:00.000",
        "2017/05/03",
        "Ngày 3 tháng 5 năm 2017",
        "3 tháng 05 năm 2017",
        "03/05/2017\u200b",
    ],
)
def test_a_date_is_read_in_any_of_its_forms(value: CellValue) -> None:
    found = read_date(value, cell_text(value))
    assert (found.value, found.doubt) == (DAY, "")


@pytest.mark.parametrize(
    ("value", "expected", "doubt"),
    [
        ("03/05/17", DAY, "hai chữ số"),
        ("3-5-75", date(1975, 5, 3), "hai chữ số"),
        (42858.0, DAY, "dạng số 42858"),
        (42858.25, DAY, "dạng số 42858"),
    ],
)
def test_what_had_to_be_guessed_is_for_review(value: CellValue, expected: date, doubt: str) -> None:
    found = read_date(value, cell_text(value))
    assert found.value == expected
    assert doubt in found.doubt
    assert f"{expected:%d/%m/%Y}" in found.doubt


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("31/02/2017", "không phải là ngày có trong lịch"),
        ("29/02/2019", "không phải là ngày có trong lịch"),
        ("05/13/2017", "không phải là ngày có trong lịch"),
        ("00/05/2017", "không phải là ngày có trong lịch"),
        ("01/01/0000", "không phải là ngày có trong lịch"),
        ("5/2017", "cần dạng ngày/tháng/năm"),
        ("2017", "cần dạng ngày/tháng/năm"),
        (2017.0, "cần dạng ngày/tháng/năm"),
        (20170503.0, "cần dạng ngày/tháng/năm"),
        ("03052017", "cần dạng ngày/tháng/năm"),
        ("hôm qua", "cần dạng ngày/tháng/năm"),
        (time(7, 30), "cần dạng ngày/tháng/năm"),
        (timedelta(days=3), "cần dạng ngày/tháng/năm"),
        (float("inf"), "cần dạng ngày/tháng/năm"),
        (float("nan"), "cần dạng ngày/tháng/năm"),
        (True, "cần dạng ngày/tháng/năm"),
    ],
)
def test_what_is_no_date_is_refused(value: CellValue, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_date(value, cell_text(value))
