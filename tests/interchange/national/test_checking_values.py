"""What particular fields take and refuse, and how a refusal is worded."""

import unicodedata
from dataclasses import replace

import pytest

from interchange.national.checking import check
from interchange.national.fields import Level
from interchange.national.records import NationalRecord, Value
from tests.interchange.national.samples import SAMPLES, with_value

PRIMARY, SECONDARY = SAMPLES[Level.PRIMARY], SAMPLES[Level.SECONDARY]


def said(record: NationalRecord, row: int | None = None) -> list[str]:
    return [each.message for each in check(record, row)]


@pytest.mark.parametrize(
    ("level", "part", "name", "taken", "refused"),
    [
        (Level.PRIMARY, "", "namhoc", ["2025-2026"], ["2025-2027", "2025 - 2026", "2025–2026", "25-26"]),
        (Level.PRIMARY, "", "ngaytao", ["2024-02-29"], ["2026-02-29", "20260531", "31/05/2026", "2026-05-31T00:00:00"]),
        (
            Level.PRIMARY,
            "",
            "thoigiancapnhat",
            ["2026-05-31T23:59:59"],
            [
                "2026-05-31",
                "2026-05-31 08:00:00",
                "2026-05-31T08:00:00Z",
                "2026-05-31T08:00:00.5",
                "2026-05-31T24:00:00",
            ],
        ),
        (Level.PRIMARY, "", "macaphoc", ["02"], ["2", "03"]),
        (Level.SECONDARY, "", "macaphoc", ["03", "04"], ["02"]),
        (Level.PRIMARY, "", "makhoi", ["1", "05"], ["0", "06", "6"]),
        (Level.SECONDARY, "", "makhoi", ["6", "09", "12"], ["5", "13", "00"]),
        (Level.PRIMARY, "", "soddcngvcn", ["079088000002"], ["79088000002", "07908800000A", "٠٧٩٠٨٨٠٠٠٠٠٢"]),
        (Level.PRIMARY, "", "sodinhdanh", ["079317000001", "B1234567"], []),
        (Level.PRIMARY, "", "dantoc", ["01", "055"], ["1", "Kinh"]),
        (Level.PRIMARY, "", "quoctich", ["VN"], ["vn", "V"]),
        (Level.PRIMARY, "dsbangdiem", "mucdatduoc", ["T", "H", "C", "M"], ["Đ", "t"]),
        (Level.PRIMARY, "dsbangdiem", "diemkiemtradinhky", ["0", "10", "M"], ["8.5", "11", "Đ", "-1"]),
        (
            Level.SECONDARY,
            "bangdiem",
            "diemcanam",
            ["0", "8.5", "10", "10.0", "Đ", "CĐ", "M"],
            ["8,5", "10.5", "8.55", "K"],
        ),
        (Level.SECONDARY, "", "canam", ["T", "K", "Đ", "CĐ"], ["C", "D"]),
        (Level.SECONDARY, "", "sobuoinghi", [1, 2.5, 300], [0, 0.5, 300.5, float("nan"), float("inf")]),
        (Level.PRIMARY, "", "phienban", [1, 2**31 - 1, -1], [0, 2**31]),
        (Level.SECONDARY, "quatrinhhoctap", "ngaytrangthaichuyenden", ["2025-09-05"], ["05/09/2025", "2025-9-5"]),
    ],
)
def test_a_field_takes_what_its_rule_says(
    level: Level, part: str, name: str, taken: list[Value], refused: list[Value]
) -> None:
    assert [value for value in taken if check(with_value(SAMPLES[level], part, name, value))] == []
    assert [value for value in refused if not check(with_value(SAMPLES[level], part, name, value))] == []


@pytest.mark.parametrize(
    ("name", "taken", "refused"), [("thangnamsinh", "2015-06", "2015-13"), ("namsinh", "2015", "215")]
)
def test_a_birth_date_comes_in_exactly_one_precision(name: str, taken: str, refused: str) -> None:
    without = with_value(PRIMARY, "", "ngaythangnamsinh", None)
    group = "cần đúng một trong ba: ngày tháng năm sinh, tháng năm sinh, năm sinh"
    assert check(with_value(without, "", name, taken)) == ()
    assert [each.field for each in check(with_value(without, "", name, refused))] == [name]
    assert [each.reason for each in check(without)] == [group]
    assert [each.reason for each in check(with_value(PRIMARY, "", name, taken))] == [group]


def test_a_refusal_names_the_pupil_the_field_and_what_people_call_it() -> None:
    record = with_value(PRIMARY, "", "hovaten", None)
    assert said(record, 12) == ["Dòng 12, trường hovaten (Họ và tên): bắt buộc nhưng đang trống."]
    assert said(record) == ["Trường hovaten (Họ và tên): bắt buộc nhưng đang trống."]


def test_a_refusal_in_a_child_row_names_its_table_and_number() -> None:
    first, *others = PRIMARY.children["dsbangdiem"]
    rows = (*others, {**first, "mucdatduoc": "A"})
    (refusal,) = check(replace(PRIMARY, children={**PRIMARY.children, "dsbangdiem": rows}), 3)
    assert (refusal.table, refusal.field, refusal.row, refusal.child) == (
        "thongtinsohocbasotieuhoc_dsbangdiem",
        "mucdatduoc",
        3,
        3,
    )
    assert refusal.message.startswith("Dòng 3, mục 3 của bảng điểm, trường mucdatduoc (Mức đạt được): “A” không có")


def test_everything_that_is_wrong_is_said_at_once() -> None:
    record = with_value(PRIMARY, "", "hovaten", None)
    record = with_value(record, "", "gioitinh", "9")
    record = with_value(record, "dsbangdiem", "mamonhoc", "TOÁN")
    assert [each.field for each in check(record)] == ["hovaten", "gioitinh", "mamonhoc"]


@pytest.mark.parametrize("part", ["", "dsbangdiem"])
def test_a_field_that_the_table_does_not_have_is_refused(part: str) -> None:
    (refusal,) = check(with_value(PRIMARY, part, "chieucao", "120"))
    assert refusal.reason == f"không có trong bảng {refusal.table}"


def test_a_child_table_that_the_record_does_not_have_is_refused() -> None:
    record = replace(PRIMARY, children={**PRIMARY.children, "chungchi": SECONDARY.children["chungchi"]})
    assert said(record, 1) == ["Dòng 1, trường chungchi: không phải là bảng con của thongtinsohocbasotieuhoc."]


@pytest.mark.parametrize("text", ["a\x00b", "a\x1fb", "\ufffe", "\ud800", unicodedata.normalize("NFD", "Nguyễn Ý")])
def test_a_text_that_not_every_form_can_carry_is_refused(text: str) -> None:
    (refusal,) = check(with_value(PRIMARY, "", "hovaten", text))
    assert "NFC" in refusal.reason


def test_white_space_is_no_value() -> None:
    assert said(with_value(PRIMARY, "", "hotencha", " \n")) == ["Trường hotencha (Họ và tên cha): chỉ có khoảng trắng."]


def test_an_empty_value_is_no_value() -> None:
    record = with_value(PRIMARY, "", "hotencha", "")
    assert record == with_value(PRIMARY, "", "hotencha", None)
    assert check(record) == ()


def test_a_long_wrong_value_is_cut_in_the_message() -> None:
    record = with_value(PRIMARY, "", "trangthaithongtinhocba", "x" * 30)
    assert said(record)[0].count("x") == 20
