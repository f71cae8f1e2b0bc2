"""How many records of a class-term have come at least so far: counted anew with everything that moves one of them."""

from collections.abc import Collection
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, any_, case, delete, func, literal, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from domain.campaigns.phases import Cohort
from domain.stages import STAGES, Stage
from storage.among import among
from storage.bulk import table_of
from storage.submission import counting
from storage.tables import ClassGroup, ClassProgress, ClassTermRow, TermRecord

_COUNTED = {
    "submitted": Stage.SUBMITTED,
    "reviewed": Stage.REVIEWED,
    "signed": Stage.HOMEROOM_SIGNED,
    "approved": Stage.APPROVED,
    "issued": Stage.ISSUED,
}


def refresh(session: Session, class_term_ids: Collection[UUID]) -> None:
    """Count these class-terms anew; again, nothing changes.

    Two who count the same class at once do it one after the other.
    """
    lock = select(ClassTermRow.id).where(among(ClassTermRow.id, class_term_ids)).order_by(ClassTermRow.id)
    session.execute(lock.with_for_update())
    refresh_held(session, class_term_ids)


def refresh_held(session: Session, class_term_ids: Collection[UUID]) -> None:
    """The same for who holds the rows of these class-terms. A group of pupils that is empty has no row."""
    session.execute(delete(ClassProgress).where(among(ClassProgress.class_term_id, class_term_ids)))
    session.execute(_counting(), {counting.ASKED.key: list(class_term_ids)})
    counting.count(session, class_term_ids)


@cache
def _counting() -> Insert:
    """Made once: with each decision of a class it is asked for."""
    cohort = case((TermRecord.in_summer, Cohort.SUPPLEMENTARY.value), else_=Cohort.COMPLETED.value)
    counted = (
        select(
            ClassTermRow.id,
            cohort,
            ClassGroup.school_id,
            ClassGroup.school_year,
            ClassGroup.grade,
            ClassTermRow.term,
            func.count(),
            func.count().filter(TermRecord.held),
            *(func.count().filter(_at_least(stage)) for stage in _COUNTED.values()),
            literal(0),
            literal(0),
        )
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .join(TermRecord, TermRecord.class_term_id == ClassTermRow.id)
        .where(ClassTermRow.id == any_(counting.ASKED))
        .group_by(ClassTermRow.id, cohort, ClassGroup.id)
    )
    return insert(table_of(ClassProgress)).from_select(_COLUMNS, counted)


_COLUMNS = (
    "class_term_id", "cohort", "school_id", "school_year", "grade", "term", "pupils", "held", *_COUNTED, "accepted",
    "frozen",
)  # fmt: skip


def _at_least(stage: Stage) -> ColumnElement[bool]:
    return TermRecord.stage.in_(STAGES[STAGES.index(stage) :])
