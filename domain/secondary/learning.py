"""The learning result of a term or a year (Circular 22/2021/TT-BGDĐT art. 9 clauses 2 and 3), with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from domain.rules.thresholds import LearningBar, SecondaryRules
from domain.secondary.levels import MeritLevel, SubjectMark, average_label
from domain.secondary.standing import Standing, few

REASON_LIMIT: Final = 400  # characters: the record has no room for more
_LEVELS: Final = tuple(MeritLevel)
_TARGETS: Final = (MeritLevel.T, MeritLevel.K)  # art. 9 clause 3: points a and b of clause 2
_NAMED: Final = (3, 2, 1)


@dataclass(frozen=True)
class Judged:
    """`base_level` is the level before the raise of clause 3; None: a disabled pupil who is not assessed."""

    level: MeritLevel | None
    base_level: MeritLevel | None
    reason: str
    rule_version: str


class _Raise(NamedTuple):
    """The level that one subject alone keeps the pupil from."""

    target: MeritLevel
    subject: str


def learning_level(rules: SecondaryRules, marks: Sequence[SubjectMark], *, assessment_waived: bool = False) -> Judged:
    """Judge the results of a term, or those of the year; exempt subjects leave the rule.

    Raises Incomplete naming the subjects without result, Invalid if no subject counts.
    """
    if assessment_waived:
        return Judged(None, None, _not_assessed(rules), rules.version)
    pupil = Standing.of(marks)
    base = _base(rules, pupil)
    raised = _raised(rules, pupil, base)
    level = _next_up(base) if raised else base
    return Judged(level, base, _reason(rules, pupil, base, raised), rules.version)


def _not_assessed(rules: SecondaryRules) -> str:
    article = f"Thông tư {rules.circular}, {rules.disabled.source}"
    return f"Học sinh khuyết tật không đánh giá: không xếp mức kết quả học tập ({article})."


def _base(rules: SecondaryRules, pupil: Standing) -> MeritLevel:
    for code, bar in rules.learning.items():
        if pupil.meets(bar):
            return MeritLevel(code)
    return MeritLevel.CD


def _raised(rules: SecondaryRules, pupil: Standing, base: MeritLevel) -> _Raise | None:
    for target in _TARGETS:
        if _LEVELS.index(base) - _LEVELS.index(target) >= rules.adjustment.levels_below:
            subject = pupil.kept_below_by(rules.learning[target])
            if subject:
                return _Raise(target, subject)
    return None


def _next_up(level: MeritLevel) -> MeritLevel:
    return _LEVELS[_LEVELS.index(level) - 1]


def _reason(rules: SecondaryRules, pupil: Standing, base: MeritLevel, raised: _Raise | None) -> str:
    """Name as many subjects as there is room for."""
    reason = ""
    for named in _NAMED:
        standing = _standing(rules, pupil, base, named)
        reason = f"{_adjustment(rules, base, raised)} Chưa điều chỉnh thì xếp {standing}" if raised else standing
        if len(reason) <= REASON_LIMIT:
            break
    return reason


def _adjustment(rules: SecondaryRules, base: MeritLevel, raised: _Raise) -> str:
    return (
        f"{_next_up(base).label}: được điều chỉnh từ mức {base.label} lên mức liền kề vì chỉ do một môn "
        f"({raised.subject}) mà thấp hơn mức {raised.target.label} từ {rules.adjustment.levels_below} mức trở lên "
        f"({rules.adjustment.source})."
    )


def _standing(rules: SecondaryRules, pupil: Standing, level: MeritLevel, named: int) -> str:
    """Say what was met, and what kept the pupil from the next level up."""
    if level is MeritLevel.CD:
        return f"{level.label}: chưa đủ mức {_next_up(level).label} vì {_shortfall(rules, pupil, level, named)}."
    met = f"{level.label}: {_met(rules.learning[level], pupil)}."
    if level is MeritLevel.T:
        return met
    return f"{met} Chưa đủ mức {_next_up(level).label} vì {_shortfall(rules, pupil, level, named)}."


def _met(bar: LearningBar, pupil: Standing) -> str:
    parts = [_reaching(bar, pupil)]
    if pupil.scored:
        parts.append(f"thấp nhất {pupil.scored[0]}")
    if pupil.failed:
        parts.append(f"{len(pupil.failed)} môn nhận xét Chưa đạt")
    elif pupil.passed:
        parts.append("các môn nhận xét đều Đạt")
    if pupil.exempt:
        parts.append(f"được miễn {pupil.exempt} môn")
    return "; ".join(parts)


def _shortfall(rules: SecondaryRules, pupil: Standing, level: MeritLevel, named: int) -> str:
    bar, parts = rules.learning[_next_up(level)], list[str]()
    if low := pupil.below(bar.floor):
        parts.append(f"có {len(low)} môn dưới {average_label(bar.floor)}: {few(low, named)}")
    if pupil.reaching(bar.threshold) < bar.count:
        parts.append(f"chỉ có {_reaching(bar, pupil)}, cần ít nhất {bar.count}")
    if len(pupil.failed) > bar.failed_comments:
        parts.append(f"có {len(pupil.failed)} môn nhận xét Chưa đạt: {few(pupil.failed, named)}")
    return "; ".join(parts)


def _reaching(bar: LearningBar, pupil: Standing) -> str:
    reaching = f"{pupil.reaching(bar.threshold)}/{len(pupil.scored)}"
    return f"{reaching} môn từ {average_label(bar.threshold)} trở lên"
