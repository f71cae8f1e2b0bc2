"""Whose rows a request may touch: told to PostgreSQL, whose row policies hold it below every query.

The interface's processes connect as `hocba_api` with the scope of the request that is being answered: one school's, or
everybody's for what is open to everybody and for authorities, who are held by their own queries. A request that has
none sees no row at all, so a route that forgot its guard shows nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final
from uuid import UUID

SETTING: Final = "hocba.school"  # PostgreSQL's, read by the policies (migration 20261210)
EVERYBODY: Final = "*"
NOBODY: Final = ""
_scope: ContextVar[str] = ContextVar("scope", default=NOBODY)


def current() -> str:
    return _scope.get()


def limit_to(school_id: UUID) -> None:
    """For the rest of this request, or of whatever else has a context of its own."""
    _scope.set(str(school_id))


def lift() -> None:
    """The same for what is open to everybody, and for authorities."""
    _scope.set(EVERYBODY)


@contextmanager
def across_schools() -> Iterator[None]:
    """For sessions opened inside: what a school may ask about others, such as whether a pupil is known elsewhere."""
    before = _scope.set(EVERYBODY)
    try:
        yield
    finally:
        _scope.reset(before)
