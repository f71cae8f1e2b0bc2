"""Two hundred teachers at once: each saves a comment every few seconds and looks at a page now and then."""

import asyncio
import hashlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import httpx
from sqlalchemy.orm import Session

from api.guard import COOKIE, CSRF_HEADER
from api.pages.entry.grid import code_of
from domain.entry import required_cells
from domain.scales import CellKind
from storage import demo, visitors
from storage.visitors import NewSession
from tests.factories import OpenBook

PAUSE_S = (3.0, 9.0)  # between two things that a teacher saves
LOOKS_EVERY = 5  # saves


@dataclass(frozen=True)
class Teacher:
    """A signed-in browser, and the comment that its teacher works at."""

    cookie: str
    class_term_id: str
    record_id: str
    code: str

    @property
    def sheet(self) -> str:
        return f"/lop/{self.class_term_id}/nhap/toan"

    @property
    def path(self) -> str:
        return f"{self.sheet}/o"


@dataclass
class Times:
    """Milliseconds of what went well; `failed` says what did not."""

    saves: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def browser_headers(cookie: str) -> dict[str, str]:
    proof = hashlib.sha256(b"csrf:" + cookie.encode()).hexdigest()
    return {"Cookie": f"{COOKIE}={cookie}", CSRF_HEADER: proof, "Accept": "text/html"}


def sign_in(session: Session, staff_id: UUID) -> str:
    account = demo.account(session, staff_id)
    new = NewSession(account.id, staff_id, "bench", "127.0.0.1", has_second_factor=True)
    return visitors.begin(session, new, datetime.now(UTC))


def teachers_of(session: Session, books: Sequence[OpenBook], count: int) -> list[Teacher]:
    """Each at a pupil of his own, in the classes where subjects are still open."""
    books = [book for book in books if _is_open(book)]
    return [_teacher(session, books[number % len(books)], number // len(books)) for number in range(count)]


def _is_open(book: OpenBook) -> bool:
    return all("toan" in record.open_slots for record in book.term.records.values())


def _teacher(session: Session, book: OpenBook, record: int) -> Teacher:
    cells = required_cells(book.cast.curriculum, book.opened.term, "toan")
    key = next(cell.key for cell in cells if cell.kind is CellKind.COMMENT)
    record_id = book.records[record % len(book.records)]
    return Teacher(sign_in(session, book.cast.homeroom), str(book.id), record_id, code_of(key))


async def column_of(client: httpx.AsyncClient, teacher: Teacher) -> list[dict[str, object]]:
    """A comment for every pupil of the class, as a pasted column brings them."""
    seen = await cells(client, teacher, browser_headers(teacher.cookie))
    return [
        {"record_id": record_id, "code": teacher.code, "value": f"Rất cố gắng {version}.", "version": version}
        for record_id, version in seen.items()
    ]


async def at_work(base: str, teachers: Sequence[Teacher], seconds: float) -> Times:
    times, end = Times(), time.monotonic() + seconds
    limits = httpx.Limits(max_connections=len(teachers), keepalive_expiry=2)  # before the server lets go
    async with httpx.AsyncClient(base_url=base, timeout=30, trust_env=False, limits=limits) as client:
        await asyncio.gather(*(_work(client, teacher, end, times) for teacher in teachers))
    return times


async def _work(client: httpx.AsyncClient, teacher: Teacher, end: float, times: Times) -> None:
    headers = browser_headers(teacher.cookie)
    version = (await cells(client, teacher, headers))[teacher.record_id]
    await asyncio.sleep(random.uniform(0, PAUSE_S[1]))  # noqa: S311 - they do not all begin at once
    while time.monotonic() < end:
        cell = {
            "record_id": teacher.record_id,
            "code": teacher.code,
            "value": f"Tiến bộ {version}.",
            "version": version,
        }
        start = time.perf_counter()
        answer = await client.put(teacher.path, json={"cells": [cell]}, headers=headers)
        times.saves.append((time.perf_counter() - start) * 1000)
        if answer.is_error or answer.json()["overtaken"] or answer.json()["refused"]:
            times.failed.append(answer.text[:200])
        version += 1
        if len(times.saves) % LOOKS_EVERY == 0:
            await _look(client, headers, times)
        await asyncio.sleep(random.uniform(*PAUSE_S))  # noqa: S311 - nobody is that regular


async def cells(client: httpx.AsyncClient, teacher: Teacher, headers: dict[str, str]) -> dict[str, int]:
    """The version of the comment of each pupil of the class."""
    data = (await client.get(f"{teacher.sheet}/du-lieu", headers=headers)).raise_for_status().json()
    at = next(index for index, column in enumerate(data["columns"]) if column["code"] == teacher.code)
    return {each["record_id"]: each["cells"][at][1] for each in data["pupils"]}


async def _look(client: httpx.AsyncClient, headers: dict[str, str], times: Times) -> None:
    start = time.perf_counter()
    answer = await client.get("/viec-cua-toi", headers=headers)
    times.pages.append((time.perf_counter() - start) * 1000)
    if answer.is_error:
        times.failed.append(answer.text[:200])
