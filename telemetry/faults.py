"""What may be said about an exception: its kind and where it was raised. Its words may quote somebody's data."""

import errno
from collections.abc import Iterator
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Final

from temporalio.client import ActivityFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ActivityError, ApplicationError

from domain.errors import DomainError

_HOME: Final = Path(__file__).resolve().parent.parent
_MOST: Final = 8  # exceptions of one chain or group
_CARRIERS: Final = (ActivityError, ActivityFailureError, WorkflowUpdateFailedError)
# Raised by Python itself about the code, not about values.
_ABOUT_CODE: Final = (AttributeError, ImportError, NameError, NotImplementedError)


def cause_of(error: BaseException) -> str:
    """One word: the code of a refusal, also as the engine carries it, or the exception's own name."""
    if isinstance(error, _CARRIERS) and error.cause is not None:
        return cause_of(error.cause)
    said = error.code if isinstance(error, DomainError) else error.type if isinstance(error, ApplicationError) else None
    return said or type(error).__name__


def told(error: BaseException) -> str:
    """An exception with those behind it, each with the places in our code it came through; many lines."""
    return "\n".join(line for each in _chain(error) for line in (_headline(each), *_places(each.__traceback__)))


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting = [error]
    while waiting and len(found) < _MOST:
        each = waiting.pop(0)
        if each in found:
            continue
        found.append(each)
        behind = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
        waiting += [] if behind is None else [behind]
        waiting += each.exceptions if isinstance(each, BaseExceptionGroup) else ()
    return found


def _headline(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return " ".join([name, *_details(error)])


def _details(error: BaseException) -> Iterator[str]:
    if isinstance(error, _ABOUT_CODE):
        yield str(error)
    if isinstance(error, OSError) and error.errno is not None:
        yield errno.errorcode.get(error.errno, str(error.errno))
    if (cause := cause_of(error)) != type(error).__name__:
        yield cause
    status = getattr(error, "status", None)  # of Temporal's answers
    if name := getattr(status, "name", ""):
        yield str(name)
    yield from _of_database(error)


def _of_database(error: BaseException) -> Iterator[str]:
    """Psycopg's message quotes the row; its diagnostics name the rule that was broken."""
    said = getattr(error, "diag", None)
    for name in ("sqlstate", "table_name", "constraint_name"):
        if found := getattr(said, name, None):
            yield str(found)


def _places(traceback: TracebackType | None) -> Iterator[str]:
    """Those in our code, and the one where it was raised."""
    frames = [(frame.f_code.co_filename, line, frame.f_code.co_name) for frame, line in walk_tb(traceback)]
    for number, (file, line, function) in enumerate(frames, 1):
        place = _place(file)
        if place or number == len(frames):
            yield f"  {place or '/'.join(Path(file).parts[-3:])}:{line} {function}"


def _place(file: str) -> str:
    path = Path(file)
    is_ours = path.is_relative_to(_HOME) and "site-packages" not in path.parts
    return str(path.relative_to(_HOME)) if is_ours else ""
