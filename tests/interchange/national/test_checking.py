"""A record is checked field by field: each rule of the published list refuses, and names what it refuses."""

from collections.abc import Callable

import pytest

from interchange.national.checking import WAIVED, check
from interchange.national.fields import Field, Kind, Level, Need
from interchange.national.records import Value
from tests.interchange.national.samples import COLUMNS, SAMPLES, Column, with_value

BIRTH = ("thangnamsinh", "namsinh")  # a second birth date is refused in any case


def columns(chosen: Callable[[Field], object]) -> pytest.MarkDecorator:
    """Every field of every table that is chosen."""
    found = [each for each in COLUMNS if chosen(each.field)]
    ids = [f"{each.level}-{each.part}-{each.field.name}" for each in found]
    return pytest.mark.parametrize("column", found, ids=ids)


def refused(column: Column, value: Value) -> list[str]:
    """Why the value is refused, in the record's own row or the first child row; nothing else may be refused."""
    level, part, field = column
    found = check(with_value(SAMPLES[level], part, field.name, value), 12)
    assert {(each.field, each.label, each.row, each.child) for each in found} <= {
        (field.name, field.label, 12, 1 if part else None)
    }
    return [each.reason for each in found]


@pytest.mark.parametrize("level", Level)
def test_a_complete_record_is_accepted(level: Level) -> None:
    assert check(SAMPLES[level]) == ()


@pytest.mark.parametrize("empty", [None, ""])
@columns(lambda field: field.need is Need.ALWAYS)
def test_a_required_field_that_is_empty_is_named(column: Column, empty: Value) -> None:
    assert refused(column, empty) == ["bắt buộc nhưng đang trống"]


@columns(lambda field: field.need is Need.UNLESS_WAIVED)
def test_a_result_may_be_empty_only_for_a_pupil_who_is_not_assessed(column: Column) -> None:
    assert refused(column, None) == ["chỉ được để trống nếu là học sinh khuyết tật không đánh giá"]
    waived = with_value(SAMPLES[column.level], "", WAIVED, value=True)
    assert check(with_value(waived, column.part, column.field.name, None)) == ()


@columns(lambda field: field.need is Need.NEVER and field.name != "ngaythangnamsinh")
def test_a_field_that_is_not_required_may_be_empty(column: Column) -> None:
    assert refused(column, None) == []


@columns(lambda field: field.length and field.name not in BIRTH)
def test_a_text_that_is_one_character_too_long_is_refused(column: Column) -> None:
    length = column.field.length or 0
    assert refused(column, "Ề" * (length + 1)) == [f"dài {length + 1} ký tự, nhiều nhất {length} ký tự"]


@columns(lambda field: field.length and not field.rule.codes and not field.shape and field.name not in BIRTH)
def test_a_free_text_may_be_as_long_as_the_list_says(column: Column) -> None:
    assert refused(column, "Ề" * (column.field.length or 0)) == []


@columns(lambda field: field.name not in BIRTH)
def test_a_value_of_another_type_is_refused(column: Column) -> None:
    wrong: dict[Kind, tuple[Value, ...]] = {
        Kind.TEXT: (1, True, 2.5),
        Kind.BOOLEAN: (1, 0, "true"),
        Kind.INTEGER: (1.5, True, "1"),
        Kind.NUMBER: (True, "2"),
    }
    for value in wrong[column.field.kind]:
        (reason,) = refused(column, value)
        assert reason.startswith("phải là ")


@columns(lambda field: field.rule.codes)
def test_a_field_of_codes_takes_these_and_no_other(column: Column) -> None:
    codes = column.field.rule.codes or {}
    assert [code for code in codes if refused(column, code)] == []
    (reason,) = refused(column, "?")
    assert reason.startswith("“?” không có trong danh mục: ")
    assert all(f"{code} ({name})" in reason for code, name in codes.items())


@columns(lambda field: field.shape and field.name not in BIRTH)
def test_a_field_with_a_form_says_what_it_must_look_like(column: Column) -> None:
    (reason,) = refused(column, "?")
    assert column.field.shape is not None
    assert reason == f"phải {column.field.shape.says}"
