"""Our words in the codes of the Ministry's lists."""

from pathlib import Path

import pytest

from domain.curriculum import curriculum_for
from domain.errors import Invalid, NotFound
from domain.ethnicities import ETHNICITIES
from domain.identity import Sex
from interchange.national.codes import CodeList, load_codes
from interchange.national.fields import LAYOUTS, Field, Layout, Level

CODES = load_codes()
PRIMARY, SECONDARY = LAYOUTS[Level.PRIMARY], LAYOUTS[Level.SECONDARY]


def fits(field: Field, code: str) -> bool:
    allowed = field.rule.codes is None or code in field.rule.codes
    return allowed and len(code) <= (field.length or 0) and (field.shape is None or field.shape.matches(code))


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (CodeList.SEX, [PRIMARY.table.fields["gioitinh"]]),
        (CodeList.NATIONALITY, [PRIMARY.table.fields["quoctich"]]),
        (CodeList.ETHNICITY, [PRIMARY.table.fields["dantoc"]]),
        (CodeList.PROVINCE, [PRIMARY.table.fields["masogd"], PRIMARY.table.fields["noisinh_matinh"]]),
        (CodeList.PRIMARY_SUBJECT, [PRIMARY.parts["dsbangdiem"].fields["mamonhoc"]]),
        (CodeList.SECONDARY_SUBJECT, [SECONDARY.parts["bangdiem"].fields["mamonhoc"]]),
        (CodeList.SECONDARY_SUBJECT_NAME, [SECONDARY.parts["bangdiem"].fields["tenmonhoc"]]),
    ],
)
def test_every_code_of_a_list_fits_its_field(kind: CodeList, fields: list[Field]) -> None:
    codes = CODES.lists[kind].codes.values()
    assert all(fits(field, code) for field in fields for code in codes)
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("grade", range(1, 13))
def test_every_grade_has_a_code_that_fits(grade: int) -> None:
    layout = PRIMARY if grade <= 5 else SECONDARY
    assert fits(layout.table.fields["makhoi"], CODES.code(CodeList.GRADE, str(grade)))


@pytest.mark.parametrize(
    ("layout", "level"), [(PRIMARY, "primary"), (SECONDARY, "lower_secondary"), (SECONDARY, "upper_secondary")]
)
def test_every_school_level_has_a_code_that_fits(layout: Layout, level: str) -> None:
    assert fits(layout.table.fields["macaphoc"], CODES.code(CodeList.SCHOOL_LEVEL, level))


def test_a_circular_is_written_as_short_as_the_record_asks() -> None:
    assert fits(PRIMARY.table.fields["thongtu"], CODES.code(CodeList.CIRCULAR, curriculum_for(1).rules.circular))
    assert fits(SECONDARY.table.fields["thongtu"], CODES.code(CodeList.CIRCULAR, "22/2021/TT-BGDĐT"))


def test_every_subject_that_is_taught_has_a_code() -> None:
    taught = curriculum_for(1, optional=("ngoai_ngu_1",)).subjects
    assert all(CODES.code(CodeList.PRIMARY_SUBJECT, subject.code) for subject in taught)


def test_everybody_in_a_roster_has_codes() -> None:
    assert [CODES.code(CodeList.SEX, sex.value) for sex in Sex] == ["1", "2"]
    assert all(CODES.code(CodeList.ETHNICITY, name) == code for name, code in ETHNICITIES.items())
    assert CODES.code(CodeList.NATIONALITY, "Việt Nam") == "VN"


def test_a_word_that_a_list_does_not_have_is_named() -> None:
    with pytest.raises(NotFound, match="chưa có mã quốc tịch cho “Lào”"):
        CODES.code(CodeList.NATIONALITY, "Lào")


def test_lists_that_are_not_the_ministrys_own_are_said() -> None:
    assert set(CodeList) - set(CODES.unconfirmed) == {CodeList.SEX, CodeList.NATIONALITY}


def test_an_office_replaces_single_lists(tmp_path: Path) -> None:
    own = tmp_path / "codes.toml"
    own.write_text(
        '[primary_subject]\nconfirmed = true\nnote = "danh mục"\ncodes = { toan = "02" }\n', encoding="utf-8"
    )
    codes = load_codes(own)
    assert codes.code(CodeList.PRIMARY_SUBJECT, "toan") == "02"
    assert CodeList.PRIMARY_SUBJECT not in codes.unconfirmed
    assert codes.code(CodeList.GRADE, "1") == CODES.code(CodeList.GRADE, "1")
    with pytest.raises(NotFound):
        codes.code(CodeList.PRIMARY_SUBJECT, "tieng_viet")


@pytest.mark.parametrize("text", ["=", '[khac]\nconfirmed = true\nnote = ""\ncodes = {}', "[grade]\ncodes = 1"])
def test_a_file_that_is_no_code_list_is_refused(text: str, tmp_path: Path) -> None:
    own = tmp_path / "codes.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match=r"codes\.toml"):
        load_codes(own)
    with pytest.raises(Invalid):
        load_codes(tmp_path / "absent.toml")
