"""Passwords as they are kept: argon2id, with parameters that may grow."""

from functools import cache
from threading import BoundedSemaphore
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from domain.passwords import LONGEST

# OWASP's second choice for argon2id, doubled; each hash holds this much memory while it is made.
_HASHER: Final = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=40 * 1024, parallelism=1),))
_AT_ONCE: Final = BoundedSemaphore(4)  # a flood of sign-ins waits instead of eating the machine's memory


def hash_of(password: str) -> str:
    with _AT_ONCE:
        return _HASHER.hash(password)


def check(password: str, kept: str | None) -> tuple[bool, str | None]:
    """Whether it is the password, and its hash under newer parameters if there are any.

    Where there is no password, as long is spent on a hash of nobody's: the time does not tell who has an account.
    """
    if len(password) > LONGEST:
        password = ""
    with _AT_ONCE:
        fits, newer = _HASHER.verify_and_update(password, kept or _nobodys())
    return (fits, newer) if kept else (False, None)


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody's")
