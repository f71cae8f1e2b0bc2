"""One class's term in the storm: its people look where each record stands and do what is next, until all is issued."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from uuid import uuid4

from cli.demo_play import TermPlay
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action
from domain.stages import STAGES, Stage
from tests.chaos.people import PAUSE, People, Refused

Record = dict[str, Any]
Step = Callable[[Sequence[Record]], Awaitable[None]]
REASON: Final = "Nhận xét chưa nêu rõ nội dung học sinh cần cố gắng."
WAITS: Final = "Chờ gia đình bổ sung giấy tờ."
MORE: Final = " Em cần cố gắng thêm."
DETOURS: Final = 3  # of one class's term: returns, and pupils who are held back
DETOUR_CHANCE: Final = 0.2


@dataclass
class Book(TermPlay):
    """`client` is one of People. What is refused is looked at anew: somebody, or a fault, was faster."""

    random: Random = field(default_factory=Random)
    detours: int = DETOURS
    is_issued: bool = False

    async def carry(self) -> None:
        """From opening to issue."""
        await self.open()
        await self.enter()
        while not self.is_issued:
            try:
                await self._next()
            except Refused as refusal:
                self.people.give_up_if_late(f"Refused again and again: {refusal}")
                await asyncio.sleep(PAUSE)

    async def _next(self) -> None:
        """The earliest stage first, so that the class stays together."""
        path = f"/class-terms/{self.class_term_id}"
        records = (await self.client.send("GET", path, self._who(HOMEROOM)))["records"]
        if held := [each for each in records if each["held"]]:
            await self._release(held)
            return
        stage = min((Stage(each["stage"]) for each in records), key=STAGES.index)
        if stage is Stage.ISSUED:
            self.is_issued = True
            return
        await self._steps[stage]([each for each in records if each["stage"] == stage])

    @property
    def _steps(self) -> dict[Stage, Step]:
        return {
            Stage.ENTRY: self._hand_in,
            Stage.SUBMITTED: self._look_over,
            Stage.REVIEWED: self._sign_subjects,
            Stage.SUBJECT_SIGNED: self._sign_homeroom,
            Stage.HOMEROOM_SIGNED: self._approve,
            Stage.APPROVED: self._seal,
            Stage.SEALED: self._wait,
        }

    async def _hand_in(self, records: Sequence[Record]) -> None:
        """Every slot that is open; what was sent back is corrected first."""
        slots = {slot: [each for each in records if slot in each["open_slots"]] for slot in self.curriculum.slots}
        await _all(self._submit_corrected(slot, each) for slot, each in slots.items() if each)

    async def _submit_corrected(self, slot: str, records: Sequence[Record]) -> None:
        for each in records:
            if each["revision"] > 1 and slot != HOMEROOM:
                await self._correct_comment(slot, each["record_id"])
        await self._submit(slot, _ids(records))

    async def _correct_comment(self, slot: str, record_id: str) -> None:
        path = f"/class-terms/{self.class_term_id}/cells"
        cells = await self.client.send("GET", f"{path}?slot={slot}", self._who(slot))
        found = [each for each in cells if each["record_id"] == record_id and each["kind"] == "comment"]
        if not found:
            return
        cell, value = found[-1], found[-1]["value"]
        value = value.removesuffix(MORE) if value.endswith(MORE) else value + MORE
        fresh = {name: cell[name] for name in ("record_id", "item", "point", "kind", "version")} | {"value": value}
        await self.client.send("PUT", f"{path}/{slot}", self._who(slot), {"cells": [fresh]})

    async def _look_over(self, records: Sequence[Record]) -> None:
        if self._goes_astray():
            await self.send_back(_ids(records)[-1:], self.random.choice(self.curriculum.slots), REASON)
        else:
            await self.review(_ids(records))

    async def _sign_subjects(self, records: Sequence[Record]) -> None:
        """Each teacher signs the own sheets; of a pupil who came back only those that were made void."""
        orders: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for each in records:
            for slots in self._sheets_by_teacher():
                unsigned = tuple(slot for slot in slots if slot in each["unsigned_slots"])
                if unsigned:
                    orders.setdefault((self._who(slots[0]).personal_id, unsigned), []).append(each["record_id"])
        # A teacher with several orders signs one after the other: each takes over what the one before left behind.
        by_teacher: dict[str, list[tuple[tuple[str, ...], list[str]]]] = {}
        for (teacher, signed), ids in orders.items():
            by_teacher.setdefault(teacher, []).append((signed, ids))
        await _all(self._sign_in_turn(each) for each in by_teacher.values())

    async def _sign_in_turn(self, orders: Sequence[tuple[Sequence[str], Sequence[str]]]) -> None:
        for slots, ids in orders:
            await self.sign(Action.SIGN, slots, ids)

    async def _sign_homeroom(self, records: Sequence[Record]) -> None:
        if self._goes_astray():
            await self.hold(_ids(records)[:1], WAITS)
            return
        await self._decide_open_promotions()
        await self.sign(Action.SIGN, [HOMEROOM], _ids(records))

    async def _approve(self, records: Sequence[Record]) -> None:
        if self._goes_astray():
            body = {"to_slot": self.random.choice(self.curriculum.slots), "reason": REASON}
            await self._decide("return", PRINCIPAL, _ids(records)[:1], body, with_slot=True)
        else:
            await self.sign(Action.APPROVE, [PRINCIPAL], _ids(records))

    async def _seal(self, records: Sequence[Record]) -> None:
        await self.sign(Action.SEAL, [SEAL], _ids(records))

    async def _wait(self, records: Sequence[Record]) -> None:
        """What is sealed is issued by itself."""
        self.people.give_up_if_late(f"{len(records)} sealed records are not issued.")
        await asyncio.sleep(PAUSE)

    async def sign(self, action: str, slots: Sequence[str], records: Sequence[str]) -> str:
        """One order for itself: who is refused later begins another. What could not be prepared is left for that."""
        (slot, *more), order_id = slots, str(uuid4())
        who = self._who(slot)
        body = {
            "order_id": order_id,
            "action": action,
            "slot": slot,
            "more_slots": more,
            "record_ids": list(records),
        }
        order = await self.client.send("POST", f"/class-terms/{self.class_term_id}/orders", who, body)
        await self.people.prepared(who, order)
        outcome = await self.client.confirm(who, slot, order_id)
        return str(outcome["stage"])

    async def _release(self, held: Sequence[Record]) -> None:
        await self._decide("release", HOMEROOM, _ids(held), with_slot=True)

    def _goes_astray(self) -> bool:
        astray = self.detours > 0 and self.random.random() < DETOUR_CHANCE
        self.detours -= astray
        return astray

    @property
    def people(self) -> People:
        assert isinstance(self.client, People)
        return self.client


def _ids(records: Sequence[Record]) -> list[str]:
    return [each["record_id"] for each in records]


async def _all(work: Any) -> None:  # noqa: ANN401 - awaitables
    """Side by side, each to its end; then the first refusal, if there was one."""
    answers = await asyncio.gather(*work, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
