"""Where a pupil is now. A year that is over keeps its enrolment open, so an open one alone does not say it."""

from typing import Final
from uuid import UUID

from sqlalchemy import ScalarSelect, case, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.tables import ClassGroup, Enrolment, PupilRow

# Of the places that a pupil had in one year: where he is, else where he left last.
NEWEST_FIRST: Final = (Enrolment.left_on.desc().nulls_first(), Enrolment.joined_on.desc())
_OF_ALL: Final = (Enrolment.school_year.desc(), *NEWEST_FIRST)


def place_of(session: Session, pupil_id: UUID) -> tuple[Enrolment, UUID] | None:
    """The pupil's newest enrolment of all, and its school; None for who has left it, or never had one."""
    query = (
        select(Enrolment, ClassGroup.school_id)
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .where(Enrolment.pupil_id == pupil_id)
        .order_by(*_OF_ALL)
    )
    found = session.execute(query.limit(1)).first()
    return None if found is None or found[0].left_on is not None else (found[0], found[1])


def class_of(pupil_id: InstrumentedAttribute[UUID]) -> ScalarSelect[UUID | None]:
    """The class of that enrolment, for each row of a query; NULL where `place_of` is None."""
    still = case((Enrolment.left_on.is_(None), Enrolment.class_id))
    newest = select(still).where(Enrolment.pupil_id == pupil_id).order_by(*_OF_ALL).limit(1)
    return newest.correlate_except(Enrolment).scalar_subquery()


def lock_pupil(session: Session, pupil_id: UUID) -> None:
    """Until the transaction ends nobody else moves the pupil, or opens what a move would have to stop."""
    session.execute(select(PupilRow.id).where(PupilRow.id == pupil_id).with_for_update(key_share=True))
