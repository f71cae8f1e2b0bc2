"""What is stored about the pupils and classes of a list, read at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear, term_dates
from domain.identity import normalise_name
from storage.rosters.shapes import ListedClass
from storage.tables import ClassGroup, ClassTermRow, Enrolment, PupilRow, TermRecord


@dataclass(frozen=True)
class Place:
    """An enrolment of a pupil, wherever it is."""

    enrolment: Enrolment
    school_id: UUID
    class_name: str

    @property
    def year(self) -> SchoolYear:
        return SchoolYear.parse(self.enrolment.school_year)

    @property
    def is_open(self) -> bool:
        return self.enrolment.left_on is None

    def is_over(self, today: date) -> bool:
        """Whether its school year has ended."""
        return term_dates(self.year, Term.YEAR_END).end < today


@dataclass
class Known:
    """Rows by what a list calls them. Nothing of another school's pupil may leave this package."""

    school_id: UUID
    groups: dict[tuple[str, str], ClassGroup] = field(default_factory=dict)
    by_code: dict[str, PupilRow] = field(default_factory=dict)
    by_personal_id: dict[str, PupilRow] = field(default_factory=dict)
    places: dict[UUID, list[Place]] = field(default_factory=dict)
    members: dict[UUID, list[tuple[Enrolment, PupilRow]]] = field(default_factory=dict)
    classes_with_book: set[UUID] = field(default_factory=set)
    enrolments_with_record: set[UUID] = field(default_factory=set)

    def group(self, year: SchoolYear, name: str) -> ClassGroup | None:
        return self.groups.get(_class_key(str(year), name))

    def is_own(self, pupil: PupilRow) -> bool:
        """Whether a pupil is of this school: enrolled here, and nowhere else since."""
        here, elsewhere = self._places(pupil, here=True), self._places(pupil, here=False)
        return bool(here) and not any(each.is_open and each.year >= max(own.year for own in here) for each in elsewhere)

    def may_list(self, pupil: PupilRow, year: SchoolYear, today: date) -> bool:
        """Whether this school may name a pupil in a list of the year: its own, or one who is done at other schools.

        Nobody takes a pupil whose year at another school is still running.
        """
        elsewhere = self._places(pupil, here=False)
        rivals = [each for each in elsewhere if each.year >= year]
        if self.is_own(pupil):
            return not any(each.is_open for each in rivals)
        return bool(elsewhere) and not rivals and all(each.is_over(today) for each in elsewhere)

    def _places(self, pupil: PupilRow, *, here: bool) -> list[Place]:
        return [each for each in self.places.get(pupil.id, []) if (each.school_id == self.school_id) is here]

    def place_in(self, pupil: PupilRow, year: SchoolYear) -> Place | None:
        """Where the pupil is in a school year."""
        for each in self.places.get(pupil.id, []):
            if each.year == year and each.is_open:
                return each
        return None

    def coming_from(self, listed: ListedClass, pupil_code: str) -> Place | None:
        """The other class of the year in which a listed pupil is."""
        pupil, group = self.by_code.get(pupil_code), self.group(listed.school_year, listed.name)
        place = self.place_in(pupil, listed.school_year) if pupil else None
        is_same = place is not None and group is not None and place.enrolment.class_id == group.id
        return None if is_same else place

    def enrolment_for(self, pupil: PupilRow, year: SchoolYear, class_id: UUID | None) -> Enrolment | None:
        """The enrolment that a list goes on with: the pupil's of the year, or of one who had left the class."""
        if place := self.place_in(pupil, year):
            return place.enrolment
        places = self.places.get(pupil.id, [])
        return next((each.enrolment for each in places if each.enrolment.class_id == class_id), None)


def read_known(session: Session, school_id: UUID, listed: Sequence[ListedClass]) -> Known:
    known = Known(school_id)
    _read_groups(session, known, {str(each.school_year) for each in listed})
    _read_pupils(session, known, listed)
    wanted = {group.id for each in listed if (group := known.group(each.school_year, each.name))}
    _read_members(session, known, wanted)
    _read_records(session, known, listed)
    return known


def _read_groups(session: Session, known: Known, years: Collection[str]) -> None:
    query = select(ClassGroup).where(ClassGroup.school_id == known.school_id, ClassGroup.school_year.in_(years))
    known.groups = {_class_key(group.school_year, group.name): group for group in session.scalars(query)}


def _read_pupils(session: Session, known: Known, listed: Sequence[ListedClass]) -> None:
    pupils = [pupil for each in listed for pupil in each.pupils]
    codes, personal_ids = [pupil.pupil_code for pupil in pupils], [pupil.personal_id for pupil in pupils]
    is_named = or_(PupilRow.pupil_code.in_(codes), PupilRow.personal_id.in_([each for each in personal_ids if each]))
    for row in session.scalars(select(PupilRow).where(is_named)):
        known.by_code[row.pupil_code] = row
        if row.personal_id:
            known.by_personal_id[row.personal_id] = row
    query = (
        select(Enrolment, ClassGroup.school_id, ClassGroup.name)
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .where(Enrolment.pupil_id.in_([row.id for row in known.by_code.values()]))
        .order_by(Enrolment.joined_on.desc())
    )
    for enrolment, school_id, class_name in session.execute(query):
        known.places.setdefault(enrolment.pupil_id, []).append(Place(enrolment, school_id, class_name))


def _read_members(session: Session, known: Known, wanted: Collection[UUID]) -> None:
    query = (
        select(Enrolment, PupilRow)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .where(Enrolment.class_id.in_(wanted), Enrolment.left_on.is_(None))
        .order_by(Enrolment.order_no, PupilRow.pupil_code)
    )
    for enrolment, pupil in session.execute(query):
        known.members.setdefault(enrolment.class_id, []).append((enrolment, pupil))
    books = select(ClassTermRow.class_id).where(ClassTermRow.class_id.in_(wanted))
    known.classes_with_book = set(session.scalars(books))


def _read_records(session: Session, known: Known, listed: Sequence[ListedClass]) -> None:
    """Which of those who come from another class have records in a book there."""
    places = [place for each in listed for pupil in each.pupils if (place := known.coming_from(each, pupil.pupil_code))]
    query = (
        select(TermRecord.enrolment_id)
        .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
        .where(
            ClassTermRow.class_id.in_({place.enrolment.class_id for place in places}),
            TermRecord.enrolment_id.in_([place.enrolment.id for place in places]),
        )
    )
    known.enrolments_with_record = set(session.scalars(query)) if places else set()


def _class_key(year: str, name: str) -> tuple[str, str]:
    return year, normalise_name(name).casefold()
