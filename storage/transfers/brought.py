"""What pupils from outside brought along in a package: their sealed papers, and the running year for reference.

The package itself stays one object; its report (`activities.transfer_packages`) says of each member what it is worth.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.assessment import AssessmentPoint, Term
from domain.calendar import SchoolYear
from domain.curriculum import Curriculum, curriculum_for
from domain.entry import CellKey, Values
from domain.errors import Invalid
from domain.matter_papers import ResultTable
from domain.rules.book import rule_book
from domain.scales import CellKind
from domain.transfers import results
from domain.transfers.phases import Direction, Phase
from domain.transfers.results import EnteredTerm
from storage.tables import Enrolment, PupilRow, TermRecord, Transfer

_RECORD: Final = re.compile(r"hoc-ba-(\d{4}-\d{4})\.pdf")
_NOWHERE: Final = (Phase.REFUSED.value, Phase.CANCELLED.value)


@dataclass(frozen=True)
class BroughtPaper:
    """A sealed paper of another system, as it is, with what its own check found."""

    transfer_id: UUID
    name: str
    kind: str
    verdict: str
    problem: str
    findings: Sequence[Mapping[str, str]]
    school: str


@dataclass(frozen=True)
class RunningYear:
    """The unfinished year as the former school had it; `is_proven` where its sealed paper confirms it."""

    pupil: str
    school: str
    school_year: str
    class_name: str
    is_proven: bool
    tables: tuple[ResultTable, ...]
    absences: tuple[tuple[str, int, int], ...]


def papers_of(session: Session, pupil_id: UUID) -> list[BroughtPaper]:
    """Those that the pupil brought along, to whichever school it was, as they came."""
    mine = select(Transfer).where(
        Transfer.pupil_id == pupil_id, Transfer.direction == Direction.IN.value, Transfer.phase.not_in(_NOWHERE),
        Transfer.expired_at.is_(None), Transfer.report.is_not(None),
    )  # fmt: skip
    return [paper for row in session.scalars(mine.order_by(Transfer.requested_on)) for paper in _papers(row)]


def proven_years(row: Transfer) -> set[str]:
    """School years of which the package holds a genuine record."""
    found = ((_RECORD.fullmatch(each.name), each.verdict) for each in _papers(row))
    return {match[1] for match, verdict in found if match and verdict == "valid"}


def learned(row: Transfer) -> dict[str, list[str]] | None:
    """Codes of what the running year's class chose; None without such a year."""
    running = _running(row)
    return {name: list(running[name]) for name in ("optional", "topics")} if running else None


def newcomers(session: Session, class_term_id: UUID) -> Sequence[tuple[UUID, str]]:
    """Records of a class-term whose pupils brought an unfinished year, with their names."""
    query = (
        select(TermRecord.id, PupilRow.full_name, Transfer)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .join(Transfer, Transfer.to_enrolment_id == Enrolment.id)
        .where(TermRecord.class_term_id == class_term_id, Transfer.direction == Direction.IN.value)
        .order_by(Enrolment.order_no)
    )
    return [(record_id, name) for record_id, name, row in session.execute(query) if _running(row)]


def running_year(session: Session, enrolment_id: UUID, slots: frozenset[str] | None) -> RunningYear | None:
    """What the pupil of an enrolment brought; `slots` are those that the reader may see, None for all of them."""
    rows = session.scalars(select(Transfer).where(Transfer.to_enrolment_id == enrolment_id)).all()
    row = next((each for each in rows if _running(each)), None)
    found = _running(row) if row else None
    if row is None or found is None:
        return None
    pupil = session.get_one(PupilRow, row.pupil_id).full_name
    terms = found["terms"] if slots is None else ()
    absences = tuple((Term(each["term"]).label, each["absent_excused"], each["absent_unexcused"]) for each in terms)
    return RunningYear(
        pupil, row.other_name, found["school_year"], found["class_name"], bool(row.is_sound), _tables(found, slots),
        absences,
    )  # fmt: skip


def _tables(found: Mapping[str, Any], slots: frozenset[str] | None) -> tuple[ResultTable, ...]:
    """As the paper of a transfer has them; nothing where the former class was none that we know."""
    try:
        terms = [_term(found, each, slots) for each in found["terms"]]
    except (Invalid, ValueError):
        return ()
    whole = results.tables(terms)
    return whole if slots is None else tuple(_of(table, slots) for table in whole[:1])


def _of(table: ResultTable, slots: frozenset[str]) -> ResultTable:
    lines = tuple(line for line in table.lines if line.code in slots)
    return ResultTable(table.name, table.columns, lines, table.comment, table.legend)


def _term(found: Mapping[str, Any], term: Mapping[str, Any], slots: frozenset[str] | None) -> EnteredTerm:
    values: dict[str, dict[CellKey, str]] = {}
    for cell in term["cells"]:
        if slots is None or cell["slot"] in slots:
            key = CellKey(cell["item"], AssessmentPoint(cell["point"]), CellKind(cell["kind"]))
            values.setdefault(cell["slot"], {})[key] = cell["value"]
    entered: Mapping[str, Values] = values
    return EnteredTerm(Term(term["term"]), _curriculum(found, Term(term["term"])), entered)


def _curriculum(found: Mapping[str, Any], term: Term) -> Curriculum:
    rules = rule_book().of_term(found["grade"], SchoolYear.parse(found["school_year"]), term)
    return curriculum_for(found["grade"], rules, optional=found["optional"], topics=found["topics"])


def _papers(row: Transfer) -> list[BroughtPaper]:
    report: Mapping[str, Any] = row.report or {}
    return [
        BroughtPaper(
            row.matter_id, each["name"], each["kind"], each["verdict"], each["problem"], each["findings"],
            str(report.get("school", "")) or row.other_name,
        )
        for each in report.get("members", ())
        if each["name"].endswith(".pdf")
    ]  # fmt: skip


def _running(row: Transfer) -> Mapping[str, Any] | None:
    found = (row.report or {}).get("running")
    return found if isinstance(found, Mapping) else None
