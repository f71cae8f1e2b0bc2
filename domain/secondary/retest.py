"""Which subjects may be re-tested in summer, and the year after it (Circular 22/2021/TT-BGDĐT art. 14)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from domain.assessment import SubjectKind
from domain.errors import Invalid
from domain.rules.thresholds import SecondaryRules
from domain.secondary.levels import PassLevel, SubjectMark

RetestResult: TypeAlias = Decimal | PassLevel


def retestable(rules: SecondaryRules, marks: Sequence[SubjectMark]) -> tuple[SubjectMark, ...]:
    """Return the subjects that a pupil whose learning result is Chưa đạt may be re-tested in."""
    return tuple(mark for mark in marks if mark.counts and (mark.failed or _is_low(rules, mark)))


def _is_low(rules: SecondaryRules, mark: SubjectMark) -> bool:
    return mark.kind is SubjectKind.SCORED and mark.average is not None and mark.average < rules.retest.below


def retested(
    rules: SecondaryRules, marks: Sequence[SubjectMark], results: Mapping[str, RetestResult]
) -> tuple[SubjectMark, ...]:
    """Put re-test results, by subject code, in the place of the year's; any of the subjects may be left out.

    Raises Invalid for a subject that may not be re-tested, or a result of the other kind.
    """
    allowed = {mark.code for mark in retestable(rules, marks)}
    if strangers := sorted(set(results) - allowed):
        names = {mark.code: mark.name for mark in marks}
        listed = ", ".join(names.get(code, code) for code in strangers)
        raise Invalid(f"Không được đánh giá lại: {listed}.")
    return tuple(with_result(mark, results[mark.code]) if mark.code in results else mark for mark in marks)


def with_result(mark: SubjectMark, result: RetestResult) -> SubjectMark:
    """The subject with what a re-test gave in place of the year's; raises Invalid for a result of the other kind."""
    if mark.kind is SubjectKind.SCORED and isinstance(result, Decimal):
        return replace(mark, average=result)
    if mark.kind is SubjectKind.COMMENT and isinstance(result, PassLevel) and result is not PassLevel.M:
        return replace(mark, passed=result)
    raise Invalid(f"Kết quả đánh giá lại môn {mark.name} không đúng kiểu: {mark.kind.label.lower()}.")
