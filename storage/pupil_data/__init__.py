"""Everything that a school holds on one pupil, read for whoever answers for the school.

Only what belongs to this school: what a former school holds is asked for there. Papers travel with the pupil, so those
of all schools are there as long as the pupil is at this one.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from domain.pupil_data import PupilData
from storage.pupil_data import books, dealings, papers
from storage.staffing import Person

__all__ = ["Asked", "pupil_data"]


@dataclass(frozen=True)
class Asked:
    """Whose data, who asks for it (of the school's management), and when."""

    pupil_id: UUID
    person: Person
    at: datetime


def pupil_data(session: Session, asked: Asked) -> PupilData:
    """All sections, also those that are empty: that nothing is held is an answer, too."""
    pupil_id, school_id = asked.pupil_id, asked.person.school_id
    files = papers.files_of(session, pupil_id, school_id)
    sections = (
        *books.sections(session, pupil_id, asked.person, asked.at),
        *papers.sections(session, pupil_id, school_id),
        *dealings.sections(session, pupil_id, school_id),
    )
    return PupilData(sections, files)
