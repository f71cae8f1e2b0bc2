"""What waits for whose signature: own classes only, subjects of one teacher together, the rest with its reason."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action
from domain.stages import Stage
from storage import signing_desk
from storage.signing_desk import Line
from storage.staffing import Person
from storage.tables import TeachingAssignment
from tests.factories import NOW, SUBJECTS, OpenBook, make_class, make_school, open_book
from tests.standing import Standing

OWN = tuple(slot for slot in SUBJECTS if slot != "am_nhac")


@pytest.fixture
def book(reviewed_term: Standing[OpenBook], db: Session) -> OpenBook:
    return replace(reviewed_term.made, session=db)


def who(book: OpenBook, slot: str, *roles: str) -> Person:
    return Person(book.cast.who(slot), book.cast.school.school_id, slot, frozenset(roles))


def desk(book: OpenBook, slot: str, *roles: str) -> list[Line]:
    return signing_desk.lines(book.session, who(book, slot, *roles), NOW)


def test_a_teacher_s_sheets_of_one_class_are_one_line_and_the_homeroom_part_another(book: OpenBook) -> None:
    sheets, whole = desk(book, HOMEROOM)
    assert (sheets.slots, sheets.ready, sheets.later, set(sheets.ready_slots)) == (OWN, 3, [], set(OWN))
    assert (whole.slots, whole.ready, len(whole.later[0].record_ids)) == ((HOMEROOM,), 0, 3)


def test_after_a_return_only_what_changed_is_signed_again(book: OpenBook) -> None:
    book.act(Action.SIGN, OWN[0], more_slots=OWN[1:])
    book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=book.reason())
    sheets, _ = desk(book, HOMEROOM)
    assert (sheets.ready, sheets.later_slots) == (0, ("toan",))
    [waiting] = sheets.later
    assert (waiting.state.stage, waiting.state.open_slots, waiting.record_ids) == (
        Stage.ENTRY, ("toan",), book.records[:1],
    )  # fmt: skip


def test_a_held_pupil_waits_and_the_others_do_not(book: OpenBook) -> None:
    book.act(Action.HOLD, HOMEROOM, book.records[1:2], reason_id=book.reason())
    [music] = desk(book, "am_nhac")
    assert (music.ready, music.later[0].state.held, music.later[0].record_ids) == (2, True, book.records[1:2])


def test_the_principal_and_the_clerk_see_their_school_and_no_other(book: OpenBook, db: Session) -> None:
    open_book(db, make_class(db, book.cast.school, "1A2"))
    open_book(db, make_class(db, make_school(db, 2), "1B1"))
    for slot in (*SUBJECTS, HOMEROOM):
        book.act(Action.SIGN, slot)
    principal, clerk = desk(book, PRINCIPAL, "principal"), desk(book, SEAL, "seal_clerk")
    assert [(line.task.class_name, line.slots, line.ready) for line in principal] == [
        ("1A1", (PRINCIPAL,), 3), ("1A2", (PRINCIPAL,), 0),
    ]  # fmt: skip
    assert [line.ready for line in clerk] == [0, 0]
    assert desk(book, PRINCIPAL) == []  # the office is what counts, not the person


def test_whoever_has_left_the_class_signs_nothing_there(book: OpenBook) -> None:
    mine = TeachingAssignment.staff_id == book.cast.music
    book.session.execute(update(TeachingAssignment).where(mine).values(valid_to=NOW - timedelta(days=1)))
    assert desk(book, "am_nhac") == []


def test_what_is_issued_is_gone_from_the_desk(book: OpenBook) -> None:
    for slot in (*SUBJECTS, HOMEROOM):
        book.act(Action.SIGN, slot)
    book.act(Action.APPROVE, PRINCIPAL)
    book.act(Action.SEAL, SEAL)
    book.act(Action.ISSUE, SEAL)
    assert desk(book, PRINCIPAL, "principal") == desk(book, HOMEROOM) == []


def test_everybody_who_is_waited_for_has_a_name(book: OpenBook) -> None:
    found = signing_desk.people(book.session, {book.cast.class_id}, NOW)
    assert {slot for _, slot in found} == {*SUBJECTS, HOMEROOM, PRINCIPAL, SEAL}
    assert {found[book.cast.class_id, slot].staff_id for slot in ("toan", HOMEROOM)} == {book.cast.homeroom}


def test_another_school_s_class_is_nobody_s_task(book: OpenBook, db: Session) -> None:
    foreign = open_book(db, make_class(db, make_school(db, 2), "1B1"))
    stranger = replace(who(book, PRINCIPAL, "principal"), school_id=foreign.cast.school.school_id)
    only: set[UUID] = {book.id}
    assert signing_desk.tasks(db, stranger, NOW, only) == []
