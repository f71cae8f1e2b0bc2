"""What is open in some classes at a moment, and who fills their slots: read once, for all that is said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Self
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from storage import staffing, work
from storage.among import among
from storage.staffing import Holder
from storage.tables import ClassGroup
from storage.work import Book, Piece


@dataclass(frozen=True)
class OpenWork:
    """`which` speaks of `class_terms` and `class_groups`; each reading is made when it is first asked for."""

    session: Session
    which: ColumnElement[bool]
    at: datetime

    @classmethod
    def of_school(cls, session: Session, school_id: UUID, at: datetime) -> Self:
        return cls(session, ClassGroup.school_id == school_id, at)

    @cached_property
    def books(self) -> dict[UUID, Book]:
        return work.open_books(self.session, self.which)

    @cached_property
    def of_slots(self) -> list[Piece]:
        return work.of_slots(self.session, self.books.keys())

    @cached_property
    def of_records(self) -> list[Piece]:
        return work.of_records(self.session, self.books.keys())

    @cached_property
    def holders(self) -> Mapping[tuple[UUID, str], Sequence[Holder]]:
        """By class and slot; slots that nobody fills are left out."""
        classes = {book.group.id for book in self.books.values()}
        return staffing.by_class_and_slot(staffing.holders(self.session, self.at, among(ClassGroup.id, classes)))
