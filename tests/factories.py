"""Valid, minimal schools with generated people: functions with sane defaults, through the code that real data takes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL, Curriculum, curriculum_for
from domain.decisions import Action, Decision
from domain.entry import required_cells
from domain.identity import Sex, make_personal_id
from domain.lifecycle import apply, class_stage, open_class_term, plan
from domain.pupils import ListedPupil
from domain.record_states import ClassTerm
from domain.scales import CellKind
from domain.slot_marks import Known, Place
from interchange.roster import grade_of
from interchange.sample_school.cells import plausible
from interchange.sample_school.people import People, draw_class
from storage import journal, projection, registration, saving
from storage.bulk import insert_all
from storage.entries import known_cells
from storage.opening import OpenedTerm, open_term
from storage.projection import Projection
from storage.registration import ClassFacts, SchoolFacts
from storage.rosters import entering
from storage.rosters.shapes import ListedClass
from storage.saving import CellEdit
from storage.tables import CertificateRow, TeachingAssignment

YEAR = SchoolYear(2026)
SINCE = datetime(2026, 8, 1, tzinfo=UTC)
NOW = datetime(2027, 1, 10, 8, tzinfo=UTC)
DUE = datetime(2027, 1, 15, 17, tzinfo=UTC)
SUBJECTS = curriculum_for(1).slots[:-1]
SLOTS = (*SUBJECTS, HOMEROOM)
STAFF_OF_CLASS = 20
OFFICES = {PRINCIPAL: ("principal", "Hiệu trưởng"), SEAL: ("seal_clerk", "Văn thư")}


@dataclass(frozen=True)
class SchoolCast:
    """A school with its principal and clerk; `number` keeps schools of one test apart."""

    number: int
    school_id: UUID
    principal: UUID
    clerk: UUID


@dataclass(frozen=True)
class ClassCast:
    """A class with its homeroom teacher; in primary school who teaches all subjects but music, later only Ngữ văn."""

    school: SchoolCast
    class_id: UUID
    homeroom: UUID
    music: UUID
    curriculum: Curriculum
    teachers: Mapping[str, UUID]

    def who(self, slot: str) -> UUID:
        people = {PRINCIPAL: self.school.principal, SEAL: self.school.clerk, **self.teachers}
        return people.get(slot, self.homeroom)


def make_school(session: Session, number: int = 1) -> SchoolCast:
    facts = SchoolFacts(
        code=f"7976{number:04}",
        name=f"Trường Tiểu học Mẫu số {number}",
        commune="Phường Tân Bình",
        district="",
        province="Thành phố Hồ Chí Minh",
        authority="Ủy ban nhân dân phường Tân Bình",
        authority_kind="commune_authority",
        managed_from=date(2026, 8, 1),
    )
    school_id = registration.add_school(session, facts)
    principal, clerk = (make_staff(session, school_id, 100 * number + serial) for serial in (1, 2))
    for (role, title), staff_id in zip(OFFICES.values(), (principal, clerk), strict=True):
        registration.add_position(session, school_id, staff_id, role, title, (SINCE, None))
    return SchoolCast(number, school_id, principal, clerk)


def make_staff(session: Session, school_id: UUID, serial: int) -> UUID:
    """A member of staff; the same serial is the same person."""
    more, number = divmod(serial, 1_000_000)
    born = date(1960 + more, 1, 1) + timedelta(days=serial % 365)
    personal_id = make_personal_id("079", Sex.FEMALE, born, number)
    return registration.add_staff(session, school_id, personal_id, f"Giáo viên Mẫu {serial}")


def make_class(
    session: Session,
    school: SchoolCast,
    name: str = "1A1",
    pupils: int = 3,
    **more: Any,  # noqa: ANN401
) -> ClassCast:
    """A class of the grade that its name begins with; `more` are further facts of the class."""
    facts = ClassFacts(grade_of(name), name, **more)
    curriculum = curriculum_for(facts.grade, optional=facts.optional, topics=facts.topics)
    base = _base(school, name)
    members = make_pupils(pupils, seed=base // STAFF_OF_CLASS, grade=facts.grade)
    listed = ListedClass(YEAR, facts.grade, name, members, facts.optional, facts.topics, facts.plan)
    class_id = entering.register(session, school.school_id, [listed], date.min)[name]
    homeroom, music = (make_staff(session, school.school_id, base + serial) for serial in (1, 2))
    alone = [] if curriculum.is_primary else [each.code for each in curriculum.subjects if each.code != "ngu_van"]
    teachers = {slot: make_staff(session, school.school_id, base + serial) for serial, slot in enumerate(alone, 3)}
    cast = ClassCast(school, class_id, homeroom, music, curriculum, {"am_nhac": music, **teachers})
    _assign(session, cast)
    return cast


def _assign(session: Session, cast: ClassCast) -> None:
    """As `registration.assign` does one by one."""
    rows = [
        {"class_id": cast.class_id, "slot": slot, "staff_id": cast.who(slot), "valid_from": SINCE}
        for slot in cast.curriculum.slots
    ]
    insert_all(session, TeachingAssignment, rows, skip_known=True)


def _base(school: SchoolCast, name: str) -> int:
    """Where the numbers of a class ("6A1") of a school begin: no two classes have a teacher or a pupil in common."""
    grade = grade_of(name)
    room = name.removeprefix(str(grade))
    return STAFF_OF_CLASS * (((12 * school.number + grade) * 26 + ord(room[0]) - ord("A")) * 100 + int(room[1:]))


def make_pupils(count: int, seed: int = 1, grade: int = 1) -> tuple[ListedPupil, ...]:
    return draw_class(People(Random(seed)), grade, count, 100 * seed)  # noqa: S311  # sample people, not secrets


@dataclass
class OpenBook:
    """An open class-term with the pure state its workflow would hold; `take` projects the next decision."""

    session: Session
    cast: ClassCast
    opened: OpenedTerm
    term: ClassTerm
    seq: int = 0

    @property
    def id(self) -> UUID:
        return self.opened.class_term_id

    @property
    def records(self) -> tuple[str, ...]:
        return tuple(str(record_id) for record_id in self.opened.record_ids)

    def decision(
        self,
        action: Action,
        slot: str,
        records: Iterable[str] | None = None,
        **more: Any,  # noqa: ANN401
    ) -> Decision:
        named = self.records if records is None else tuple(records)
        return Decision(action, slot, named, actor_id=str(self.cast.who(slot)), **more)

    def next(self, decision: Decision, command_id: str = "") -> Projection:
        """What the workflow would hand to the projection next."""
        changes = plan(self.term, decision)
        after = apply(self.term, decision, changes)
        return Projection(
            class_term_id=str(self.id),
            seq=self.seq + 1,
            command_id=command_id or str(uuid4()),
            decision=decision,
            changes=changes,
            class_stage=class_stage(after),
            parts=after.parts,
            decided_at=NOW + timedelta(minutes=self.seq),
        )

    def take(self, decision: Decision, command_id: str = "") -> Projection:
        work = self.next(decision, command_id)
        assert projection.project(self.session, work)
        self.follow(work)
        return work

    def follow(self, work: Projection) -> None:
        """Stand where a decision leads that was projected elsewhere."""
        self.term, self.seq = apply(self.term, work.decision, work.changes), work.seq
        self.session.expire_all()

    def act(
        self,
        action: Action,
        slot: str,
        records: Iterable[str] | None = None,
        **more: Any,  # noqa: ANN401
    ) -> Projection:
        return self.take(self.decision(action, slot, records, **more))

    def reason(self, text: str = "Điểm kiểm tra chưa khớp với bài làm.") -> str:
        reason_id = uuid4()
        journal.add_reason(self.session, reason_id, self.cast.school.school_id, self.cast.homeroom, text)
        return str(reason_id)

    def submit_all(self) -> None:
        fill(self)
        for slot in self.cast.curriculum.slots:
            self.act(Action.SUBMIT, slot)

    def review_all(self) -> None:
        self.submit_all()
        self.act(Action.REVIEW, HOMEROOM)


def open_book(session: Session, cast: ClassCast | None = None, term: Term = Term.HK1) -> OpenBook:
    """An open class-term of three pupils, in a school of its own unless told otherwise."""
    cast = cast or make_class(session, make_school(session))
    opened = open_term(session, cast.class_id, term, DUE)
    return OpenBook(session, cast, opened, open_class_term(opened.subject_slots, map(str, opened.record_ids)))


def fill(book: OpenBook, slots: Iterable[str] | None = None, records: Iterable[str] | None = None) -> None:
    """Enter a plausible value into every required cell."""
    curriculum = book.cast.curriculum
    for slot in curriculum.slots if slots is None else slots:
        texts = {
            (UUID(record_id), cell.key): plausible(cell)
            for record_id in (book.records if records is None else records)
            for cell in required_cells(curriculum, book.opened.term, slot)
        }
        edits = seen(book, slot, texts)
        saving.save_cells(book.session, book.id, slot, edits, book.cast.who(slot)).require_all()
    book.session.flush()


def place(book: OpenBook, slot: str, kind: CellKind, record: int = 0) -> Place:
    """One cell of a subject at the term's end."""
    cells = required_cells(book.cast.curriculum, book.opened.term, slot)
    return book.opened.record_ids[record], [each.key for each in cells if each.kind is kind][-1]


def edit(book: OpenBook, slot: str, kind: CellKind, value: str, record: int = 0) -> CellEdit:
    """The same, written by somebody who sees what it holds."""
    (given,) = seen(book, slot, {place(book, slot, kind, record): value})
    return given


def seen(book: OpenBook, slot: str, texts: Mapping[Place, str]) -> list[CellEdit]:
    """New texts of cells, by somebody who sees what they hold."""
    known = known_cells(book.session, slot, {record_id for record_id, _ in texts})
    return [CellEdit(*at, text, known.get(at, Known()).version) for at, text in texts.items()]


def make_certificate(session: Session, staff_id: UUID | None, **more: object) -> CertificateRow:
    """A certificate row that no key stands behind, for tests that sign nothing."""
    values = {"not_before": SINCE, "not_after": SINCE + timedelta(days=1000), "key_ref": "none", "chain_pem": ""}
    row = CertificateRow(**{"staff_id": staff_id, "sha256": uuid4().hex * 2, **values, **more})
    session.add(row)
    session.flush()
    return row


def named(decision: Decision, *records: str) -> Decision:
    return replace(decision, record_ids=records)
