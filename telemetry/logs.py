"""Logs: one JSON object a line, or readable on a terminal, with the ids of the request, the command and the workflow.

Nobody's data gets into them: fields are those listed here, exceptions lose their words (`telemetry.faults`), and what
other people's libraries say is told only where it is known to be about their work.
"""

import logging
import sys
import threading
from types import TracebackType
from typing import Final, Literal

import structlog
from structlog.contextvars import merge_contextvars
from structlog.stdlib import ExtraAdder, ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from telemetry.faults import told

Style = Literal["auto", "json", "text"]
Level = Literal["debug", "info", "warning", "error"]

IDS: Final = ("request_id", "command_id", "workflow_id", "activity_id")
FIELDS: Final = (*IDS, "method", "route", "status", "ms", "cause", "commands", "update", "activity", "attempt", "part")
OURS: Final = frozenset({
    "activities", "api", "cli", "config", "documents", "domain", "interchange", "signing", "simulation", "storage",
    "telemetry", "worker", "workflows",
})  # fmt: skip
# Of these the first line is told, further ones may show values. Of all others only who spoke, and how loudly.
KNOWN: Final = frozenset(
    {"alembic", "asyncio", "concurrent", "opentelemetry", "py", "sqlalchemy", "temporalio", "uvicorn"}
)
WITHHELD: Final = "a library's own words, which may name somebody"
_log = logging.getLogger(__name__)


def set_up(style: Style = "auto", level: Level = "info") -> None:
    """Send every logger of this process, warnings and whatever ends it to stderr in one form; again, it replaces it."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(style, is_terminal=sys.stderr.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    logging.captureWarnings(capture=True)
    sys.excepthook = _last_words
    threading.excepthook = _words_of_a_thread


def formatter(style: Style, *, is_terminal: bool = False) -> ProcessorFormatter:
    is_text = style == "text" or (style == "auto" and is_terminal)
    shown: list[Processor] = [structlog.dev.ConsoleRenderer(colors=is_terminal, sort_keys=False)]
    if not is_text:
        shown = [_in_order, structlog.processors.JSONRenderer()]
    return ProcessorFormatter(
        foreign_pre_chain=[
            merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            ExtraAdder(allow=FIELDS),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _ids_of_the_engine,
        ],
        processors=[_told, ProcessorFormatter.remove_processors_meta, *shown],
    )


def _ids_of_the_engine(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Temporal's library says in its own way what a line is about."""
    record: logging.LogRecord = event["_record"]
    of_core = getattr(getattr(record, "temporal_log", None), "fields", {})
    said = {**of_core, **getattr(record, "temporal_workflow", {}), **getattr(record, "temporal_activity", {})}
    names = {"workflow_id": "workflow_id", "update_id": "command_id", "activity_id": "activity_id"}
    for theirs, ours in names.items():
        if said.get(theirs):
            event.setdefault(ours, said[theirs])
    return event


def _told(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    speaker = event["logger"].partition(".")[0]
    if speaker not in OURS:
        words = str(event["event"]).partition("\n")[0].strip()
        event["event"] = words if speaker in KNOWN else WITHHELD
    raised = event.pop("exc_info", None)
    error = raised[1] if isinstance(raised, tuple) else None
    if error is not None:
        event["exception"] = told(error)
    event.pop("stack_info", None)
    return event


def _in_order(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """What people look for comes first."""
    first = ("timestamp", "level", "logger", "event", *FIELDS)
    return {name: event[name] for name in (*first, "exception") if name in event}


def _last_words(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    _log.critical("the process ends", exc_info=error)


def _words_of_a_thread(ended: threading.ExceptHookArgs) -> None:
    _log.error("a thread ended", exc_info=ended.exc_value)
