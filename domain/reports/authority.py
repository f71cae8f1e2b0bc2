"""What a managing authority gets of its schools: numbers alone, never a pupil."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from domain.assessment import Term
from domain.entered import Entered
from domain.errors import Incomplete, Invalid
from domain.labelled import Labelled
from domain.primary.levels import OverallResult
from domain.primary.paper import PrimaryPapers
from domain.reports.year_lists import YearList, YearVerdict, primary_verdict, secondary_verdict
from domain.rules.school_levels import SchoolLevel
from domain.secondary.levels import MeritLevel
from domain.secondary.paper import SecondaryPapers
from domain.secondary.year import term_result
from domain.stages import Stage

PUPILS: Final = "Học sinh"
IN_BOOK, NOT_ASSESSED, NOT_KNOWN = "Trong sổ", "Không đánh giá", "Chưa đủ dữ liệu"
RESULT, LEARNING, CONDUCT = "Kết quả giáo dục", "Kết quả học tập", "Kết quả rèn luyện"
YEAR, COMMENDATION = "Cuối năm học", "Khen thưởng"
COMMENDED: Final = "Có danh hiệu"

Place: TypeAlias = tuple[str, str]  # a group of columns, and a column in it


@dataclass(frozen=True)
class SchoolCounts:
    """`by_stage` counts the classes whose book of the term is open; `results` has the levels that the school has."""

    code: str
    name: str
    classes: int
    pupils: int
    by_stage: Mapping[Stage, int]
    results: Mapping[SchoolLevel, Mapping[Place, int]]


@dataclass(frozen=True)
class AuthorityReport:
    """Schools by their code."""

    authority: str
    school_year: str
    term: Term
    schools: tuple[SchoolCounts, ...]


def places_of(level: SchoolLevel, term: Term) -> tuple[Place, ...]:
    """The columns of a level and term, in order."""
    groups: dict[str, Iterable[str]] = {PUPILS: (IN_BOOK, NOT_ASSESSED, NOT_KNOWN)}
    if level is not SchoolLevel.PRIMARY:
        groups |= {LEARNING: _labels(MeritLevel), CONDUCT: _labels(MeritLevel)}
    elif term is Term.YEAR_END:
        groups[RESULT] = _labels(OverallResult)
    if term is Term.YEAR_END:
        known = [each.label for each in YearList if each is not YearList.UNKNOWN]
        groups |= {YEAR: known, COMMENDATION: (COMMENDED,)}
    return tuple((group, name) for group, names in groups.items() for name in names)


def _labels(kind: Iterable[Labelled]) -> list[str]:
    return [each.label for each in kind]


def unknown() -> tuple[Place, ...]:
    """Where a pupil counts of whom not everything is submitted."""
    return (PUPILS, IN_BOOK), (PUPILS, NOT_KNOWN)


def tally(papers: PrimaryPapers | SecondaryPapers, pupil: Entered) -> tuple[Place, ...]:
    """Where a pupil counts, some of `places_of`."""
    try:
        return (PUPILS, IN_BOOK), *_waived(pupil), *_results(papers, pupil)
    except (Incomplete, Invalid):
        return unknown()


def _waived(pupil: Entered) -> Iterator[Place]:
    if pupil.assessment_waived:
        yield PUPILS, NOT_ASSESSED


def _results(papers: PrimaryPapers | SecondaryPapers, pupil: Entered) -> Iterator[Place]:
    return _of_primary(papers, pupil) if isinstance(papers, PrimaryPapers) else _of_secondary(papers, pupil)


def _of_primary(papers: PrimaryPapers, pupil: Entered) -> Iterator[Place]:
    if papers.term is Term.YEAR_END:
        judged = papers.judged(pupil)
        yield from _levels({RESULT: judged.result})
        yield from _of_year(primary_verdict(papers, pupil, judged))


def _of_secondary(papers: SecondaryPapers, pupil: Entered) -> Iterator[Place]:
    if papers.term is Term.YEAR_END:
        year = papers.year_result(pupil)
        yield from _levels({LEARNING: year.promotion.learning, CONDUCT: year.promotion.conduct})
        yield from _of_year(secondary_verdict(papers, year))
    else:
        term = term_result(papers.curriculum, papers.term, pupil)
        yield from _levels({LEARNING: term.learning.level, CONDUCT: term.conduct})


def _levels(found: Mapping[str, Labelled | None]) -> Iterator[Place]:
    return ((group, level.label) for group, level in found.items() if level is not None)


def _of_year(verdict: YearVerdict) -> Iterator[Place]:
    yield YEAR, verdict.which.label
    if verdict.title:
        yield COMMENDATION, COMMENDED
