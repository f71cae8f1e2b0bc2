"""Personal data is kept as long as the policy says, by the rights of a worker, and no table is forgotten."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, delete, func, select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from domain.errors import Invalid
from domain.retention import Certainty, read_policy
from domain.sights import Sight
from storage import previews, retention, sights
from storage.grants import WORKER
from storage.previews import SlotOfPerson
from storage.rosters import previews as roster_previews
from storage.sights import Seen
from storage.staffing import Person
from storage.tables import (
    Account,
    AccountLink,
    AccountSession,
    ApiToken,
    Base,
    KnownDevice,
    LastLook,
    MailRow,
    Notice,
    RecoveryCode,
    SignInAttempt,
    Staff,
)
from tests.database import restricted
from tests.factories import OpenBook

SHIPPED = Path(retention.__file__).parent.parent / "domain" / "retention" / "data" / "luu-giu-2026.1.toml"
POLICY = read_policy()
NOW = datetime.now(UTC)
# Who a row is about, or who touched it.
PEOPLE = frozenset({"accounts", "staff", "pupils", "enrolments", "term_records"})
# Words that say somebody's name, body, place or machine, whatever table they stand in.
PERSONAL = frozenset({"full_name", "personal_id", "birth_date", "network", "device", "device_sha256", "login", "email"})


def is_personal(table: str) -> bool:
    columns = Base.metadata.tables[table].columns
    points = {key.column.table.name for column in columns for key in column.foreign_keys}
    return bool(points & PEOPLE) or bool(PERSONAL & set(columns.keys()))


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_every_table_is_in_the_policy(table: str) -> None:
    assert (table in POLICY.by_table) != (table in POLICY.impersonal), f"{table}: how long is it kept?"
    assert not (table in POLICY.impersonal and is_personal(table)), f"{table} has somebody's data"


def test_what_is_personal_is_found() -> None:
    assert {"pupils", "record_views", "accounts", "known_devices"} <= {
        each for each in Base.metadata.tables if is_personal(each)
    }
    retention.require_complete(POLICY)


def test_each_time_has_a_source_and_says_how_sure_it_is() -> None:
    assert all(kind.source and kind.name for kind in POLICY.kinds)
    days = [kind for kind in POLICY.kinds if kind.days is not None]
    assert {kind.certainty for kind in days} == {Certainty.UNVERIFIED}  # found in no text: POLICY.unverified says so
    assert any("days" in each for each in POLICY.unverified)


def test_what_is_deleted_belongs_to_nothing_that_stays() -> None:
    """Else a sweep would be refused for ever."""
    for table in Base.metadata.sorted_tables:
        held = {key.column.table.name for column in table.columns for key in column.foreign_keys}
        assert not held & set(POLICY.deleted), table.name


def changed(tmp_path: Path, before: str, after: str) -> Path:
    text = SHIPPED.read_text(encoding="utf-8")
    assert before in text
    own = tmp_path / "own.toml"
    own.write_text(text.replace(before, after), encoding="utf-8")
    return own


@pytest.mark.parametrize(
    ("before", "after", "refusal"),
    [
        ('tables = ["record_views"]', "tables = []", "record_views: not named"),
        ('"terms",', '"terms", "pupil_photos",', "pupil_photos: no such table"),
        ('tables = ["record_views"]', 'tables = ["record_views", "terms"]', "terms: named twice"),
        ("days = 1\n", "days = 0\n", "sign_in_attempts: deleted while still needed"),
        ("days = 0\n", "", "previews: after how many days"),
        ("days = 0\n", "days = -1\n", "previews: after how many days"),
        ('reason = "Chữ ký phải kiểm tra được chừng nào văn bản còn giá trị."\n', "", "papers: why is it kept"),
        ('then = "keep"', 'then = "delete"\ndays = 1\ncounted_from = "x"', "must not be deleted"),
    ],
)
def test_a_policy_that_forgets_or_forbids_is_refused(tmp_path: Path, before: str, after: str, refusal: str) -> None:
    own = changed(tmp_path, before, after)
    with pytest.raises(Invalid, match=refusal):
        retention.require_complete(read_policy(own))


def test_a_city_sets_its_own_time(tmp_path: Path, connection: Connection, book: OpenBook) -> None:
    before, after = (f'days = {days}\ncounted_from = "ngày xem"' for days in (730, 30))
    own = read_policy(changed(tmp_path, before, after))
    seen = Seen(book.cast.homeroom, Sight.CLASS, book.cast.school.school_id, class_term_id=book.id)
    sights.note(book.session, seen, NOW - timedelta(days=40))
    book.session.commit()
    assert retention.sweep(restricted(connection, WORKER), POLICY, NOW) == 0
    assert retention.sweep(restricted(connection, WORKER), own, NOW) == 1


def rows(session: Session) -> Mapping[str, int]:
    tables = (Base.metadata.tables[name] for name in POLICY.deleted)
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def of_everything(book: OpenBook, at: datetime) -> None:
    """A row of each table that is swept, whose time counts from `at`."""
    session, cast, school = book.session, book.cast, book.cast.school
    sights.note(session, Seen(cast.homeroom, Sight.CLASS, school.school_id, class_term_id=book.id), at)
    previews.keep(session, SlotOfPerson(book.id, "toan", cast.homeroom), [], at - previews.LIFETIME)
    clerk = Person(school.clerk, school.school_id, "Văn thư", frozenset({"seal_clerk"}))
    roster_previews.keep(session, clerk, {}, at - roster_previews.LIFETIME)
    account = Account(id=uuid4(), login=uuid4().hex)
    session.add(account)
    session.flush()
    mark = uuid4().hex
    session.add_all([
        SignInAttempt(login_sha256=mark, network="192.0.2.1", attempted_at=at),
        AccountSession(
            account_id=account.id, staff_id=cast.homeroom, duty="homeroom", token_sha256=mark * 2, device="",
            network="", expires_at=at,
        ),
        KnownDevice(account_id=account.id, device_sha256=mark, device="", seen_at=at),
        AccountLink(account_id=account.id, purpose="invitation", nonce=b"n", token_sha256=mark * 2, expires_at=at),
        ApiToken(staff_id=cast.homeroom, name="", token_sha256=mark * 2, scopes=[], expires_at=at),
        Notice(staff_id=cast.homeroom, kind="nudge", subject_ref=mark, created_at=at),
        MailRow(key=mark, account_id=account.id, kind="digest", closed_at=at),
        MailRow(key=mark + "/waits", account_id=account.id, kind="digest"),
    ])  # fmt: skip
    session.flush()


def test_what_is_over_goes_and_the_rest_stays(connection: Connection, book: OpenBook) -> None:
    """As the worker of the daily sweep, twice."""
    session, worker = book.session, restricted(connection, WORKER)
    before, people = rows(session), session.scalar(select(func.count()).select_from(Staff))
    of_everything(book, NOW)
    session.commit()
    fresh = rows(session)
    assert retention.sweep(worker, POLICY, NOW) == 0
    for days in (1, 731):
        of_everything(book, NOW - timedelta(days=days, minutes=1))
    session.add(
        LastLook(staff_id=book.cast.homeroom, class_term_id=book.id, wf_seq=1, looked_at=NOW - timedelta(days=731))
    )
    session.commit()
    gone = sum(2 if POLICY.deleted[name] < 2 else 1 for name in POLICY.deleted)
    assert retention.sweep(worker, POLICY, NOW) == gone
    assert retention.sweep(worker, POLICY, NOW) == 0
    left = rows(session)
    for name, days in POLICY.deleted.items():
        if name not in {"last_looks", "mails"}:
            assert left[name] == fresh[name] + (0 if days < 2 else 1), name
    assert left["last_looks"] == before["last_looks"]
    assert left["mails"] == 2 + 3  # of what waits to be sent nothing is over
    assert session.scalar(select(func.count()).select_from(Staff)) == people


def test_many_rows_go_a_few_at_a_time(connection: Connection, book: OpenBook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    long_ago = NOW - timedelta(days=800)
    for number in range(5):
        seen = Seen(book.cast.homeroom, Sight.CLASS, book.cast.school.school_id, class_term_id=book.id)
        sights.note(book.session, seen, long_ago - timedelta(days=number))
    book.session.commit()
    assert retention.sweep(restricted(connection, WORKER), POLICY, NOW) == 5


def test_a_worker_deletes_what_it_cannot_read(connection: Connection, book: OpenBook) -> None:
    of_everything(book, NOW)
    book.session.commit()
    worker = restricted(connection, WORKER)
    for refused in (select(AccountSession.token_sha256), select(SignInAttempt.network), delete(RecoveryCode)):
        with pytest.raises(ProgrammingError, match="permission denied"), worker() as session:
            session.execute(refused)
