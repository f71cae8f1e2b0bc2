"""How the catalogue names what code fills into its sentences."""

import ast

import pytest

from tools.finished import patterns_of

NAMED = [
    ('f"Lớp {name}"', "Lớp %(name)s"),
    ('f"Mã học sinh {clash.pupil_code}: {clash.message}"', "Mã học sinh %(pupil_code)s: %(message)s"),
    ('f"Dòng có {len(cells)} ô"', "Dòng có %(count)s ô"),
    ("f\"Thiếu: {', '.join(missing)}.\"", "Thiếu: %(missing)s."),
    ("f\"Mã: {clash.message.removesuffix('.')} {rows[code].number}\"", "Mã: %(message)s"),
    ('f"Từ {low[0]} đến {low[-1]}, ngày {first:%d/%m/%Y}"', "Từ %(low)s đến %(low2)s, ngày %(first)s"),
    ('f"{seen}{more} và {few(names)} khác"', "%(seen)s và %(few)s khác"),
    ('f"Đủ {share}% phần"', "Đủ %(share)s%% phần"),
    ("f\"Đã {'xong' if done else 'gửi'}\"", "Đã %(value)s"),
]


@pytest.mark.parametrize(("written", "named"), NAMED)
def test_places_are_named_after_what_fills_them(written: str, named: str) -> None:
    assert list(patterns_of(ast.parse(written))) == [named]


def test_a_constant_is_said_with_what_it_fills_or_is_filled_with() -> None:
    module = '_SAVE = "hãy lưu lại"\n_LONG = "{} dài {} ký tự"\nf"Tệp cũ; {_SAVE}"\n_LONG.format(field.label, length)'
    assert list(patterns_of(ast.parse(module))) == [
        "Tệp cũ; %(save)s",
        "hãy lưu lại",
        "%(label)s dài %(length)s ký tự",
    ]


@pytest.mark.parametrize("written", ['f"BẢNG {name}"', 'f", dòng {row}"', 'f"l[ớo]p\\\\s{name}"', 'f"lớp {{}} {of}"'])
def test_headings_pieces_and_expressions_are_no_sentences(written: str) -> None:
    assert list(patterns_of(ast.parse(written))) == []
