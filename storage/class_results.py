"""The results of a class with the names of its pupils, for those who answer for all of its subjects."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.pupil_results import PupilResult
from storage import pupil_results
from storage.pupil_results import RecordResult
from storage.tables import Enrolment, PupilRow, TermRecord


@dataclass(frozen=True)
class PupilLine:
    """One pupil in the order of the class, with the result or what is missing for one."""

    record_id: UUID
    order_no: int
    full_name: str
    held: bool
    result: PupilResult | None
    pending: str
    moving: bool = False


def class_results(session: Session, class_term_id: UUID, own: Collection[str], today: date) -> list[PupilLine]:
    query = (
        select(TermRecord.id, Enrolment.order_no, PupilRow.full_name, TermRecord.held, TermRecord.moving)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .where(TermRecord.class_term_id == class_term_id)
    )
    named = {row[0]: row[1:] for row in session.execute(query)}
    found = pupil_results.results_in(session, class_term_id, own, today)
    return [_line(each, *named[each.record_id]) for each in found]


def _line(found: RecordResult, order_no: int, name: str, held: bool, moving: bool) -> PupilLine:  # noqa: FBT001
    return PupilLine(found.record_id, order_no, name, held, found.result, found.pending, moving)
