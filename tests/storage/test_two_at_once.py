"""Two people at one cell, or at one class, in one moment, on two connections that commit."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from time import monotonic
from typing import TypeVar
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from activities.oneroster import export_school, plan_import
from domain.assessment import Term
from domain.decisions import Action
from domain.errors import Conflict
from domain.pupils import ListedPupil
from domain.scales import CellKind
from storage import checks, entries, saving
from storage.checks import FoundStatus
from storage.database import Sessions, make_engine, make_sessions
from storage.opening import OpenedTerm, open_term
from storage.pupil_decisions import PupilAssessment, set_assessment
from storage.rosters import entering
from storage.rosters.shapes import ListedClass
from storage.saving import CellEdit, SaveResult
from storage.tables import CertificateRow, ClassGroup, Enrolment, PupilRow, PupilTerm, School, TermRecord
from tests.database import migrated_database
from tests.factories import (
    DUE,
    NOW,
    YEAR,
    OpenBook,
    fill,
    make_certificate,
    make_class,
    make_pupils,
    make_school,
    open_book,
    place,
)

WAITS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
PATIENCE = 10.0
numbers = count(1)
Done = TypeVar("Done")


@pytest.fixture(scope="module")
def sessions(postgres_url: str) -> Iterator[Sessions]:
    """Sessions that commit, in a database of their own: other tests count rows."""
    address = migrated_database(postgres_url, "two_at_once")
    engine = make_engine(address)
    yield make_sessions(engine)
    engine.dispose()


@pytest.fixture
def book(sessions: Sessions) -> OpenBook:
    with sessions.begin() as session:
        return open_book(session, make_class(session, make_school(session, next(numbers))))


def save(book: OpenBook, session: Session, value: str, version: int = 0, record: int = 0) -> SaveResult:
    """One score in maths, by somebody who saw this version."""
    seen = [CellEdit(*place(book, "toan", CellKind.SCORE, record), value, version)]
    return saving.save_cells(session, book.id, "toan", seen, book.cast.homeroom)


def later(sessions: Sessions, work: Callable[[Session], Done]) -> Future[Done]:
    """Begin `work` on a connection of its own; comes back once it waits for somebody's lock."""

    def run() -> Done:
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
    record_id, key = place(book, "toan", CellKind.SCORE)
    with sessions() as session:
        return [trace.after for trace in entries.history(session, record_id, "toan", key)]


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


@dataclass(frozen=True)
class TwoClasses:
    """Classes 1A1 and 1A2 without books; a list moves a pupil from 1A1 to 1A2, and puts another one into 1A1."""

    school_id: UUID
    class_id: UUID
    mover: ListedPupil
    newcomer: ListedPupil

    def enter(self, session: Session) -> dict[str, UUID]:
        lists = [ListedClass(YEAR, 1, "1A1", (self.newcomer,)), ListedClass(YEAR, 1, "1A2", (self.mover,))]
        return entering.register(session, self.school_id, lists, NOW.date())

    def open(self, session: Session) -> OpenedTerm:
        return open_term(session, self.class_id, Term.HK1, DUE)


@pytest.fixture
def classes(sessions: Sessions) -> TwoClasses:
    with sessions.begin() as session:
        number = next(numbers)
        school_id = make_school(session, number).school_id
        mover, newcomer, *others = make_pupils(4, seed=number)
        first, second = (ListedClass(YEAR, 1, "1A1", (mover, others[0])), ListedClass(YEAR, 1, "1A2", (others[1],)))
        class_ids = entering.register(session, school_id, [first, second], date.min)
        return TwoClasses(school_id, class_ids["1A1"], mover, newcomer)


def in_book(sessions: Sessions, opened: OpenedTerm) -> list[tuple[str, str]]:
    """Code and class of each pupil who has a record in a book."""
    query = (
        select(PupilRow.pupil_code, ClassGroup.name)
        .join(Enrolment, Enrolment.pupil_id == PupilRow.id)
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .join(TermRecord, TermRecord.enrolment_id == Enrolment.id)
        .where(TermRecord.class_term_id == opened.class_term_id)
    )
    with sessions() as session:
        return [(code, name) for code, name in session.execute(query)]


def test_who_enters_a_list_while_a_book_is_opened_is_told_of_the_book(sessions: Sessions, classes: TwoClasses) -> None:
    with sessions.begin() as first:
        opened = classes.open(first)
        entered = later(sessions, classes.enter)
    with pytest.raises(Conflict, match="sổ đang mở của lớp 1A1"):
        entered.result(PATIENCE)
    assert classes.mover.pupil_code in dict(in_book(sessions, opened))
    assert {name for _, name in in_book(sessions, opened)} == {"1A1"}


def test_a_book_that_is_opened_while_a_list_is_entered_holds_what_the_list_says(
    sessions: Sessions, classes: TwoClasses
) -> None:
    with sessions.begin() as first:
        classes.enter(first)
        opening = later(sessions, classes.open)
    book = dict(in_book(sessions, opening.result(PATIENCE)))
    assert classes.newcomer.pupil_code in book
    assert classes.mover.pupil_code not in book
    assert set(book.values()) == {"1A1"}


def test_a_book_that_is_opened_meanwhile_takes_over_how_a_pupil_is_assessed(sessions: Sessions, book: OpenBook) -> None:
    with sessions.begin() as first:
        book.session = first
        reason = UUID(book.reason("Theo hồ sơ khuyết tật."))
        set_assessment(first, book.id, book.opened.record_ids[0], PupilAssessment(True, False), reason)
        opening = later(sessions, lambda session: open_term(session, book.cast.class_id, Term.YEAR_END, DUE))
    opened = opening.result(PATIENCE)
    with sessions() as session:
        assert session.get_one(PupilTerm, opened.record_ids[0]).assessment_waived


def test_a_package_is_compared_only_when_the_opening_of_a_book_has_ended(
    sessions: Sessions, classes: TwoClasses
) -> None:
    with sessions() as session:
        package = export_school(session, session.get_one(School, classes.school_id).code, YEAR)
    with sessions.begin() as first:
        classes.open(first)
        planned = later(sessions, lambda session: plan_import(session, package))
    assert planned.result(PATIENCE).is_ready


def test_an_answer_that_waits_for_a_newer_one_does_not_undo_it(sessions: Sessions, book: OpenBook) -> None:
    def hear(session: Session, status: str, at: datetime) -> None:
        checks.keep_checks(session, [FoundStatus(sha256, status, "ocsp", "127.0.0.1", "", None, at, None, at)], None)

    with sessions.begin() as session:
        sha256 = make_certificate(session, book.cast.homeroom).sha256
    with sessions.begin() as first:
        hear(first, "suspended", NOW + timedelta(minutes=1))
        second = later(sessions, lambda session: hear(session, "good", NOW))
    second.result(PATIENCE)
    with sessions() as session:
        assert session.scalars(select(CertificateRow.state).where(CertificateRow.sha256 == sha256)).one() == "suspended"
