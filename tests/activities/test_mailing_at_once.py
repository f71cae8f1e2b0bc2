"""Two workers that send in the same moment, and the further channels of a school, over a real HTTP server."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from sqlalchemy import select
from temporalio.testing import ActivityEnvironment

from activities.carriers import Addressee, MailCarrier, NotCarried, OwnChannel, SchoolChannel
from activities.letters import COMPOSERS, Written
from activities.mailing import MailingActivities, Post
from storage.database import Sessions, make_engine, make_sessions
from storage.tables import Account, MailRow, Notice, Staff
from tests.activities.mail_server import mail_server
from tests.database import migrated_database
from tests.factories import make_school, make_staff

# Apprise loads every service that it knows, and one of them uses what Python 3.13 no longer has.
ignoring_imghdr = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
LETTER = Written("Tiêu đề", "Lời thư\n", "<p>Lời thư</p>")
SCHOOL, ELSEWHERE = "79760001", "79760002"


@pytest.fixture(scope="module")
def committing(postgres_url: str) -> Iterator[Sessions]:
    """Sessions that commit, in a database of their own."""
    address = migrated_database(postgres_url, "mails_at_once")
    engine = make_engine(address)
    yield make_sessions(engine)
    engine.dispose()


def test_two_workers_send_each_message_once(committing: Sessions, tmp_path: Path) -> None:
    with committing.begin() as session:
        school = make_school(session)
        for number in range(12):
            staff_id = make_staff(session, school.school_id, 500 + number)
            account = Account(login=f"person-{number}", email=f"person-{number}@truong.example")
            session.add(account)
            session.flush()
            session.get_one(Staff, staff_id).account_id = account.id
            session.add(Notice(staff_id=staff_id, kind="new_device", subject_ref="device/1"))
    with mail_server(tmp_path) as running, ThreadPoolExecutor(2) as threads:
        workers = [
            MailingActivities(
                committing, Post(COMPOSERS, {"mail": MailCarrier(running.server)}, "https://hocba.example")
            )
            for _ in range(2)
        ]
        for worker in workers:
            ActivityEnvironment().run(worker.gather_notices)
        sent = threads.map(lambda worker: ActivityEnvironment().run(worker.send_mails), workers)
        assert sum(sent) == 12
        assert len({message["To"] for message in running.box.messages}) == len(running.box.messages) == 12
    with committing() as session:
        assert all(row.sent_at for row in session.scalars(select(MailRow)))


class _Hook(BaseHTTPRequestHandler):
    got: list[dict[str, str]]
    status = 200

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *said: object) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[tuple[type[_Hook], int]]:
    handler = type("Hook", (_Hook,), {"got": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield handler, server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def addressee(*schools: str, locked: bytes | None = None) -> Addressee:
    return Addressee("notice/1", uuid4(), "", locked, schools)


@ignoring_imghdr
def test_a_schools_channel_hears_of_its_own_school_alone(hook: tuple[type[_Hook], int], tmp_path: Path) -> None:
    handler, port = hook
    config = tmp_path / "channels.yml"
    config.write_text(f"urls:\n  - json://127.0.0.1:{port}:\n      - tag: '{SCHOOL}'\n", "utf-8")
    carrier = SchoolChannel(config)
    carrier.carry(LETTER, addressee(SCHOOL))
    assert [(each["title"], each["message"].strip()) for each in handler.got] == [("Tiêu đề", "Lời thư")]
    with pytest.raises(NotCarried) as refused:
        carrier.carry(LETTER, addressee(ELSEWHERE))
    assert (refused.value.is_final, len(handler.got)) == (True, 1)


@ignoring_imghdr
def test_a_channel_that_does_not_take_a_message_is_tried_again(hook: tuple[type[_Hook], int]) -> None:
    handler, port = hook
    handler.status = 500
    carrier = OwnChannel(lambda _, locked: locked.decode())
    with pytest.raises(NotCarried) as refused:
        carrier.carry(LETTER, addressee(locked=f"json://127.0.0.1:{port}".encode()))
    assert not refused.value.is_final
    handler.status = 200
    carrier.carry(LETTER, addressee(locked=f"json://127.0.0.1:{port}".encode()))
    assert len(handler.got) == 2
