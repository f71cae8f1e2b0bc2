"""Where a book stands whose workflow is not there: what only its own journal knows, and whom it has told."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.deadlines import OFFSETS, Hook
from domain.decisions import Action, Decision
from domain.record_states import MATTER
from domain.stages import Stage
from storage import deadlines, reopening
from storage.campaigns import drifts
from storage.reopening import BookStanding
from storage.tables import ClassTermRow
from tests.factories import DUE, OpenBook
from tests.issued import issue, issued_book, sign

LATE = DUE + timedelta(days=30)


def standing(book: OpenBook, at: datetime = LATE) -> BookStanding:
    book.session.expire_all()
    return reopening.standing(book.session, book.id, at)


def hold(book: OpenBook, record: str) -> None:
    book.act(Action.HOLD, HOMEROOM, [record], reason_id=book.reason())


def move(book: OpenBook, action: Action, record: str) -> None:
    book.take(Decision(action, MATTER, (record,)))


def test_who_was_held_before_moving_is_held_when_the_pupil_stays(book: OpenBook) -> None:
    held, other, let_go = book.records
    for record in (held, let_go):
        hold(book, record)
    book.act(Action.RELEASE, HOMEROOM, [let_go])
    for record in (held, other, let_go):
        move(book, Action.DETACH_BEGIN, record)
    assert standing(book).records == dict(book.term.records)
    assert [each.held for each in standing(book).records.values()] == [True, False, False]
    move(book, Action.DETACH_CANCEL, held)
    assert standing(book).records == dict(book.term.records)


def test_others_of_a_summary_that_fell_apart_with_a_hold_are_not_held(book: OpenBook) -> None:
    sign(book)
    first, second, _ = book.records
    hold(book, first)
    move(book, Action.DETACH_BEGIN, second)
    assert standing(book).records == dict(book.term.records)


def test_a_held_pupil_keeps_a_book_open_of_which_all_others_are_issued(book: OpenBook) -> None:
    held, *others = book.records
    hold(book, held)
    issue(book, others)
    assert book.session.get_one(ClassTermRow, book.id).stage == Stage.ISSUED
    assert reopening.open_books(book.session) == [book.id]
    assert [each.class_term_id for each in drifts.stored(book.session, book.id)] == [book.id]


def test_a_book_that_is_issued_is_not_open(db: Session) -> None:
    book = issued_book(db)
    assert book.id not in reopening.open_books(db)
    assert drifts.stored(db, book.id) == []


def test_the_newest_decisions_are_answered_again(book: OpenBook) -> None:
    book.submit_all()
    last = book.act(Action.REVIEW, HOMEROOM, book.records[:1])
    found = standing(book).answered
    assert len(found) == 1 + len(book.cast.curriculum.slots)
    assert [each.seq for each in found] == list(range(1, last.seq + 1))
    assert (found[-1].command_id, found[-1].record_ids) == (last.command_id, book.records[:1])


class TestHooks:
    def test_what_nobody_was_told_is_told_now(self, book: OpenBook) -> None:
        assert standing(book).fired == ()

    def test_what_is_on_record_is_not_told_again(self, book: OpenBook) -> None:
        deadlines.note(book.session, book.id, 1, DUE, Hook.OVERDUE)
        assert standing(book).fired == (Hook.OVERDUE,)

    def test_what_is_on_record_of_an_earlier_deadline_counts_no_more(self, book: OpenBook) -> None:
        deadlines.note(book.session, book.id, 1, DUE - timedelta(days=5), Hook.OVERDUE)
        deadlines.note(book.session, book.id, 2, DUE, None)
        assert standing(book).fired == ()

    def test_what_came_before_the_newest_decision_was_told_or_was_not_to_be(self, book: OpenBook) -> None:
        now = datetime.now(UTC)
        deadlines.note(book.session, book.id, 2, now + timedelta(days=1), None)
        book.submit_all()
        assert standing(book, now + timedelta(days=30)).fired == (Hook.REMINDER,)

    def test_what_is_to_come_is_not_over(self, book: OpenBook) -> None:
        deadlines.note(book.session, book.id, 1, DUE, Hook.REMINDER)
        assert standing(book, datetime(2026, 9, 1, tzinfo=UTC)).fired == ()

    def test_of_a_book_that_was_over_nobody_is_reminded(self, db: Session) -> None:
        assert standing(issued_book(db)).fired == tuple(OFFSETS)
