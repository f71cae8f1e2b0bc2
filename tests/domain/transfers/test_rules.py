"""Which rule deals with a request, and what each rule says: the numbers of guide and circulars, at their borders."""

from datetime import date, timedelta

import pytest

from domain.errors import Invalid
from domain.rules.school_levels import SchoolLevel
from domain.transfers.rules import Certainty, Limit, Origin, Step, TransferCase, WindowRule, rule_for, transfer_rules
from domain.transfers.states import TransferState

LAST_OLD, FIRST_NEW = date(2026, 5, 9), date(2026, 5, 10)
PRIMARY, LOWER, UPPER = SchoolLevel.PRIMARY, SchoolLevel.LOWER_SECONDARY, SchoolLevel.UPPER_SECONDARY
SAME, OTHER, ABROAD = Origin.SAME_PROVINCE, Origin.OTHER_PROVINCE, Origin.ABROAD


@pytest.mark.parametrize(
    ("level", "before"), [(PRIMARY, "tt28-2020/1"), (LOWER, "qd51-2002/1"), (UPPER, "qd51-2002/1")]
)
def test_the_day_of_the_request_decides_which_rule_holds(level: SchoolLevel, before: str) -> None:
    assert rule_for(level, LAST_OLD).version == before
    assert rule_for(level, FIRST_NEW).version == "tt15-2026/1"
    assert rule_for(level, date(2030, 1, 1)).version == "tt15-2026/1"


@pytest.mark.parametrize("level", list(SchoolLevel))
def test_before_the_first_rule_there_is_none(level: SchoolLevel) -> None:
    first = min(rule.effective_from for rule in transfer_rules() if level in rule.levels)
    assert rule_for(level, first)
    with pytest.raises(Invalid, match="Chưa có quy định chuyển trường"):
        rule_for(level, first - timedelta(days=1))


@pytest.mark.parametrize(
    ("level", "day", "origin", "limits"),
    [
        (PRIMARY, LAST_OLD, SAME, {"answer": 3, "release": 3, "placement": 3}),
        (PRIMARY, LAST_OLD, OTHER, {"answer": 3, "release": 3, "placement": 3}),
        (PRIMARY, LAST_OLD, ABROAD, {"placement": 7}),
        (LOWER, LAST_OLD, SAME, {}),
        (UPPER, LAST_OLD, OTHER, {}),
        (UPPER, LAST_OLD, ABROAD, {}),
        *((level, FIRST_NEW, SAME, {"answer": 5, "release": 3, "placement": 5}) for level in SchoolLevel),
        *((level, FIRST_NEW, OTHER, {"answer": 8, "release": 3, "placement": 5}) for level in SchoolLevel),
        *((level, FIRST_NEW, ABROAD, {}) for level in SchoolLevel),
    ],
)
def test_the_limits_of_each_level(level: SchoolLevel, day: date, origin: Origin, limits: dict[str, int]) -> None:
    case = TransferCase(day, level, origin)
    assert {limit.step.value: limit.days for limit in case.limits} == limits


def test_each_step_is_counted_from_what_goes_before_it() -> None:
    case = TransferCase(FIRST_NEW, UPPER, SAME)
    assert {limit.step: limit.counted_from for limit in case.limits} == {
        Step.ANSWER: TransferState.REQUESTED,
        Step.RELEASE: TransferState.ACCEPTED,
        Step.PLACEMENT: TransferState.RECEIVED,
    }


def test_every_value_has_a_source_and_says_how_sure_it_is() -> None:
    for rule in transfer_rules():
        assert rule.unverified
        assert rule.title
        values: list[Limit | WindowRule] = [*rule.limits, *([rule.window] if rule.window else [])]
        assert all(rule.circular.split("/")[0] in value.source for value in values)
        assert all(value.certainty in set(Certainty) for value in values)


@pytest.mark.parametrize(
    ("level", "day", "origin", "codes"),
    [
        (PRIMARY, LAST_OLD, SAME, ["request", "report_book", "progress"]),
        (LOWER, LAST_OLD, SAME, ["request", "report_book", "introduction"]),
        (UPPER, LAST_OLD, OTHER, ["request", "report_book", "introduction", "authority_introduction", "admission"]),
        *((level, FIRST_NEW, origin, ["request", "summary"]) for level in SchoolLevel for origin in (SAME, OTHER)),
    ],
)
def test_the_papers_that_are_asked_for(level: SchoolLevel, day: date, origin: Origin, codes: list[str]) -> None:
    assert [paper.code for paper in TransferCase(day, level, origin).dossier] == codes


def test_a_pupil_with_an_individual_plan_brings_it_too() -> None:
    for day in (LAST_OLD, FIRST_NEW):
        case = TransferCase(day, PRIMARY, SAME, has_individual_plan=True)
        assert case.dossier[-1].name == "Kế hoạch giáo dục cá nhân"


def test_a_regulation_is_named_by_its_kind_and_number() -> None:
    assert {rule.citation for rule in transfer_rules()} == {
        "Thông tư số 15/2026/TT-BGDĐT", "Thông tư số 28/2020/TT-BGDĐT", "Quyết định số 51/2002/QĐ-BGDĐT",
    }  # fmt: skip
