"""Writing decisions and deadlines, each twice."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.decisions import DeadlineNote, DecisionActivities
from domain.deadlines import Hook
from domain.decisions import Action
from storage.database import Sessions
from storage.tables import DeadlineEvent, Notice
from tests.factories import DUE, OpenBook, fill, open_book

TABLES = ("class_terms", "term_records", "record_slots", "commands", "audit_entries", "deadline_events", "notices")


@pytest.fixture
def book(db: Session) -> OpenBook:
    book = open_book(db)
    db.commit()
    return book


@pytest.fixture
def activities(sessions: Sessions) -> DecisionActivities:
    return DecisionActivities(sessions)


def rows(book: OpenBook) -> list[object]:
    book.session.expire_all()
    return [book.session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all() for table in TABLES]  # noqa: S608


def test_a_decision_recorded_twice_leaves_the_same_rows(
    book: OpenBook, activities: DecisionActivities, temporal: ActivityEnvironment
) -> None:
    fill(book, ["toan"])
    book.session.commit()
    work = book.next(book.decision(Action.SUBMIT, "toan"))
    before = rows(book)
    temporal.run(activities.record_decision, work)
    once = rows(book)
    temporal.run(activities.record_decision, work)
    assert before != once == rows(book)


def test_a_refusal_is_final_and_writes_nothing(
    book: OpenBook, activities: DecisionActivities, temporal: ActivityEnvironment
) -> None:
    before = rows(book)
    with pytest.raises(ApplicationError) as refused:
        temporal.run(activities.record_decision, book.next(book.decision(Action.SUBMIT, "toan")))
    assert (refused.value.type, refused.value.non_retryable) == ("Incomplete", True)
    assert refused.value.details == (list(book.records),)
    assert rows(book) == before


@pytest.mark.parametrize("hook", [None, *Hook])
def test_a_deadline_noted_twice_leaves_the_same_rows(
    book: OpenBook, activities: DecisionActivities, temporal: ActivityEnvironment, hook: Hook | None
) -> None:
    note = DeadlineNote(str(book.id), 2, DUE.replace(year=2030), hook)
    before = rows(book)
    temporal.run(activities.note_deadline, note)
    once = rows(book)
    temporal.run(activities.note_deadline, note)
    assert before != once == rows(book)


def test_of_a_deadline_that_is_over_nobody_is_told_that_it_is_near(
    book: OpenBook, activities: DecisionActivities, temporal: ActivityEnvironment
) -> None:
    over = datetime.now(UTC) - timedelta(days=1)
    for hook in (None, Hook.REMINDER, Hook.OVERDUE):
        temporal.run(activities.note_deadline, DeadlineNote(str(book.id), 2, over, hook))
    told = book.session.scalars(select(Notice.subject_ref).where(Notice.kind == "deadline"))
    assert {each.split("/")[1] for each in told} == {"overdue"}
    assert list(book.session.scalars(select(DeadlineEvent.kind))) == ["overdue"]
