"""Whose year is decided after the summer: another deadline binds these pupils (guide/domain.md 9, invariant 11)."""

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from domain.assessment import AssessmentPoint
from domain.entered import Entered
from domain.primary.paper import PrimaryPapers
from domain.reports.year_lists import YearList, year_verdict
from domain.secondary.paper import SecondaryPapers
from storage.among import among
from storage.reports.reading import read_class
from storage.tables import TermRecord

_OPEN: Final = frozenset({YearList.RETEST, YearList.SUMMER_TRAINING, YearList.UNDECIDED})


def mark(session: Session, class_term_id: UUID, day: date) -> None:
    """Keep it for every pupil of a year's end that is not issued yet."""
    read = read_class(session, class_term_id, day)
    waiting = [
        pupil.member.record.id for pupil in read.pupils if not pupil.open_slots and _waits(read.papers, pupil.entered)
    ]
    records = update(TermRecord).where(TermRecord.class_term_id == class_term_id, TermRecord.issued_at.is_(None))
    session.execute(records.values(in_summer=among(TermRecord.id, waiting)))


def _waits(papers: PrimaryPapers | SecondaryPapers, pupil: Entered) -> bool:
    """Also once the summer's results are there: whoever was late for a reason does not become late without one."""
    if any(text and key.point is AssessmentPoint.SUMMER for each in pupil.slots.values() for key, text in each.items()):
        return True
    which = year_verdict(papers, pupil).which
    return which in _OPEN or (
        which is YearList.NOT_PROMOTED and isinstance(papers, PrimaryPapers) and pupil.promoted is None
    )
