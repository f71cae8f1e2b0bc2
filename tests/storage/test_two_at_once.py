"""Two people at one cell in one moment, on two connections that commit."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from time import monotonic

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from domain.decisions import Action
from domain.errors import Conflict
from domain.scales import CellKind
from storage import entries, saving
from storage.database import Sessions, make_engine, make_sessions
from storage.migrate import upgrade
from storage.saving import CellEdit, SaveResult
from tests.database import another_database
from tests.factories import OpenBook, edit, fill, make_class, make_school, open_book

WAITS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
PATIENCE = 10.0
numbers = count(1)


@pytest.fixture(scope="module")
def sessions(postgres_url: str) -> Iterator[Sessions]:
    """Sessions that commit, in a database of their own: other tests count rows."""
    address = another_database(postgres_url, "two_at_once")
    upgrade(address)
    engine = make_engine(address)
    yield make_sessions(engine)
    engine.dispose()


@pytest.fixture
def book(sessions: Sessions) -> OpenBook:
    with sessions.begin() as session:
        return open_book(session, make_class(session, make_school(session, next(numbers))))


def save(book: OpenBook, session: Session, value: str, version: int = 0, record: int = 0) -> SaveResult:
    """One score in maths, by somebody who saw this version."""
    given = edit(book, "toan", CellKind.SCORE, value, record)
    seen = [CellEdit(given.record_id, given.key, value, version)]
    return saving.save_cells(session, book.id, "toan", seen, book.cast.homeroom)


def later(sessions: Sessions, work: Callable[[Session], SaveResult]) -> Future[SaveResult]:
    """Begin `work` on a connection of its own; comes back once it waits for somebody's lock."""

    def run() -> SaveResult:
        with sessions.begin() as session:
            return work(session)

    thread = ThreadPoolExecutor(1)
    future = thread.submit(run)
    thread.shutdown(wait=False)
    patience = monotonic() + PATIENCE
    with sessions() as looking:
        while not looking.scalar(WAITS):
            assert monotonic() < patience, "nobody waits"
    return future


def written(sessions: Sessions, book: OpenBook) -> list[str]:
    """Everything that the cell ever held, newest first."""
    cell = edit(book, "toan", CellKind.SCORE, "")
    with sessions() as session:
        return [trace.after for trace in entries.history(session, cell.record_id, "toan", cell.key)]


def test_the_later_one_is_told_and_what_the_first_one_wrote_stays(sessions: Sessions, book: OpenBook) -> None:
    with sessions.begin() as first:
        save(book, first, "9").require_all()
        second = later(sessions, lambda session: save(book, session, "5"))
    (told,) = second.result(PATIENCE).overtaken
    assert (told.value, told.version, told.edit.text) == ("9", 1, "5")
    assert written(sessions, book) == ["9"]


def test_who_then_looks_and_saves_again_writes_over_it_knowingly(sessions: Sessions, book: OpenBook) -> None:
    with sessions.begin() as first:
        save(book, first, "9")
        second = later(sessions, lambda session: save(book, session, "5"))
    told = second.result(PATIENCE).overtaken[0]
    with sessions.begin() as session:
        save(book, session, "5", told.version).require_all()
    assert written(sessions, book) == ["5", "9"]


def test_when_the_first_one_fails_the_second_one_writes(sessions: Sessions, book: OpenBook) -> None:
    with sessions.begin() as first:
        save(book, first, "9")
        second = later(sessions, lambda session: save(book, session, "5"))
        first.rollback()
    second.result(PATIENCE).require_all()
    assert written(sessions, book) == ["5"]


def test_two_who_save_different_pupils_do_not_wait_for_each_other(sessions: Sessions, book: OpenBook) -> None:
    with sessions.begin() as first, sessions.begin() as second:
        save(book, first, "9").require_all()
        save(book, second, "5", record=1).require_all()


def test_what_is_handed_in_meanwhile_is_refused_as_a_whole(sessions: Sessions, book: OpenBook) -> None:
    with sessions.begin() as session:
        book.session = session
        fill(book, ["toan"])
    with sessions.begin() as session:
        book.session = session
        book.act(Action.SUBMIT, "toan", book.records[:1])
        second = later(sessions, lambda own: save(book, own, "5", version=1))
    with pytest.raises(Conflict) as refused:
        second.result(PATIENCE)
    assert refused.value.record_ids == book.records[:1]
    assert written(sessions, book) == ["9"]


def test_a_submission_waits_for_who_is_saving_and_freezes_what_was_saved(sessions: Sessions, book: OpenBook) -> None:
    with sessions.begin() as session:
        book.session = session
        fill(book, ["toan"])
    with sessions.begin() as first:
        save(book, first, "5", version=1).require_all()

        def submit(session: Session) -> SaveResult:
            book.session = session
            book.act(Action.SUBMIT, "toan")
            return SaveResult()

        handed_in = later(sessions, submit)
    handed_in.result(PATIENCE)
    with sessions() as session:
        lines = entries.hashed_cells(session, "toan", book.opened.record_ids)[book.opened.record_ids[0]]
    assert ["end_hk1", "toan", "T", "5", "Có tiến bộ, cần tiếp tục phát huy."] in lines
