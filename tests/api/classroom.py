"""A class-term carried on over HTTP by its people, with real workers behind: what the live tests are told in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from httpx import AsyncClient, Response
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.entry import required_cells
from interchange.sample_school.cells import plausible
from storage import demo
from storage.database import Sessions
from tests.api.world import PASSPHRASE, Keyring, give_keys, make_admin, visitor
from tests.factories import SUBJECTS, ClassCast, SchoolCast, make_class, make_school

Cells = list[dict[str, str | int]]
CLASSES, SCHOOLS = count(3), count(4)


@dataclass
class Classroom:
    """Slots speak with the token of whoever fills them; `admin` opens the book."""

    app: FastAPI
    cast: ClassCast
    tokens: dict[str, str]
    id: str = ""
    records: list[str] = field(default_factory=list)
    seal_order: UUID | None = None
    term: Term = Term.HK1

    def as_(self, slot: str) -> AsyncClient:
        return visitor(self.app, self.tokens[slot if slot in self.tokens else HOMEROOM])

    async def ask_to_open(self) -> Response:
        body = {"class_id": str(self.cast.class_id), "term": self.term.value}
        return await self.as_("admin").post("/api/v1/class-terms", json=body)

    async def open(self) -> Response:
        answer = await self.ask_to_open()
        self.id = answer.json()["id"]
        self.records = [line["record_id"] for line in (await self.detail())["records"]]
        return answer

    async def detail(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.as_(HOMEROOM).get(f"/api/v1/class-terms/{self.id}")).json()
        return found

    def cells(self, slot: str, records: list[str]) -> Cells:
        required = required_cells(self.cast.curriculum, self.term, slot)
        return [
            {"record_id": each, **cell.key._asdict(), "value": plausible(cell), "version": 0}
            for each in records
            for cell in required
        ]

    async def enter(self, slot: str) -> Response:
        body = {"cells": self.cells(slot, self.records)}
        return await self.as_(slot).put(f"/api/v1/class-terms/{self.id}/cells/{slot}", json=body)

    async def decide(self, verb: str, by: str, /, command_id: UUID | None = None, **more: str) -> Response:
        words: dict[str, object] = {"command_id": str(command_id or uuid4()), "record_ids": self.records, **more}
        return await self.as_(by).post(f"/api/v1/class-terms/{self.id}/{verb}", json=words)

    async def submit(self, slot: str, command_id: UUID | None = None) -> Response:
        return await self.decide("submit", slot, command_id, slot=slot)

    async def prepare(self, action: str, slot: str, order_id: UUID, more: Sequence[str] = ()) -> Response:
        words = {
            "order_id": str(order_id), "action": action, "slot": slot, "more_slots": list(more),
            "record_ids": self.records,
        }  # fmt: skip
        return await self.as_(slot).post(f"/api/v1/class-terms/{self.id}/orders", json=words)

    async def confirm(self, slot: str, order_id: UUID, passphrase: str = PASSPHRASE) -> Response:
        body = {"order_ids": [str(order_id)], "passphrase": passphrase}
        return await self.as_(slot).post("/api/v1/orders/confirm", json=body)

    async def sign(self, action: str, slot: str, *more: str, passphrase: str = PASSPHRASE) -> UUID:
        order_id = uuid4()
        assert (await self.prepare(action, slot, order_id, more)).status_code == 200
        answer = await self.confirm(slot, order_id, passphrase)
        assert answer.status_code == 200, answer.text
        assert outcome_of(answer)["failed"] == []
        return order_id

    async def review_all(self) -> None:
        """Everything entered, handed in and looked over."""
        for slot in self.cast.curriculum.slots:
            answer = await self.enter(slot)
            assert answer.json()["refused"] == answer.json()["overtaken"] == []
            assert (await self.submit(slot)).status_code == 200
        assert (await self.decide("review", HOMEROOM)).status_code == 200

    async def sign_subjects(self) -> None:
        """Every sheet, by the teachers of the subjects."""
        await self.sign("sign", "am_nhac")
        await self.sign("sign", *(slot for slot in SUBJECTS if slot != "am_nhac"))

    async def sign_all(self) -> UUID:
        """From the first sheet to the seal; gives the clerk's order."""
        await self.sign_subjects()
        await self.sign("sign", HOMEROOM)
        await self.sign("approve", PRINCIPAL)
        return await self.sign("seal", SEAL)


def outcome_of(answer: Response) -> dict[str, Any]:
    """What the class-term said to the one order that was confirmed."""
    [line] = answer.json()
    assert line["problem"] is None
    outcome: dict[str, Any] = line["outcome"]
    return outcome


def live_school(session: Session) -> SchoolCast:
    """A school that no other file of the tests has seen: what is committed in it is in nobody's way."""
    return make_school(session, next(SCHOOLS))


def make_classroom(  # fixtures, passed by name
    app: FastAPI,
    sessions: Sessions,
    keys: Keyring,
    name: str = "",
    **more: Any,  # noqa: ANN401
) -> Classroom:
    """A class of three pupils of grade 1, unless told otherwise, in the live school; its book is not opened yet."""
    with sessions.begin() as session:
        school = make_school(session, 3)
        cast = make_class(session, school, name or f"1A{next(CLASSES)}", **more)
        give_keys(session, keys, cast)
        people = {
            HOMEROOM: cast.homeroom, **cast.teachers, PRINCIPAL: school.principal, SEAL: school.clerk,
            "admin": make_admin(session, school),
        }  # fmt: skip
        return Classroom(app, cast, _tokens(session, people))


def _tokens(session: Session, people: dict[str, UUID]) -> dict[str, str]:
    return {slot: demo.new_token(session, staff_id) for slot, staff_id in people.items()}
