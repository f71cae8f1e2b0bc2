"""The parts of a teacher: how far each is, what it waits for, and why it came back."""

from uuid import UUID

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.parts import PartState
from storage.parts import Part, comment_places, parts_of
from storage.tables import TermRecord
from tests.factories import NOW, OpenBook, fill, open_book


def part(book: OpenBook, slot: str) -> Part:
    return {each.slot: each for each in parts_of(book.session, book.cast.who(slot), NOW)}[slot]


def test_a_teacher_has_the_parts_of_the_present_assignment_in_the_order_of_the_form(book: OpenBook) -> None:
    mine = [each.slot for each in parts_of(book.session, book.cast.homeroom, NOW)]
    assert mine == [slot for slot in book.cast.curriculum.slots if slot != "am_nhac"]
    assert [each.slot for each in parts_of(book.session, book.cast.music, NOW)] == ["am_nhac"]
    assert parts_of(book.session, book.cast.school.principal, NOW) == []


def test_what_is_filled_in_is_counted(book: OpenBook) -> None:
    empty = part(book, "toan")
    assert (empty.filled, empty.required, empty.incomplete) == (0, 12, 3)
    fill(book, ["toan"], book.records[:2])
    some = part(book, "toan")
    assert (some.filled, some.missing, some.incomplete) == (8, 4, 1)
    assert not some.is_late(some.due_at.replace(year=2026))
    assert some.is_late(some.due_at)


def test_a_part_moves_from_open_to_signed(book: OpenBook) -> None:
    assert part(book, "am_nhac").state is PartState.OPEN
    book.submit_all()
    assert part(book, "am_nhac").state is PartState.SENT
    book.act(Action.REVIEW, HOMEROOM)
    assert (part(book, "am_nhac").state, part(book, "am_nhac").to_sign) == (PartState.TO_SIGN, 3)
    assert part(book, HOMEROOM).state is PartState.SENT


def test_what_came_back_says_why_from_whom_and_only_to_whom_it_concerns(book: OpenBook) -> None:
    book.submit_all()
    for reason in ("Lần đầu.", "Nhận xét quá ngắn."):
        told = book.reason(reason)
        book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=told)
        book.act(Action.SUBMIT, "toan", book.records[:1])
    book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=book.reason("Điểm sai."))
    mathematics = part(book, "toan")
    assert mathematics.state is PartState.RETURNED
    assert [each.reason for each in mathematics.returns] == ["Điểm sai."]
    assert mathematics.to_send == (UUID(book.records[0]),)
    assert part(book, "tieng_viet").returns == ()


def test_a_held_pupil_is_not_sent(book: OpenBook) -> None:
    book.session.get_one(TermRecord, UUID(book.records[0])).held = True
    book.session.flush()
    assert (len(part(book, "toan").to_send), part(book, "toan").held) == (2, 1)


def test_phrases_are_for_the_comments_of_ones_own_slots(book: OpenBook) -> None:
    assert comment_places(book.session, book.cast.music, NOW) == [("am_nhac", "am_nhac")]
    places = comment_places(book.session, book.cast.homeroom, NOW)
    assert ("toan", "toan") in places
    assert (HOMEROOM, "qualities") in places


def test_terms_stand_newest_first(book: OpenBook) -> None:
    open_book(book.session, book.cast, Term.YEAR_END)
    assert [each.term for each in parts_of(book.session, book.cast.music, NOW)] == [Term.YEAR_END, Term.HK1]
