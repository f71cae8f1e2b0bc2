"""A class of three that is registered, and lists that say it again, or something else."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from domain.pupils import ListedPupil
from storage.rosters import entering
from storage.rosters.comparing import compare
from storage.rosters.known import Known, read_known
from storage.rosters.shapes import ClassEffect, Comparison, ListedClass
from tests.factories import YEAR, ClassCast, make_class, make_pupils, make_school

TODAY = date(2026, 11, 2)


def listed(*pupils: ListedPupil, name: str = "1A1") -> ListedClass:
    """A class of these pupils in this order."""
    numbered = (replace(each, order_no=number) for number, each in enumerate(pupils, start=1))
    return ListedClass(YEAR, 1, name, tuple(numbered))


@dataclass(frozen=True)
class Registered:
    """Three pupils of class 1A1, and one whom nobody knows yet."""

    session: Session
    cast: ClassCast
    pupils: tuple[ListedPupil, ...]
    newcomer: ListedPupil

    @property
    def school_id(self) -> UUID:
        return self.cast.school.school_id

    def known(self, *lists: ListedClass) -> Known:
        return read_known(self.session, self.school_id, lists)

    def compare(self, *lists: ListedClass) -> Comparison:
        self.session.flush()
        return compare(self.known(*lists), lists, TODAY)

    def first(self, *lists: ListedClass) -> ClassEffect:
        return self.compare(*lists).classes[0]

    def enter(self, *lists: ListedClass) -> dict[str, UUID]:
        return entering.register(self.session, self.school_id, lists, TODAY)


def register(session: Session, number: int = 1) -> Registered:
    cast = make_class(session, make_school(session, number))
    *pupils, newcomer = make_pupils(4, seed=7 + number)
    start = entering.register(session, cast.school.school_id, [listed(*pupils, name="1B")], date.min)
    assert list(start) == ["1B"]
    return Registered(session, cast, tuple(pupils), newcomer)
