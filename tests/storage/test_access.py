"""What people may see: own class, own school, never another school."""

from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.scopes import EVERY_SCOPE
from storage import access, board, demo, registration, staffing, visitors
from storage.staffing import Person
from storage.tables import Staff
from tests.factories import NOW, SINCE, OpenBook, make_class, make_school, make_staff, open_book
from tests.storage.papers import make_document

VISIBLE = {"principal": True, "clerk": True, "homeroom": True, "music": True, "neighbour": False, "stranger": False}


@pytest.fixture
def people(db: Session, book: OpenBook) -> dict[str, Person]:
    """The class's own people, a teacher of the class next door, and the principal of another school."""
    neighbour = make_class(db, book.cast.school, "1A2").homeroom
    stranger = make_school(db, 2).principal
    cast = {
        "principal": book.cast.school.principal, "clerk": book.cast.school.clerk, "homeroom": book.cast.homeroom,
        "music": book.cast.music, "neighbour": neighbour, "stranger": stranger,
    }  # fmt: skip
    return {name: found(db, staff_id) for name, staff_id in cast.items()}


def found(db: Session, staff_id: UUID) -> Person:
    person = staffing.person(db, NOW, Staff.id == staff_id)
    assert person is not None
    return person


@pytest.mark.parametrize(("who", "sees"), list(VISIBLE.items()))
def test_a_class_term_is_seen_by_its_own_people(
    db: Session, book: OpenBook, people: dict[str, Person], who: str, *, sees: bool
) -> None:
    head = access.class_term(db, book.id, people[who], NOW)
    assert (head is not None) is sees
    assert head is None or head.my_slots == staffing.slots_of(db, people[who].staff_id, book.cast.class_id, NOW)


@pytest.mark.parametrize(("who", "sees"), list(VISIBLE.items()))
def test_a_record_is_seen_by_those_who_see_its_class(
    db: Session, book: OpenBook, people: dict[str, Person], who: str, *, sees: bool
) -> None:
    head = access.record(db, UUID(book.records[1]), people[who], NOW)
    assert (head is not None) is sees
    if head is not None:
        assert (str(head.id), head.order_no, head.class_term.id) == (book.records[1], 2, book.id)


def test_a_record_that_is_not_there_is_seen_by_nobody(db: Session, book: OpenBook, people: dict[str, Person]) -> None:
    assert access.record(db, book.id, people["principal"], NOW) is None


@pytest.mark.parametrize(
    ("who", "sheet_of_music", "sheet_of_maths", "summary"),
    [
        ("principal", True, True, True),
        ("clerk", True, True, True),
        ("homeroom", True, True, True),
        ("music", True, False, False),
        ("neighbour", False, False, False),
        ("stranger", False, False, False),
    ],
)
def test_papers_are_seen_by_those_whom_they_concern(
    db: Session,
    book: OpenBook,
    people: dict[str, Person],
    who: str,
    *,
    sheet_of_music: bool,
    sheet_of_maths: bool,
    summary: bool,
) -> None:
    music, maths = (make_document(book, kind="subject_sheet", slot=slot, part=1) for slot in ("am_nhac", "toan"))
    papers = (music, maths, make_document(book))
    seen = tuple(access.document(db, paper.id, people[who], NOW) is not None for paper in papers)
    assert seen == (sheet_of_music, sheet_of_maths, summary)


def test_cells_are_read_by_their_teacher_homeroom_and_offices(
    db: Session, book: OpenBook, people: dict[str, Person]
) -> None:
    allowed = set()
    for name in ("principal", "homeroom", "music"):
        head = access.class_term(db, book.id, people[name], NOW)
        assert head is not None
        allowed |= {
            (name, slot) for slot in ("toan", "am_nhac", HOMEROOM) if access.may_read_slot(people[name], head, slot)
        }
    assert {slot for name, slot in allowed if name == "music"} == {"am_nhac"}
    assert len(allowed) == 7


def test_a_teacher_who_has_left_sees_nothing(db: Session, book: OpenBook) -> None:
    gone = make_staff(db, book.cast.school.school_id, 77)
    registration.assign(db, book.cast.class_id, "toan", gone, (SINCE, NOW), is_signer=False)
    person = found(db, gone)
    assert access.class_term(db, book.id, person, NOW) is None
    assert access.visible_classes(db, person, NOW) == []


def test_unknown_things_are_not_found(db: Session, book: OpenBook, people: dict[str, Person]) -> None:
    assert access.class_term(db, book.cast.class_id, people["principal"], NOW) is None
    assert access.document(db, book.id, people["principal"], NOW) is None


def test_the_board_shows_a_school_or_some_of_its_classes(
    db: Session, book: OpenBook, people: dict[str, Person]
) -> None:
    open_book(db, make_class(db, book.cast.school, "1A3"))
    school_id = book.cast.school.school_id
    assert access.visible_classes(db, people["principal"], NOW) is None
    assert [line.class_name for line in board.school_board(db, school_id)] == ["1A1", "1A3"]
    mine = access.visible_classes(db, people["music"], NOW)
    assert [line.class_name for line in board.school_board(db, school_id, mine)] == ["1A1"]
    assert board.school_board(db, people["stranger"].school_id) == []


def test_a_key_names_its_person_and_is_kept_as_a_hash(db: Session, book: OpenBook) -> None:
    token = demo.new_token(db, book.cast.music)
    db.flush()
    found = visitors.by_key(db, token, NOW)
    assert found is not None
    assert (found.person.staff_id, found.scopes) == (book.cast.music, EVERY_SCOPE)
    assert visitors.by_key(db, visitors.sha256_of(token), NOW) is None
