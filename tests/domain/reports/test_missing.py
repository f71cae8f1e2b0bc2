"""What is said about a pupil's personal id."""

from datetime import date

from domain.identity import FindingCode, Sex, make_personal_id
from domain.reports.missing import id_problems

BORN = date(2020, 5, 3)
GOOD = make_personal_id("079", Sex.MALE, BORN, 42)


def test_an_id_that_is_not_there_is_always_said() -> None:
    assert id_problems("", Sex.MALE, BORN, ()) == ("Chưa có số định danh cá nhân.",)
    assert id_problems("", Sex.MALE, BORN, {FindingCode.MALFORMED}) == ("Chưa có số định danh cá nhân.",)


def test_a_good_id_is_no_problem() -> None:
    assert id_problems(GOOD, Sex.MALE, BORN, set(FindingCode)) == ()


def test_only_what_nobody_has_settled_is_said() -> None:
    doubtful = date(2019, 5, 3)
    codes = {FindingCode.SEX_MISMATCH.value, FindingCode.BIRTH_YEAR_MISMATCH.value}
    assert id_problems(GOOD, Sex.FEMALE, doubtful, codes) == (
        "Số định danh cho biết giới tính Nam, hồ sơ ghi Nữ.",
        "Hai số cuối năm sinh trong số định danh là 20, hồ sơ ghi năm 2019.",
    )
    assert len(id_problems(GOOD, Sex.FEMALE, doubtful, {FindingCode.SEX_MISMATCH.value})) == 1
    assert id_problems(GOOD, Sex.FEMALE, doubtful, ()) == ()
