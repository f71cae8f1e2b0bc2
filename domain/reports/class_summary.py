"""A class's summary of a term, with the columns of the sealed paper."""

from dataclasses import dataclass

from domain.assessment import Term
from domain.documents import SchoolContent, TotalLine
from domain.entered import Entered, SummaryForm, TermPapers
from domain.errors import Incomplete, Invalid


@dataclass(frozen=True)
class SummaryLine:
    """One pupil; `note` says why values or verdicts are not there yet."""

    order_no: int
    pupil_code: str
    full_name: str
    values: tuple[str, ...]
    verdicts: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class ClassSummaryReport:
    """`counts` and `totals` are of the pupils who can be judged."""

    school: SchoolContent
    circular: str
    school_year: str
    term: Term
    class_name: str
    form: SummaryForm
    pupils: tuple[SummaryLine, ...]
    totals: tuple[TotalLine, ...]
    counts: tuple[tuple[str, int], ...]


def summary_values(
    papers: TermPapers, pupil: Entered, *, has_absences: bool = True
) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Values, verdicts and why there are none; the last value, absences, is empty until they are handed in."""
    try:
        values, verdicts = papers.summary_line(pupil)
    except (Incomplete, Invalid) as refused:
        return (), (), refused.message
    return values if has_absences else (*values[:-1], ""), verdicts, ""
