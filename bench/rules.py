"""Seconds to judge a whole secondary school's year, against the same rules written naively with fractions.

`python -m bench.rules [--pupils 2000] [--json]`: 13 subjects a pupil (8 scored, 5 by comments); per pupil both terms'
and the year's averages, the learning result of both terms and of the year with its reason, the year's conduct,
promotion and title. The baseline gives levels only: every average a `fractions.Fraction`, and the raise of art. 9
clause 3 by trying each subject in turn. Both must agree on every level. One process, best of three runs of each.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from domain.assessment import SubjectKind
from domain.rules.book import rule_book
from domain.rules.thresholds import SecondaryRules
from domain.secondary.averages import passed_term, term_average
from domain.secondary.conduct import year_conduct
from domain.secondary.learning import learning_level
from domain.secondary.levels import MeritLevel, PassLevel, SubjectMark
from domain.secondary.promotion import YearStanding, promotion
from domain.secondary.reading import year_mark
from domain.secondary.titles import title

SCORED, COMMENT, REGULAR = 8, 5, 4
RUNS = 3
BARS = tuple(
    (Fraction(floor), Fraction(many), failures)
    for floor, many, failures in (("6.5", 8, 0), (5, "6.5", 0), ("3.5", 5, 1))
)


@dataclass(frozen=True)
class TermMarks:
    scores: tuple[tuple[Decimal, ...], ...]  # by subject: regular scores, then midterm and final
    comments: tuple[tuple[PassLevel, ...], ...]
    conduct: MeritLevel


Pupil = tuple[TermMarks, TermMarks]
Levels = tuple[MeritLevel, MeritLevel, MeritLevel]


def _pupil(number: int) -> Pupil:
    chance = random.Random(number)  # noqa: S311 - marks, not secrets
    usual = chance.randint(35, 95)

    def score() -> Decimal:
        return Decimal(min(100, max(0, round(chance.gauss(usual, 9))))).scaleb(-1)

    def term() -> TermMarks:
        scores = tuple(tuple(score() for _ in range(REGULAR + 2)) for _ in range(SCORED))
        comments = tuple(tuple(chance.choices((PassLevel.D, PassLevel.CD), (60, 1), k=4)) for _ in range(COMMENT))
        return TermMarks(scores, comments, chance.choice(list(MeritLevel)))

    return term(), term()


def _ours(rules: SecondaryRules, pupil: Pupil) -> Levels:
    hk1, hk2 = (_marks(rules, term) for term in pupil)
    year = [year_mark(rules, *both) for both in zip(hk1, hk2, strict=True)]
    first, second, whole = (learning_level(rules, marks).level for marks in (hk1, hk2, year))
    assert first is not None
    assert second is not None
    assert whole is not None
    conduct = year_conduct(rules, pupil[0].conduct, pupil[1].conduct)
    promotion(rules, YearStanding(8, whole, conduct, 12, tuple(year)))
    title(rules, conduct, whole, [mark.average for mark in year if mark.average is not None])
    return first, second, whole


def _marks(rules: SecondaryRules, term: TermMarks) -> list[SubjectMark]:
    scored = [
        SubjectMark(f"s{code}", f"Môn {code}", SubjectKind.SCORED, term_average(rules, regular, midterm, final))
        for code, (*regular, midterm, final) in enumerate(term.scores)
    ]
    comments = [
        SubjectMark(f"c{code}", f"Môn nhận xét {code}", SubjectKind.COMMENT, passed=passed_term(levels))
        for code, levels in enumerate(term.comments)
    ]
    return scored + comments


def _naive(pupil: Pupil) -> Levels:
    terms = [[_naive_average(scores) for scores in term.scores] for term in pupil]
    failed = [sum(PassLevel.CD in levels for levels in term.comments) for term in pupil]
    year = [_naively_rounded((hk1 + 2 * hk2) / 3) for hk1, hk2 in zip(*terms, strict=True)]
    return (
        _naive_level(terms[0], failed[0]),
        _naive_level(terms[1], failed[1]),
        _naive_level(year, failed[1]),
    )


def _naive_average(scores: Sequence[Decimal]) -> Fraction:
    *regular, midterm, final = (Fraction(score) for score in scores)
    return _naively_rounded((sum(regular) + 2 * midterm + 3 * final) / (len(regular) + 5))


def _naively_rounded(average: Fraction) -> Fraction:
    return Fraction(int(average * 10 + Fraction(1, 2)), 10)


def _naive_base(averages: Sequence[Fraction], failed: int) -> int:
    for level, (floor, threshold, failures) in enumerate(BARS):
        enough = sum(average >= threshold for average in averages) >= 6  # noqa: PLR2004 - art. 9
        if failed <= failures and enough and all(average >= floor for average in averages):
            return level
    return len(BARS)


def _naive_level(averages: Sequence[Fraction], failed: int) -> MeritLevel:
    base = _naive_base(averages, failed)
    others = [(_with(averages, place), failed) for place in range(len(averages))]
    for target in range(base - 1):
        if any(_naive_base(*other) <= target for other in [*others, (averages, max(0, failed - 1))]):
            return list(MeritLevel)[base - 1]
    return list(MeritLevel)[base]


def _with(averages: Sequence[Fraction], place: int) -> list[Fraction]:
    return [*averages[:place], Fraction(10), *averages[place + 1 :]]


def _timed(judge: Callable[[Pupil], Levels], pupils: Sequence[Pupil]) -> tuple[float, list[Levels]]:
    best, levels = float("inf"), list[Levels]()
    for _ in range(RUNS):
        started = time.perf_counter()
        levels = [judge(pupil) for pupil in pupils]
        best = min(best, time.perf_counter() - started)
    return best, levels


def _measured(count: int) -> dict[str, float]:
    rules = rule_book().by_version("tt22-2021/1").secondary
    assert rules is not None
    pupils = [_pupil(number) for number in range(count)]
    naive_s, expected = _timed(_naive, pupils)
    ours_s, found = _timed(lambda pupil: _ours(rules, pupil), pupils)
    assert found == expected
    return {
        "pupils": count,
        "rules_s": round(ours_s, 3),
        "naive_s": round(naive_s, 3),
        "ratio": round(naive_s / ours_s, 2),
        "pupils_per_s": round(count / ours_s),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pupils", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    measured = _measured(options.pupils)
    if options.json:
        print(json.dumps(measured))
        return
    print(f"{measured['pupils']} pupils, {SCORED + COMMENT} subjects, both terms and the year")
    print(f"rules with reasons       {measured['rules_s']:8.3f} s ({measured['pupils_per_s']} pupils a second)")
    print(f"naive, with fractions    {measured['naive_s']:8.3f} s, {measured['ratio']} times ours")


if __name__ == "__main__":
    main()
