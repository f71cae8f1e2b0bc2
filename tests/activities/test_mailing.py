"""Messages over a real mail server: gathered, sent once, late where they must be; each activity run twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from temporalio.testing import ActivityEnvironment

from activities.carriers import Carrier, MailCarrier, message_id
from activities.letters import COMPOSERS
from activities.mailing import MailingActivities, Post, Readers
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from storage import mails
from storage.database import Sessions
from storage.tables import Account, ClassTermRow, MailRow, Notice, Staff
from tests.activities.mail_server import DROP, PASSWORD, Postbox, Running, mail_server
from tests.factories import OpenBook, fill, open_book

SITE = "https://hocba.truong.example"
TABLES = ("mails", "notices")
TODAY = "2026-12-01"


def last(hour: int) -> datetime:
    """The last time that it was so late, in UTC: the database's own clock must not be behind that of a test."""
    at = datetime.now(UTC).replace(minute=0)
    return at - timedelta(hours=(at.hour - hour) % 24)


class Clock:
    """Noon of a day, until it is turned."""

    def __init__(self) -> None:
        self.now = last(5)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with mail_server(tmp_path_factory.mktemp("mail")) as running:
        yield running


@pytest.fixture
def box(running: Running) -> Postbox:
    for kept in (running.box.messages, running.box.answers, running.box.after_data):
        kept.clear()
    return running.box


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(db: Session, clock: Clock) -> OpenBook:
    """A class due tomorrow, whose people have mail addresses."""
    book = open_book(db)
    db.get_one(ClassTermRow, book.id).due_at = clock.now + timedelta(days=1)
    for number, who in enumerate((book.cast.homeroom, book.cast.music, book.cast.school.principal)):
        account = Account(login=f"person-{number}", email=f"person-{number}@truong.example")
        db.add(account)
        db.flush()
        db.get_one(Staff, who).account_id = account.id
    db.commit()
    return book


def activities_of(sessions: Sessions, clock: Clock, **carriers: Carrier) -> MailingActivities:
    return MailingActivities(sessions, Post(COMPOSERS, carriers, SITE), clock)


@pytest.fixture
def mailing(sessions: Sessions, clock: Clock, running: Running) -> MailingActivities:
    return activities_of(sessions, clock, mail=MailCarrier(running.server))


def account_of(book: OpenBook, who: UUID) -> Account:
    account_id = book.session.get_one(Staff, who).account_id
    return book.session.get_one(Account, account_id)


def rows(book: OpenBook) -> list[object]:
    book.session.expire_all()
    return [book.session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all() for table in TABLES]  # noqa: S608


def mail_rows(book: OpenBook) -> list[MailRow]:
    book.session.expire_all()
    return list(book.session.scalars(select(MailRow).order_by(MailRow.key)))


def return_toan(book: OpenBook, homeroom: UUID | None = None) -> None:
    """The principal's class sends the music of two pupils back to its teacher."""
    book.submit_all()
    book.act(Action.RETURN, HOMEROOM, book.records[:2], to_slot="am_nhac", reason_id=book.reason())
    book.session.commit()


def run_once(mailing: MailingActivities, temporal: ActivityEnvironment) -> int:
    temporal.run(mailing.gather_notices)
    return int(temporal.run(mailing.send_mails))


def test_a_return_is_told_at_once_without_a_pupils_name(
    book: OpenBook, mailing: MailingActivities, temporal: ActivityEnvironment, box: Postbox
) -> None:
    return_toan(book)
    assert run_once(mailing, temporal) == 2  # the music teacher's work again; the homeroom teacher's review
    message = next(each for each in box.messages if each["To"] == "person-1@truong.example")
    assert message["From"] == "Học bạ số <hocba@truong.example>"
    words = box.words(box.messages.index(message))
    assert "Lớp 1A1, Học kì I: phần Âm nhạc bị trả lại để sửa (2 học sinh)." in words
    assert f"{SITE}/lop/{book.id}/nhap/am_nhac" in words
    names = book.session.scalars(text("SELECT full_name FROM pupils")).all()
    assert not [name for name in names if name in words or name in message["Subject"]]
    assert message.get_body(("html",)) is not None


def test_gathering_and_sending_twice_changes_nothing(
    book: OpenBook, mailing: MailingActivities, temporal: ActivityEnvironment, box: Postbox
) -> None:
    return_toan(book)
    temporal.run(mailing.gather_notices)
    gathered = rows(book)
    temporal.run(mailing.gather_notices)
    assert rows(book) == gathered
    assert temporal.run(mailing.send_mails) == 2
    sent = rows(book)
    assert temporal.run(mailing.send_mails) == 0
    assert rows(book) == sent
    assert len(box.messages) == 2


def test_a_turn_is_told_when_the_day_is_near_and_once_for_all_subjects(
    book: OpenBook, mailing: MailingActivities, temporal: ActivityEnvironment, box: Postbox, clock: Clock
) -> None:
    row = book.session.get_one(ClassTermRow, book.id)
    row.due_at = clock.now + timedelta(days=3)
    book.session.commit()
    assert run_once(mailing, temporal) == 0
    clock.turn(timedelta(days=1, minutes=1))
    assert run_once(mailing, temporal) == 2
    assert {each["To"] for each in box.messages} == {"person-0@truong.example", "person-1@truong.example"}
    assert run_once(mailing, temporal) == 0


def test_who_was_assigned_meanwhile_is_told_and_who_was_relieved_is_not(
    book: OpenBook, mailing: MailingActivities, temporal: ActivityEnvironment, box: Postbox, clock: Clock
) -> None:
    book.session.execute(
        text("UPDATE teaching_assignments SET valid_to = :at WHERE slot = 'am_nhac'"), {"at": clock.now}
    )
    book.session.execute(
        text(
            "INSERT INTO teaching_assignments (id, class_id, slot, staff_id, valid_from)"
            " SELECT gen_random_uuid(), class_id, slot, :who, :at FROM teaching_assignments WHERE slot = 'am_nhac'"
        ),
        {"who": book.cast.school.principal, "at": clock.now},
    )
    book.session.commit()
    run_once(mailing, temporal)
    assert {each["To"] for each in box.messages} == {"person-0@truong.example", "person-2@truong.example"}


def test_what_was_done_before_it_was_sent_is_not_sent(
    book: OpenBook, mailing: MailingActivities, temporal: ActivityEnvironment, box: Postbox
) -> None:
    temporal.run(mailing.gather_notices)
    fill(book, ["am_nhac"])
    book.act(Action.SUBMIT, "am_nhac")
    book.session.commit()
    assert temporal.run(mailing.send_mails) == 1
    assert [each["To"] for each in box.messages] == ["person-0@truong.example"]
    assert {row.trouble for row in mail_rows(book) if row.sent_at is None} == {"done"}


def test_quiet_hours_hold_a_message_until_they_end(
    book: OpenBook, mailing: MailingActivities, temporal: ActivityEnvironment, box: Postbox, clock: Clock
) -> None:
    clock.now = last(15)  # 22:00 in Vietnam
    book.session.get_one(ClassTermRow, book.id).due_at = clock.now + timedelta(days=1)
    account_of(book, book.cast.music).quiet_from = time(0)
    account_of(book, book.cast.music).quiet_until = time(0)
    book.session.commit()
    assert run_once(mailing, temporal) == 1
    clock.turn(timedelta(hours=8, minutes=1))
    assert run_once(mailing, temporal) == 1


def test_a_sign_in_from_a_new_device_is_told_at_any_hour_even_to_who_wants_no_mail(
    book: OpenBook, mailing: MailingActivities, temporal: ActivityEnvironment, box: Postbox, clock: Clock
) -> None:
    clock.now = last(15)
    for who in (book.cast.homeroom, book.cast.music, book.cast.school.principal):
        account_of(book, who).wants_mail = False
    book.session.add(Notice(staff_id=book.cast.music, kind="new_device", subject_ref="device/1", created_at=clock.now))
    book.session.commit()
    assert run_once(mailing, temporal) == 1
    assert "từ một thiết bị mới" in box.words()
    assert box.messages[0]["Subject"] == "Đăng nhập từ một thiết bị mới"


def test_who_cannot_be_reached_holds_up_nobody(
    book: OpenBook, mailing: MailingActivities, temporal: ActivityEnvironment, box: Postbox
) -> None:
    box.answers = ["550 5.1.1 <person-1@truong.example> unknown"]
    assert run_once(mailing, temporal) == 1
    given_up = [row for row in mail_rows(book) if row.sent_at is None]
    assert [(row.trouble, row.closed_at is not None) for row in given_up] == [("550 5.1.1", True)]
    assert run_once(mailing, temporal) == 0


def test_a_server_that_asks_to_come_back_gets_the_message_later(
    book: OpenBook, mailing: MailingActivities, temporal: ActivityEnvironment, box: Postbox, clock: Clock
) -> None:
    box.answers = ["450 4.7.1 greylisted", "450 4.7.1 greylisted"]
    assert run_once(mailing, temporal) == 0
    assert {row.trouble for row in mail_rows(book)} == {"450 4.7.1"}
    assert run_once(mailing, temporal) == 0
    clock.turn(timedelta(minutes=6))
    assert run_once(mailing, temporal) == 2


def test_a_connection_that_breaks_after_the_message_was_taken_leaves_two_copies_of_one_message(
    book: OpenBook, mailing: MailingActivities, temporal: ActivityEnvironment, box: Postbox, clock: Clock
) -> None:
    account_of(book, book.cast.homeroom).wants_mail = False
    book.session.commit()
    box.after_data = [DROP]
    assert run_once(mailing, temporal) == 0
    clock.turn(timedelta(minutes=6))
    assert run_once(mailing, temporal) == 1
    (row,) = mail_rows(book)
    assert [each["Message-ID"] for each in box.messages] == [message_id(row.key, "a@truong.example")] * 2


def test_without_the_server_everything_waits_and_is_useless_after_two_days(
    book: OpenBook, sessions: Sessions, running: Running, temporal: ActivityEnvironment, box: Postbox, clock: Clock
) -> None:
    gone = activities_of(sessions, clock, mail=MailCarrier(replace(running.server, port=1)))
    assert run_once(gone, temporal) == 0
    assert [row.trouble for row in mail_rows(book)] == ["ConnectionRefusedError", ""]  # one attempt, not one for each
    clock.turn(timedelta(days=2, hours=1))
    assert run_once(gone, temporal) == 0
    assert all(row.closed_at and not row.sent_at for row in mail_rows(book) if row.created_at < clock.now)


def test_a_wrong_password_is_ours_to_mend_and_loses_no_message(
    book: OpenBook, sessions: Sessions, running: Running, temporal: ActivityEnvironment, clock: Clock
) -> None:
    wrong = activities_of(sessions, clock, mail=MailCarrier(replace(running.server, password="another")))
    assert run_once(wrong, temporal) == 0
    assert [bool(row.trouble) for row in mail_rows(book)] == [True, False]  # one attempt, not one for each
    assert not [row for row in mail_rows(book) if row.closed_at]
    assert PASSWORD not in repr(running.server)


def test_without_a_mail_server_the_list_shows_what_would_have_been_sent(
    book: OpenBook, sessions: Sessions, temporal: ActivityEnvironment, clock: Clock
) -> None:
    assert run_once(activities_of(sessions, clock), temporal) == 0
    listed = mails.newest(book.session, book.cast.school.school_id, 10)
    assert {(line.kind, line.channel, line.sent_at) for line in listed} == {("notice", "mail", None)}
    assert len(listed) == 2


def test_the_morning_has_one_message_with_everything_due_and_none_for_who_is_done(
    book: OpenBook, mailing: MailingActivities, temporal: ActivityEnvironment, box: Postbox
) -> None:
    fill(book, ["am_nhac"])
    book.act(Action.SUBMIT, "am_nhac")
    book.session.commit()
    readers = temporal.run(mailing.list_readers, "")
    assert len(readers) == 3
    assert temporal.run(mailing.list_readers, readers[-1]) == []
    page = Readers(TODAY, tuple(readers))
    assert temporal.run(mailing.queue_digests, page) == 1
    queued = rows(book)
    assert temporal.run(mailing.queue_digests, page) == 1
    assert rows(book) == queued
    assert temporal.run(mailing.send_mails) == 1
    assert box.messages[0]["Subject"] == "Việc học bạ hôm nay: 1 việc"
    assert "Đến hạn trong bảy ngày" in box.words()
    assert "nhập Tiếng Việt" in box.words()


def test_a_morning_whose_work_was_done_by_then_is_not_sent(
    book: OpenBook, mailing: MailingActivities, temporal: ActivityEnvironment, box: Postbox
) -> None:
    readers = temporal.run(mailing.list_readers, "")
    assert temporal.run(mailing.queue_digests, Readers(TODAY, tuple(readers))) == 2
    book.submit_all()
    book.act(Action.REVIEW, HOMEROOM)
    book.session.get_one(ClassTermRow, book.id).due_at += timedelta(days=30)
    book.session.commit()
    assert temporal.run(mailing.send_mails) == 0
    assert box.messages == []


def test_who_wants_no_morning_message_gets_none(
    book: OpenBook, mailing: MailingActivities, temporal: ActivityEnvironment
) -> None:
    account_of(book, book.cast.homeroom).wants_digest = False
    account_of(book, book.cast.music).disabled_at = datetime.now(UTC)
    account_of(book, book.cast.school.principal).email = ""
    book.session.commit()
    assert temporal.run(mailing.list_readers, "") == []


def test_english_and_html_are_whole(
    book: OpenBook, mailing: MailingActivities, temporal: ActivityEnvironment, box: Postbox
) -> None:
    account_of(book, book.cast.music).language = "en"
    book.session.commit()
    run_once(mailing, temporal)
    english = next(each for each in box.messages if each["To"] == "person-1@truong.example")
    body = english.get_body(("html",))
    assert body is not None
    page = str(body.get_content())
    assert '<html lang="en">' in page
    assert "src=" not in page
    assert not any(loading in page for loading in (' style="', "url(", "@import", "<link"))
    assert f'href="{SITE}/lop/{book.id}/nhap/am_nhac"' in page
