"""How many records of each class the city's store has accepted and frozen, for the progress of campaigns."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, case, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from domain.campaigns.phases import Cohort
from domain.submission.states import ARRIVED, StoreKind, SubmissionState
from storage.among import among
from storage.tables import ClassProgress, Document, RecordStore, Submission, TermRecord


def count(session: Session, class_term_ids: Collection[UUID]) -> None:
    """Count these class-terms anew; again, nothing changes. A recalled record counts no more, a frozen one as both."""
    if not class_term_ids:
        return
    arrived = _arrived(class_term_ids)
    is_frozen = arrived.c.state == SubmissionState.FROZEN.value
    counted = update(ClassProgress).where(among(ClassProgress.class_term_id, class_term_ids))
    session.execute(counted.values(accepted=_counted(arrived), frozen=_counted(arrived, is_frozen)))


def _arrived(class_term_ids: Collection[UUID]) -> Subquery:
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
            among(Submission.class_term_id, class_term_ids),
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
