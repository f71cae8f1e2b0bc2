"""Two schools between which a pupil goes, as rows: as far as the pivot."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import SchoolYear, day_of
from domain.decisions import Action, Decision
from domain.record_states import MATTER
from domain.transfers.phases import Phase
from storage import registration, staffing
from storage.registration import ClassFacts
from storage.tables import (
    Enrolment,
    Matter,
    PupilRow,
    Staff,
    Transfer,
)
from storage.transfers.requesting import Application, Outside, open_transfer
from tests.factories import YEAR, ClassCast, OpenBook, make_class, make_school
from tests.issued import issued_book

AT = datetime.now(UTC)


@dataclass
class Two:
    """A book at each of two schools, and the transfer of the first pupil, as far as its confirmation."""

    db: Session
    old: OpenBook
    new: OpenBook
    row: Transfer

    @property
    def leaving(self) -> str:
        return self.old.records[0]

    def decide(self, book: OpenBook, action: Action, *records: str) -> None:
        book.take(Decision(action, MATTER, records, matter_id=str(self.row.matter_id)))

    def attach(self, book: OpenBook | None = None) -> UUID:
        into = book or self.new
        record_id = uuid5(self.row.matter_id, str(into.id))
        self.decide(into, Action.ATTACH, str(record_id))
        self.db.expire_all()
        return record_id


def confirmed(db: Session, old: ClassCast, new: ClassCast, pupil_id: UUID | None = None) -> Transfer:
    """A transfer as far as its confirmation: of the class's first pupil, or of this one."""
    mine = select(PupilRow).join(Enrolment).where(Enrolment.class_id == old.class_id)
    query = mine.where(PupilRow.id == pupil_id) if pupil_id else mine.order_by(Enrolment.order_no)
    pupil = db.scalars(query).first()
    clerk = staffing.person(db, AT, Staff.id == new.school.clerk)
    assert pupil is not None
    assert clerk is not None
    matter_id = uuid4()
    asked = Application(
        matter_id=matter_id, command_id=str(matter_id), arrives=True, pupil=pupil.pupil_code,
        birth_date=pupil.birth_date, requested_on=day_of(AT), reason="Gia đình chuyển chỗ ở.",
    )  # fmt: skip
    open_transfer(db, clerk, asked, AT)
    row = db.get_one(Transfer, matter_id)
    row.phase, row.to_class_id = Phase.ATTACHING.value, new.class_id
    db.flush()
    return row


def is_over(db: Session, row: Transfer) -> None:
    row.phase = Phase.PLACED.value
    db.get_one(Matter, row.matter_id).settled_at = AT
    db.flush()


def from_outside(two: Two) -> Transfer:
    """The pupil comes to the second class from a school that is not in the system."""
    matter_id = uuid4()
    pupil = two.db.get_one(PupilRow, two.row.pupil_id)
    clerk = staffing.person(two.db, AT, Staff.id == two.new.cast.school.clerk)
    assert clerk is not None
    asked = Application(
        matter_id=matter_id, command_id=str(matter_id), arrives=True, pupil=pupil.pupil_code,
        birth_date=pupil.birth_date, requested_on=day_of(AT), reason="Gia đình về lại.", grade=1,
        outside=Outside("Trường Tiểu học Bằng Lăng Tím", "", "Tỉnh Đồng Nai"),
    )  # fmt: skip
    open_transfer(two.db, clerk, asked, AT)
    row = two.db.get_one(Transfer, matter_id)
    row.phase, row.to_class_id = Phase.ATTACHING.value, two.new.cast.class_id
    two.db.flush()
    return row


@dataclass
class Later:
    """A year that is issued, and a class for the coming one at each school; the pupil goes to the second."""

    db: Session
    book: OpenBook
    next_old: UUID
    next_new: UUID
    row: Transfer

    def listed(self, class_id: UUID) -> Enrolment:
        """The school has the pupil in its list for the coming year."""
        place = Enrolment(
            class_id=class_id, pupil_id=self.row.pupil_id, school_year=str(SchoolYear(YEAR.start + 1)), order_no=1,
            record_uid=uuid4(), joined_on=day_of(AT),
        )  # fmt: skip
        self.db.add(place)
        self.db.flush()
        return place


def make_later(db: Session) -> Later:
    old, new = (make_class(db, make_school(db, number)) for number in (1, 2))
    book = issued_book(db, old)
    coming = SchoolYear(YEAR.start + 1)
    next_old, next_new = (
        registration.add_class(db, cast.school.school_id, coming, ClassFacts(2, "2A1")) for cast in (old, new)
    )
    row = confirmed(db, old, new)
    row.to_class_id = next_new
    db.flush()
    return Later(db, book, next_old, next_new, row)
