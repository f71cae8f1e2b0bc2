"""Deadlines of class-terms as the database knows them."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from domain.deadlines import Hook
from storage import deadlines
from storage.tables import ClassTermRow, DeadlineEvent
from tests.factories import DUE, OpenBook

LATER = DUE + timedelta(days=7)


def note(book: OpenBook, version: int, due_at: datetime, hook: Hook | None = None) -> ClassTermRow:
    deadlines.note(book.session, book.id, version, due_at, hook)
    book.session.expire_all()
    return book.session.get_one(ClassTermRow, book.id)


def test_a_moved_deadline_is_kept_and_is_not_overdue(book: OpenBook) -> None:
    assert note(book, 1, DUE, Hook.OVERDUE).overdue
    moved = note(book, 2, LATER)
    assert (moved.due_at, moved.policy_version, moved.overdue) == (LATER, 2, False)


def test_an_older_policy_version_changes_nothing(book: OpenBook) -> None:
    note(book, 3, LATER)
    kept = note(book, 2, DUE, Hook.OVERDUE)
    assert (kept.due_at, kept.policy_version, kept.overdue) == (LATER, 3, False)


@pytest.mark.parametrize("hook", Hook)
def test_a_hook_is_kept_once_per_policy_version(book: OpenBook, hook: Hook) -> None:
    assert note(book, 1, DUE, hook).overdue is (hook is Hook.OVERDUE)
    note(book, 1, DUE, hook)
    note(book, 2, LATER, hook)
    events = book.session.execute(select(DeadlineEvent.kind, DeadlineEvent.policy_version)).all()
    assert sorted(events) == [(hook.value, 1), (hook.value, 2)]


def test_being_overdue_outlasts_the_escalation(book: OpenBook) -> None:
    note(book, 1, DUE, Hook.OVERDUE)
    assert note(book, 1, DUE, Hook.ESCALATION).overdue
