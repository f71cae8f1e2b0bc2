"""Who sees an extract beside the school's offices: the homeroom teacher of the class where the pupil is."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from storage import staffing
from storage.staffing import Person
from storage.tables import Enrolment, Extract, Matter, Transfer


def of_classes(class_ids: Collection[UUID]) -> Select[UUID]:
    """Matters about pupils who came to these classes."""
    return (
        select(Extract.matter_id)
        .join(Transfer, Transfer.matter_id == Extract.transfer_id)
        .join(Enrolment, Enrolment.id == Transfer.to_enrolment_id)
        .where(Enrolment.class_id.in_(class_ids), Enrolment.left_on.is_(None))
    )


def is_homeroom(session: Session, matter: Matter, person: Person, at: datetime) -> bool:
    slots = staffing.own_slots(session, person.staff_id, at)
    own = [class_id for class_id, found in slots.items() if HOMEROOM in found]
    return bool(own) and matter.id in set(session.scalars(of_classes(own)))
