"""The interface keeps what its description promises, whoever asks and whatever is sent."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from fastapi import FastAPI

from api.guard import COOKIE, CSRF_HEADER
from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.scopes import Scope
from storage import visitors
from storage.database import Sessions
from storage.tables import ApiToken
from tests.api.browsing import serving
from tests.api.classroom import Classroom
from tests.api.conftest import NewClass
from tests.api.contract import Asking, broken_promises
from tests.api.world import make_officers, sign_in
from tests.fuzz.damage import TIMES
from tests.ports import hold_port, port_of

KEY, HEAD = "system key", "office head"
PEOPLE = (PRINCIPAL, HOMEROOM, "seal", "admin", HEAD, KEY, "nobody")
SLOTS = ["toan", "am_nhac", HOMEROOM, PRINCIPAL, "seal"]


@dataclass(frozen=True)
class School:
    """Two classes that will be pushed about: nothing is entered in one; the other is looked over, or sealed (deep)."""

    fresh: Classroom
    done: Classroom
    order_id: UUID

    async def known(self) -> Mapping[str, list[str]]:
        """What is there, by the places that name it."""
        documents = (await self.done.as_(PRINCIPAL).get(f"/api/v1/class-terms/{self.done.id}/documents")).json()
        rooms, records = [self.fresh.id, self.done.id], [*self.fresh.records, *self.done.records]
        orders = [str(self.order_id), str(self.done.seal_order or self.order_id)]
        return {
            "path.class_term_id": rooms,
            "path.record_id": records,
            "path.order_id": orders,
            "path.document_id": [each["document_id"] for each in documents] or [str(uuid4())],
            "path.slot": SLOTS,
            "path.school_year": ["2026-2027"],
            "path.term": ["hk1"],
            "query.slot": SLOTS,
            "query.record_id": records,
            "body.class_id": [str(self.fresh.cast.class_id)],
            "body.record_ids.[*]": records,
            "body.cells.[*].record_id": records,
            "body.order_ids.[*]": orders,
            "body.slot": SLOTS,
            "body.to_slot": SLOTS,
        }


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def school(new_class: NewClass) -> School:
    fresh, done, order_id = new_class(), new_class(), uuid4()
    for room in (fresh, done):
        await room.open()
    await done.review_all()
    await done.prepare("sign", HOMEROOM, order_id)
    if TIMES > 1:
        done.seal_order = await done.sign_all()
    return School(fresh, done, order_id)


@pytest.fixture
def headers(school: School, live_sessions: Sessions, person: str) -> dict[str, str]:
    """By which a person, or a system with a key that may do little, is known."""
    room = school.fresh
    with live_sessions.begin() as session:
        if person == HEAD:
            cookie = sign_in(session, make_officers(session, room.cast.school)["office head"])
            return {"Cookie": f"{COOKIE}={cookie}", CSRF_HEADER: sha256(f"csrf:{cookie}".encode()).hexdigest()}
        if person == KEY:
            room.tokens[KEY] = visitors.new_token()
            soon, token_sha256 = datetime.now(UTC) + timedelta(days=1), visitors.sha256_of(room.tokens[KEY])
            scopes = [Scope.READ, Scope.ENTER]
            key = {"token_sha256": token_sha256, "scopes": scopes, "expires_at": soon}
            session.add(ApiToken(staff_id=room.cast.homeroom, name="Máy", **key))
    return {"Authorization": f"Bearer {room.tokens[person]}"} if person in room.tokens else {}


@pytest.mark.parametrize("person", PEOPLE)
async def test_every_answer_is_one_that_the_description_allows(
    live_app: FastAPI, school: School, headers: dict[str, str]
) -> None:
    with hold_port() as held:
        asking = Asking(f"http://127.0.0.1:{port_of(held)}", headers, await school.known())
        async with serving(live_app, port_of(held)):
            found = await asyncio.to_thread(broken_promises, live_app.openapi(), asking, TIMES, boundaries=TIMES > 1)
    assert not found, "\n\n".join(found)
