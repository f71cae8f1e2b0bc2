"""How many records of each class the city's store has accepted and frozen, for the progress of campaigns."""

from collections.abc import Collection
from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, Update, Uuid, any_, bindparam, case, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.orm import Session

from domain.campaigns.phases import Cohort
from domain.submission.states import ARRIVED, StoreKind, SubmissionState
from storage.tables import ClassProgress, Document, RecordStore, Submission, TermRecord


def count(session: Session, class_term_ids: Collection[UUID]) -> None:
    """Count these class-terms anew; again, nothing changes. A recalled record counts no more, a frozen one as both."""
    if class_term_ids:
        session.execute(_counting(), {"class_terms": list(class_term_ids)})


ASKED: Final = bindparam("class_terms", type_=ARRAY(Uuid()))


@cache
def _counting() -> Update:
    """Made once: with each decision of a class it is asked for."""
    arrived = _arrived()
    is_frozen = arrived.c.state == SubmissionState.FROZEN.value
    counted = update(ClassProgress).where(ClassProgress.class_term_id == any_(ASKED))
    counted = counted.values(accepted=_counted(arrived), frozen=_counted(arrived, is_frozen))
    return counted.execution_options(synchronize_session=False)


def _arrived() -> Subquery:
    """The newest version that the city's store has of each record, with the cohort that the pupil belongs to."""
    cohort = case((TermRecord.in_summer, Cohort.SUPPLEMENTARY.value), else_=Cohort.COMPLETED.value)
    return (
        select(Submission.class_term_id, Submission.state, Submission.event, cohort.label("cohort"))
        .ext(distinct_on(Submission.store, Submission.record_uid))
        .join(RecordStore, RecordStore.code == Submission.store)
        .join(Document, Document.id == Submission.document_id)
        .join(
            TermRecord,
            (TermRecord.class_term_id == Submission.class_term_id) & (TermRecord.enrolment_id == Document.enrolment_id),
        )
        .where(
            Submission.class_term_id == any_(ASKED),
            Submission.state.in_([each.value for each in ARRIVED]),
            RecordStore.kind == StoreKind.CITY.value,
        )
        .order_by(Submission.store, Submission.record_uid, Submission.version.desc())
        .subquery()
    )


def _counted(arrived: Subquery, *which: ColumnElement[bool]) -> ColumnElement[int]:
    query = select(func.count()).select_from(arrived)
    query = query.where(
        arrived.c.class_term_id == ClassProgress.class_term_id,
        arrived.c.cohort == ClassProgress.cohort,
        arrived.c.event != "CANCEL",
        *which,
    )
    return query.correlate(ClassProgress).scalar_subquery()
