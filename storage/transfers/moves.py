"""Who left a class for another school, and who came: for those who look for a pupil that the list has no more."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from storage.tables import Enrolment, PupilRow, School, Transfer


@dataclass(frozen=True)
class PupilMove:
    """A pupil's first day at the other school, or here if he `arrived`; `school` is the other one."""

    full_name: str
    day: date
    school: str
    arrived: bool


def of_class(session: Session, class_id: UUID) -> list[PupilMove]:
    """The newest first."""
    sender, receiver, former, enrolled = aliased(School), aliased(School), aliased(Enrolment), aliased(Enrolment)
    query = (
        select(
            PupilRow.full_name, Transfer.moved_on, Transfer.other_name, sender.name, receiver.name, enrolled.class_id
        )
        .join(PupilRow, PupilRow.id == Transfer.pupil_id)
        .outerjoin(sender, sender.id == Transfer.from_school_id)
        .outerjoin(receiver, receiver.id == Transfer.to_school_id)
        .outerjoin(former, former.id == Transfer.from_enrolment_id)
        .outerjoin(enrolled, enrolled.id == Transfer.to_enrolment_id)
        .where(Transfer.moved_on.is_not(None), (former.class_id == class_id) | (enrolled.class_id == class_id))
        .order_by(Transfer.moved_on.desc(), PupilRow.full_name)
    )
    return [
        PupilMove(name, day, (came if to_class == class_id else went) or other, to_class == class_id)
        for name, day, other, came, went, to_class in session.execute(query)
        if day is not None
    ]
