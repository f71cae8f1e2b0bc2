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
from bench.parts.school import BigSchool
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
    class_term_id: UUID
    record_id: UUID
    place: dict[str, str]


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


def teachers_of(session: Session, school: BigSchool, count: int) -> list[Teacher]:
    """Each at a pupil of his own, in the classes where subjects are still open."""
    books = [book for book in school.books if "toan" in book.term.records[book.records[0]].open_slots]
    return [_teacher(session, books[number % len(books)], number // len(books)) for number in range(count)]


def _teacher(session: Session, book: OpenBook, record: int) -> Teacher:
    cells = required_cells(book.cast.curriculum, book.opened.term, "toan")
    key = next(cell.key for cell in cells if cell.kind is CellKind.COMMENT)
    place = {"item": key.item, "point": key.point.value, "kind": key.kind.value}
    record_id = book.opened.record_ids[record % len(book.opened.record_ids)]
    return Teacher(sign_in(session, book.cast.homeroom), book.id, record_id, place)


async def at_work(base: str, teachers: Sequence[Teacher], seconds: float) -> Times:
    times, end = Times(), time.monotonic() + seconds
    limits = httpx.Limits(max_connections=len(teachers), keepalive_expiry=2)  # before the server lets go
    async with httpx.AsyncClient(base_url=base, timeout=30, trust_env=False, limits=limits) as client:
        await asyncio.gather(*(_work(client, teacher, end, times) for teacher in teachers))
    return times


async def _work(client: httpx.AsyncClient, teacher: Teacher, end: float, times: Times) -> None:
    version, headers = 1, browser_headers(teacher.cookie)
    await asyncio.sleep(random.uniform(0, PAUSE_S[1]))  # noqa: S311 - they do not all begin at once
    while time.monotonic() < end:
        path = f"/api/v1/class-terms/{teacher.class_term_id}/cells/toan"
        cell = {
            "record_id": str(teacher.record_id),
            **teacher.place,
            "value": f"Tiến bộ {version}.",
            "version": version,
        }
        start = time.perf_counter()
        answer = await client.put(path, json={"cells": [cell]}, headers=headers)
        times.saves.append((time.perf_counter() - start) * 1000)
        if answer.is_error or answer.json()["overtaken"] or answer.json()["refused"]:
            times.failed.append(answer.text[:200])
        version += 1
        if version % LOOKS_EVERY == 0:
            await _look(client, headers, times)
        await asyncio.sleep(random.uniform(*PAUSE_S))  # noqa: S311 - nobody is that regular


async def _look(client: httpx.AsyncClient, headers: dict[str, str], times: Times) -> None:
    start = time.perf_counter()
    answer = await client.get("/viec-cua-toi", headers=headers)
    times.pages.append((time.perf_counter() - start) * 1000)
    if answer.is_error:
        times.failed.append(answer.text[:200])
