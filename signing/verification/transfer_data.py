"""Holds the data of a transfer package against what the papers' attached records say."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias

import rfc8785

from domain.assessment import AssessmentPoint
from domain.documents import PupilContent
from domain.scales import CellKind
from domain.transfers.contents import DATA_NAME, PackedPaper, PackedYear, PaperKind, RunningYear, TransferData
from signing.verification.content import Content, value_at
from signing.verification.exchanged import first_difference
from signing.verification.transfer_reports import MemberReport, PackageCheck, PackageFinding
from signing.verification.verdicts import Verdict, Verification

_WHO: Final = ("full_name", "birth_date", "personal_id", "pupil_code")
# They are not written anew when the pupil's data change.
_OF_THEIR_TIME: Final = frozenset({PaperKind.YEAR_RECORD, PaperKind.PAPER_EXTRACT})
_SESSIONS: Final = "buổi"
_POINTS: Final = frozenset(point.value for point in AssessmentPoint)
# What a record raises that is not made as ours are.
_MISSHAPEN: Final = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


class Place(NamedTuple):
    """Where a mark belongs, by our codes: regular assessments have the same point in both terms."""

    item: str
    term: str
    point: str


# A level and a score may stand in one place.
Marks: TypeAlias = dict[Place, Counter[str]]


@dataclass(frozen=True)
class ReadPaper:
    """A paper, its verdict (None with why in `problem`), and its record.json; {} if there is none of ours."""

    paper: PackedPaper
    verification: Verification | None
    whole: Mapping[str, Any] = field(repr=False)
    problem: str = ""

    @property
    def content(self) -> Content:
        found = self.whole.get("content")
        return found if isinstance(found, Mapping) else {}

    @property
    def verdict(self) -> Verdict:
        return self.verification.verdict if self.verification else Verdict.INVALID

    @property
    def proves(self) -> bool:
        """Whether what it says is worth holding something against it."""
        return self.verdict is not Verdict.INVALID and bool(self.content)


def report_on_data(data: TransferData, papers: Sequence[ReadPaper], result: ReadPaper | None) -> MemberReport:
    """What cannot be held against a paper that proves something is indeterminate, never valid."""
    years = {year.school_year: year for year in data.years}
    findings = [_held(PackageCheck.PUPIL, each, partial(_pupil, data.pupil)) for each in papers]
    findings += [
        _held(PackageCheck.RECORD, each, partial(_year, years[each.paper.school_year]))
        for each in papers
        if each.paper.kind is PaperKind.YEAR_RECORD
    ]
    if data.running is not None:
        findings.append(_held(PackageCheck.RUNNING, result, partial(_running, data.running)))
    return MemberReport(DATA_NAME, None, tuple(findings))


def _held(
    check: PackageCheck, read: ReadPaper | None, compare: Callable[[ReadPaper], tuple[Verdict, str]]
) -> PackageFinding:
    """`compare` gives the outcome and the first field that differs."""
    if read is None or not read.proves:
        return PackageFinding(check, Verdict.INDETERMINATE, read.paper.name if read else "")
    try:
        return _found(check, read, *compare(read))
    except _MISSHAPEN:
        return PackageFinding(check, Verdict.INVALID, read.paper.name)


def _found(check: PackageCheck, read: ReadPaper, outcome: Verdict, field_name: str) -> PackageFinding:
    return PackageFinding(check, outcome, read.paper.name, field_name)


def _pupil(pupil: PupilContent, read: ReadPaper) -> tuple[Verdict, str]:
    """A past year, and an extract, keeps the name and ids of its time, so a difference there is for people to look at.

    Only where nothing at all agrees it is another pupil's. A paper of today says the rest, too, which may have changed
    since.
    """
    said = {name: str(value_at(read.content, f"pupil.{name}")) for name in _WHO}
    known = {name: str(getattr(pupil, name)) for name in _WHO}
    differing = next((name for name in _WHO if said[name] != known[name]), None)
    if differing is None:
        other = None if read.paper.kind in _OF_THEIR_TIME else _other(pupil, read.content)
        return (Verdict.VALID, "") if other is None else (Verdict.INDETERMINATE, f"pupil.{other}")
    is_past = read.paper.kind in _OF_THEIR_TIME and _is_known(said, known)
    return Verdict.INDETERMINATE if is_past else Verdict.INVALID, differing


def _other(pupil: PupilContent, content: Content) -> str | None:
    """The first of all particulars that is told otherwise."""
    said, known = content["pupil"], json.loads(json.dumps(asdict(pupil)))
    return next((name for name in known if name in said and said[name] != known[name]), None)


def _is_known(said: Mapping[str, str], known: Mapping[str, str]) -> bool:
    """By an id, or by name and birth date together."""
    ids = ("personal_id", "pupil_code")
    by_id = any(said[name] and said[name] == known[name] for name in ids)
    return by_id or all(said[name] == known[name] for name in ("full_name", "birth_date"))


def _year(year: PackedYear, read: ReadPaper) -> tuple[Verdict, str]:
    difference = _difference(year, read)
    return (Verdict.VALID, "") if difference is None else (Verdict.INVALID, difference)


def _difference(year: PackedYear, read: ReadPaper) -> str | None:
    """The first field that is told otherwise, "" if it is not known which; None if there is none."""
    attached = read.whole.get("record")
    if attached is None:
        return first_difference(read.content, year.record) if year.record else None
    if rfc8785.dumps(attached) == rfc8785.dumps(dict(year.record)):
        return None
    own, said = (
        {name: value for part in each.values() for name, value in part.items()} for each in (attached, year.record)
    )
    return next((name for name in own | said if own.get(name) != said.get(name)), "")


def _running(running: RunningYear, read: ReadPaper) -> tuple[Verdict, str]:
    """What the paper says nothing of may be true all the same."""
    wrong = next(_contradictions(running, read.content), None)
    if wrong is not None:
        return Verdict.INVALID, wrong
    unsaid = next(_unsaid(running, read.content), None)
    return (Verdict.VALID, "") if unsaid is None else (Verdict.INDETERMINATE, unsaid)


def _contradictions(running: RunningYear, content: Content) -> Iterator[str]:
    """What the paper says and the data do not."""
    names = ("school_year", "grade", "class_name", "rule_version")
    yield from (name for name in names if value_at(content, name) != getattr(running, name))
    told = _told(running)
    yield from (place.item for place, values in _sealed(content).items() if values - told.get(place, Counter()))
    yield from _miscommented(running, content)
    yield from _absences(running, content)


def _absences(running: RunningYear, content: Content) -> Iterator[str]:
    """Only what both count in half-day sessions."""
    for name in ("absent_excused", "absent_unexcused") if value_at(content, "absent_unit") == _SESSIONS else ():
        if value_at(content, name) != sum(getattr(term, name) for term in running.terms):
            yield name


def _unsaid(running: RunningYear, content: Content) -> Iterator[str]:
    """What the data say and the paper does not; of comments the paper has only the newest."""
    sealed = _sealed(content)
    yield from (place.item for place, values in _told(running).items() if values - sealed.get(place, Counter()))


def _told(running: RunningYear) -> Marks:
    """Marks and levels of the data."""
    marks: Marks = {}
    for term in running.terms:
        for cell in term.cells:
            if cell.kind != CellKind.COMMENT:
                marks.setdefault(Place(cell.item, term.term, cell.point), Counter())[_mark(cell.value)] += 1
    return marks


def _sealed(content: Content) -> Marks:
    """Marks and levels of the tables, by columns "term/point" or "term/point/kind"; others are computed from them."""
    marks: Marks = {}
    for table in _rows(content, "tables"):
        columns = [str(column.get("code")).split("/") for column in _rows(table, "columns")]
        for line in _rows(table, "lines"):
            for (term, *rest), value in zip(columns, line.get("values", ()), strict=True):
                if value and rest and rest[0] in _POINTS:
                    marks.setdefault(Place(str(line.get("code")), term, rest[0]), Counter())[_mark(str(value))] += 1
    return marks


def _miscommented(running: RunningYear, content: Content) -> Iterator[str]:
    """Comments of the paper that the data do not have; one on a whole table may be of any item."""
    cells = [cell for term in running.terms for cell in term.cells if cell.kind == CellKind.COMMENT]
    told = {(cell.item, cell.value.strip()) for cell in cells}
    for table in _rows(content, "tables"):
        for line in _rows(table, "lines"):
            said = str(line.get("code")), str(line.get("comment", "")).strip()
            if said[1] and said not in told:
                yield said[0]
        whole = str(table.get("comment", "")).strip()
        if whole and whole not in {text for _, text in told}:
            yield "comment"


def _rows(content: Content, name: str) -> list[Content]:
    found = content.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list | tuple) else []


def _mark(text: str) -> str:
    """Papers print a comma where the data have a point."""
    return text.strip().replace(",", ".")
