"""The published field list as the program has it: complete, labelled, and every rule used and sourced."""

import tomllib
from dataclasses import fields as members
from pathlib import Path

import pytest

from interchange.national import fields
from interchange.national.fields import LABELS, LAYOUTS, RULES, ExactlyOne, Field, Kind, Level, Need, Rule
from tests.interchange.national.samples import COLUMNS

NAMES = {field.name for _, _, field in COLUMNS}


def own(level: Level, name: str, part: str = "") -> Field:
    layout = LAYOUTS[level]
    return (layout.parts[part] if part else layout.table).fields[name]


def test_every_row_of_the_list_is_a_field() -> None:
    rows = (Path(fields.__file__).parent / "fields.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(COLUMNS) == len(rows) == 217


@pytest.mark.parametrize(
    ("level", "table", "parts"),
    [
        (Level.PRIMARY, "thongtinsohocbasotieuhoc", {"quatrinhhoctap", "dsbangdiem"}),
        (Level.SECONDARY, "thongtinsohocbasothcsthpt", {"quatrinhhoctap", "bangdiem", "chungchi"}),
    ],
)
def test_each_level_has_its_record_and_child_tables(level: Level, table: str, parts: set[str]) -> None:
    assert LAYOUTS[level].table.name == table
    assert LAYOUTS[level].parts.keys() == parts


@pytest.mark.parametrize(
    ("name", "kind", "length", "need"),
    [
        ("hovaten", Kind.TEXT, 150, Need.ALWAYS),
        ("trichluc", Kind.BOOLEAN, None, Need.ALWAYS),
        ("ngaytao", Kind.TEXT, None, Need.ALWAYS),
        ("phienban", Kind.INTEGER, None, Need.ALWAYS),
        ("sobuoinghi", Kind.NUMBER, None, Need.NEVER),
        ("canam", Kind.TEXT, 2, Need.UNLESS_WAIVED),
        ("renluyencanam", Kind.TEXT, 2, Need.ALWAYS),
    ],
)
def test_a_field_has_the_type_length_and_need_of_the_list(
    name: str, kind: Kind, length: int | None, need: Need
) -> None:
    field = own(Level.SECONDARY, name)
    assert (field.kind, field.length, field.need) == (kind, length, need)


def test_a_field_may_differ_between_the_two_records() -> None:
    lengths = [own(level, "thongtu").length for level in Level]
    assert lengths == [10, 30]
    assert [own(level, "soddcngvcn").need for level in Level] == [Need.ALWAYS, Need.NEVER]


def test_only_two_competencies_may_be_empty_without_a_condition() -> None:
    traits = [field for _, _, field in COLUMNS if field.name.startswith(("nangluc", "phamchat"))]
    assert len(traits) == 15
    assert {each.name for each in traits if each.need is Need.NEVER} == {"nangluccongnghe", "nangluctinhoc"}
    assert {each.need for each in traits} == {Need.NEVER, Need.UNLESS_WAIVED}


def test_every_field_has_a_label_and_no_label_is_left_over() -> None:
    assert LABELS.fields.keys() == NAMES
    assert LABELS.parts.keys() == {part for layout in LAYOUTS.values() for part in layout.parts}


def test_every_rule_speaks_of_fields_that_exist() -> None:
    known = NAMES | {f"{LAYOUTS[level].table.name}{part and '_'}{part}.{field.name}" for level, part, field in COLUMNS}
    ruled = [name for rule in RULES.rule for name in rule.fields]
    assert set(ruled) <= known
    assert len(ruled) == len(set(ruled))


def test_every_rule_says_where_it_stands() -> None:
    assert all(rule.source for rule in RULES.rule)
    assert all(group.source for group in RULES.exactly_one)


def test_a_rule_has_no_part_that_the_program_does_not_know() -> None:
    written = tomllib.loads((Path(fields.__file__).parent / "rules.toml").read_text(encoding="utf-8"))
    known = {each.name for each in members(Rule)}
    assert {part for rule in written["rule"] for part in rule} <= known
    assert {part for rule in written["exactly_one"] for part in rule} <= {each.name for each in members(ExactlyOne)}


def test_every_code_fits_its_field() -> None:
    coded = [field for _, _, field in COLUMNS if field.rule.codes]
    assert len(coded) == 37
    assert all(len(code) <= (field.length or 0) for field in coded for code in field.rule.codes or ())


def test_what_tells_the_rows_of_a_child_table_apart_is_in_the_table() -> None:
    for layout in LAYOUTS.values():
        assert all(set(table.identity) <= table.fields.keys() and table.identity for table in layout.parts.values())


def test_the_codes_of_results_are_those_of_the_description() -> None:
    results = [field for _, _, field in COLUMNS if "theo danh mục: T" in field.description]
    assert len(results) == 24
    for field in results:
        codes = {code: name for code, name in (field.rule.codes or {}).items() if code != "M"}
        assert all(f"{code} – {name}" in field.description for code, name in codes.items())
        assert len(codes) == field.description.count("–")
