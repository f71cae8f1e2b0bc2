"""Every line is one JSON object with the ids that it has; nobody's data is in any of them."""

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars
from temporalio.exceptions import ApplicationError

from config.settings import PROJECT
from domain.errors import NotAllowed
from telemetry import logs
from telemetry.faults import cause_of, told
from tests.listening import Heard, listening

NAME = "Nguyễn Thị Hồng Ánh"
OURS = logging.getLogger("activities.somewhere")


@pytest.fixture
def heard() -> Iterator[Heard]:
    with listening() as heard:
        yield heard


def raised(error: BaseException) -> BaseException:
    try:
        raise error  # noqa: TRY301 - as it comes from somewhere
    except BaseException as caught:  # noqa: BLE001 - any kind at all
        return caught


def test_a_line_says_when_who_what_and_every_id_that_is_known(heard: Heard) -> None:
    with bound_contextvars(request_id="r-1", command_id="c-1", workflow_id="class-term/2026-2027/x/hk1"):
        OURS.warning("something was done", extra={"ms": 12.5})
    (line,) = heard.lines
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "warning", "logger": "activities.somewhere", "event": "something was done", "request_id": "r-1",
        "command_id": "c-1", "workflow_id": "class-term/2026-2027/x/hk1", "ms": 12.5,
    }  # fmt: skip


async def test_the_ids_go_along_into_threads_and_tasks_and_no_further(heard: Heard) -> None:
    with bound_contextvars(request_id="r-2"):
        await asyncio.to_thread(OURS.info, "in a thread")
        await asyncio.create_task(asyncio.to_thread(OURS.info, "in a task"))
    OURS.info("afterwards")
    assert [line.get("request_id") for line in heard.lines] == ["r-2", "r-2", None]


def test_a_field_that_is_not_listed_is_left_out(heard: Heard) -> None:
    OURS.warning("saved", extra={"full_name": NAME, "route": "/x"})
    assert heard.lines[0]["route"] == "/x"
    assert NAME not in heard.text
    assert "full_name" not in heard.text


@pytest.mark.parametrize(
    ("speaker", "said"),
    [
        ("apprise.plugins.email", logs.WITHHELD),
        ("pikepdf.somewhere", logs.WITHHELD),
        ("asyncio", "Task exception was never"),
    ],
)
def test_other_peoples_libraries_are_not_repeated_word_for_word(heard: Heard, speaker: str, said: str) -> None:
    logging.getLogger(speaker).warning("Task exception was never retrieved\nfuture: KeyError(%r)", NAME)
    (line,) = heard.lines
    assert line["event"].startswith(said)
    assert line["logger"] == speaker
    assert json.dumps(NAME)[1:-1] not in heard.text


def test_an_exception_keeps_its_kind_and_places_and_loses_its_words(heard: Heard) -> None:
    try:
        try:
            dict[str, str]()[NAME]
        except KeyError as error:
            raise NotAllowed(f"{NAME} không được phép.") from error
    except NotAllowed:
        OURS.exception("it broke")
    (line,) = heard.lines
    assert line["exception"].splitlines()[0] == "domain.errors.NotAllowed"
    assert "KeyError" in line["exception"]
    assert "tests/telemetry/test_logs.py:" in line["exception"]
    assert json.dumps(NAME)[1:-1] not in heard.text


def test_a_broken_rule_of_the_database_is_named_without_the_row(db: Session, heard: Heard) -> None:
    db.execute(text("CREATE TEMPORARY TABLE people (name text CONSTRAINT uq_people_name UNIQUE) ON COMMIT DROP"))
    insert = text("INSERT INTO people VALUES (:name)")
    db.execute(insert, {"name": NAME})
    try:
        db.execute(insert, {"name": NAME})
    except IntegrityError:
        OURS.exception("it broke")
    db.rollback()
    assert "psycopg.errors.UniqueViolation 23505 people uq_people_name" in heard.lines[0]["exception"]
    assert json.dumps(NAME)[1:-1] not in heard.text


@pytest.mark.parametrize(
    ("error", "first"),
    [
        (FileNotFoundError(2, "none", f"/var/{NAME}"), "FileNotFoundError ENOENT"),
        (AttributeError("'int' object has no attribute 'x'"), "AttributeError 'int' object has no attribute 'x'"),
        (ValueError(NAME), "ValueError"),
        (ApplicationError(NAME, type="NotYet"), "temporalio.exceptions.ApplicationError NotYet"),
    ],
)
def test_what_is_told_of_an_exception_is_about_the_code(error: BaseException, first: str) -> None:
    assert told(raised(error)).splitlines()[0] == first


def test_a_group_tells_of_each_of_its_exceptions_and_a_ring_comes_to_an_end() -> None:
    one, other = ValueError(NAME), KeyError(NAME)
    one.__cause__, other.__cause__ = other, one
    said = told(raised(ExceptionGroup("all", [one, NotAllowed(NAME)])))
    assert [line for line in said.splitlines() if not line.startswith(" ")] == [
        "ExceptionGroup", "ValueError", "domain.errors.NotAllowed", "KeyError",
    ]  # fmt: skip


def test_a_cause_is_the_code_of_a_refusal_wherever_it_comes_from() -> None:
    assert cause_of(NotAllowed(NAME)) == "NotAllowed"
    assert cause_of(ApplicationError(NAME, type="Conflict")) == "Conflict"
    assert cause_of(KeyError(NAME)) == "KeyError"


PROGRAM = """
import logging, sys, threading, warnings
from telemetry import logs
logs.set_up({style!r})
logs.set_up({style!r})
logging.getLogger("api.x").info("hello")
logging.getLogger("temporalio").info("too quiet")
warnings.warn("old way")
thread = threading.Thread(target=lambda: [][1])
thread.start()
thread.join()
raise ValueError({name!r})
"""


def run(style: str) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(style=style, name=NAME)
    return subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=False)


def test_a_whole_process_speaks_in_one_form_to_its_last_words() -> None:
    ended = run("auto")
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [line["event"].rpartition(":")[2].strip() for line in lines] == [
        "hello", "old way", "a thread ended", "the process ends",
    ]  # fmt: skip
    assert ended.returncode == 1
    assert ended.stdout == ""


def test_on_a_terminal_people_read_words(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = run("text")
    assert "hello" in ended.stderr
    assert "ValueError" in ended.stderr
    assert NAME not in ended.stderr
    with pytest.raises(json.JSONDecodeError):
        json.loads(ended.stderr.splitlines()[0])


def test_whoever_watches_a_terminal_gets_text_and_everybody_else_json() -> None:
    record = logging.LogRecord("api.x", logging.INFO, "", 0, "hello", (), None)
    assert json.loads(logs.formatter("auto").format(record))["event"] == "hello"
    assert not logs.formatter("auto", is_terminal=True).format(record).startswith("{")
    assert json.loads(logs.formatter("json", is_terminal=True).format(record))["event"] == "hello"
