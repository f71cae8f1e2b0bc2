"""Plays a class's term through the API as its people would: enter, submit, review, sign, approve, seal."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from cli.demo_cells import Cell, slot_cells
from cli.demo_client import SUBJECTS, DemoClient
from cli.demo_data import DemoAccount
from cli.demo_stages import (
    APPROVE,
    ENTER,
    ISSUED,
    REVIEW,
    REWORK,
    SEAL_PAPERS,
    SIGN_RECORDS,
    SIGN_SHEETS,
    SUBMIT,
    StageLog,
)
from cli.trouble import Trouble
from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL, Curriculum, curriculum_for
from interchange.marks import MarkBook, read_marks
from interchange.roster import RosterRow, grade_of, read_roster
from interchange.sample_school import ExampleSet, Rework

PROMOTED_BECAUSE = "Học sinh có nhiều tiến bộ; nhà trường có kế hoạch giúp đỡ trong năm học tới."
STEP_OF_SIGNATURE = {HOMEROOM: SIGN_RECORDS, PRINCIPAL: APPROVE, SEAL: SEAL_PAPERS}


@dataclass
class TermPlay:
    """One class and term on its way; `step` is told what is happening and how far it is."""

    class_name: str
    term: Term
    book: MarkBook
    pupils: dict[str, RosterRow]
    curriculum: Curriculum
    client: DemoClient
    stages: StageLog
    rework: Rework | None = None
    class_term_id: str = ""
    records: dict[str, str] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)

    async def prepare(self) -> None:
        """Open the book and enter everything."""
        await self.open()
        await self.enter()

    async def open(self) -> None:
        """The admin opens the book."""
        body = {"class_id": self.client.school.classes[self.class_name], "term": self.term.value}
        opened = await self.client.send("POST", "/class-terms", self.client.school.accounts["system_admin"], body)
        self.class_term_id = opened["id"]
        detail = await self.client.send("GET", f"/class-terms/{self.class_term_id}", self._who(HOMEROOM))
        self.records = {line["pupil_code"]: line["record_id"] for line in detail["records"]}

    async def enter(self) -> None:
        """Every teacher types the marks; nothing is submitted yet."""
        self.stages.begin(ENTER)
        for slot in self.curriculum.slots:
            await self._enter(slot, slot_cells(self.book, slot, self.records))
        rows = [
            {
                "record_id": self.records[code],
                "absent_excused": facts.absent_excused,
                "absent_unexcused": facts.absent_unexcused,
                "is_recognised": facts.recognised,
                "version": 0,
                **self._body(code),
            }
            for code, facts in self.book.facts.items()
        ]
        await self.client.send("PUT", f"/class-terms/{self.class_term_id}/attendance", self._who(HOMEROOM), rows)

    async def approve_all(self) -> None:
        """From the first submission to the seal."""
        await self.submit_all()
        await self._review()
        await self._decide_open_promotions()
        await self.sign_sheets(self._all())
        for step, action, slot in (
            (SIGN_RECORDS, "sign", HOMEROOM),
            (APPROVE, "approve", PRINCIPAL),
            (SEAL_PAPERS, "seal", SEAL),
        ):
            self.stages.begin(step)
            stage = await self.sign(action, [slot], self._all())
        if stage != "issued":
            raise Trouble(f"Class {self.class_name} was sealed but not issued.")
        self.stages.begin(ISSUED)
        self.stages.counts[ISSUED] += len(self.records)

    async def submit_all(self) -> None:
        self.stages.begin(SUBMIT)
        await self._each_subject(self._submit)
        await self._submit(HOMEROOM, self._all())

    async def review(self, records: Sequence[str]) -> None:
        await self._decide("review", HOMEROOM, records)

    async def sign_sheets(self, records: Sequence[str], but: Sequence[str] = ()) -> None:
        """Every subject teacher signs, except for the subjects in `but`."""
        self.stages.begin(SIGN_SHEETS)
        sheets = ([slot for slot in slots if slot not in but] for slots in self._sheets_by_teacher())
        await asyncio.gather(*(self.sign("sign", slots, records) for slots in sheets if slots))

    async def send_back(self, records: Sequence[str], to_slot: str, reason: str) -> None:
        more = {"to_slot": to_slot, "reason": reason}
        await self._decide("return", HOMEROOM, records, more, with_slot=True)

    async def hold(self, records: Sequence[str], reason: str) -> None:
        await self._decide("hold", HOMEROOM, records, {"reason": reason}, with_slot=True)

    async def promoted(self) -> set[str]:
        """The records of whom the rules promote by themselves, at the year's end."""
        path = f"/class-terms/{self.class_term_id}/results"
        results = await self.client.send("GET", path, self._who(PRINCIPAL))
        return {each["record_id"] for each in results if each["is_promoted"]}

    def _sheets_by_teacher(self) -> list[list[str]]:
        """In primary school the homeroom teacher has most subjects, and signs all those sheets at once."""
        slots: dict[str, list[str]] = {}
        for subject in self.curriculum.subjects:
            slots.setdefault(self._who(subject.code).personal_id, []).append(subject.code)
        return list(slots.values())

    async def sign(self, action: str, slots: Sequence[str], records: Sequence[str]) -> str:
        """One confirmation: prepare the papers, then sign all with one passphrase. Returns the class's stage."""
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
        if order["failed"]:
            raise Trouble(f"{len(order['failed'])} papers could not be prepared: {order['failed'][0]['code']}.")
        outcome = await self.client.confirm(who, slot if slot in STEP_OF_SIGNATURE else SUBJECTS, order_id)
        if outcome["failed"]:
            raise Trouble(f"{len(outcome['failed'])} papers could not be signed: {outcome['failed'][0]['code']}.")
        self.stages.counts[STEP_OF_SIGNATURE.get(slot, SIGN_SHEETS)] += order["papers"]
        return str(outcome["stage"])

    async def submit_some(self, slots: Iterable[str]) -> None:
        for slot in slots:
            await self._submit(slot, self._all())

    async def _each_subject(self, act: Callable[[str, Sequence[str]], Any]) -> None:
        """Subject teachers work side by side."""
        await asyncio.gather(*(act(subject.code, self._all()) for subject in self.curriculum.subjects))

    async def _review(self) -> None:
        """The homeroom teacher looks the class over; one record goes back, is corrected and comes again."""
        self.stages.begin(REVIEW)
        returned = self.records[self.rework.pupil_code] if self.rework else ""
        if self.rework:
            await self._decide(
                "return",
                HOMEROOM,
                [returned],
                {"to_slot": self.rework.subject, "reason": self.rework.reason},
                with_slot=True,
            )
        passed = [each for each in self._all() if each != returned]
        await self._decide("review", HOMEROOM, passed)
        self.stages.counts[REVIEW] += len(passed)
        if self.rework:
            self.stages.begin(REWORK)
            self.stages.counts[REWORK] += 1
            await self._correct(self.rework, returned)
            await self._decide("review", HOMEROOM, [returned])

    async def _decide_open_promotions(self) -> None:
        """At the year's end the principal decides about pupils whom the rules do not promote by themselves."""
        if self.term is Term.HK1:
            return
        principal, path = self._who(PRINCIPAL), f"/class-terms/{self.class_term_id}"
        results = await self.client.send("GET", f"{path}/results", principal)
        if undecided := [each["record_id"] for each in results if each["is_promoted"] is None]:
            body = {"record_ids": undecided, "is_promoted": True, "reason": PROMOTED_BECAUSE}
            await self.client.send("PUT", f"{path}/promotion-decisions", principal, body)

    async def _correct(self, rework: Rework, record_id: str) -> None:
        cells = slot_cells(self.book, rework.subject, self.records)
        comment = next(cell for cell in cells if cell["record_id"] == record_id and cell["kind"] == "comment")
        await self._enter(rework.subject, [{**comment, "value": rework.corrected_value, "version": 1}])
        await self._submit(rework.subject, [record_id])

    async def _enter(self, slot: str, cells: list[Cell]) -> None:
        path = f"/class-terms/{self.class_term_id}/cells/{slot}"
        answer = await self.client.send("PUT", path, self._who(slot), {"cells": cells})
        if problems := answer["refused"] + answer["overtaken"]:
            raise Trouble(f"{len(problems)} cells of class {self.class_name} were not saved: {problems[0]}")
        self.stages.counts[ENTER] += len(cells)

    async def _submit(self, slot: str, records: Sequence[str]) -> None:
        await self._decide("submit", slot, records, with_slot=True)
        self.stages.counts[SUBMIT] += 1

    async def _decide(
        self,
        verb: str,
        slot: str,
        records: Sequence[str],
        more: dict[str, str] | None = None,
        *,
        with_slot: bool = False,
    ) -> None:
        body: dict[str, object] = {"command_id": str(uuid4()), "record_ids": list(records), **(more or {})}
        if with_slot:
            body["slot"] = slot
        await self.client.send("POST", f"/class-terms/{self.class_term_id}/{verb}", self._who(slot), body)

    def _body(self, code: str) -> dict[str, str]:
        """Height, weight and health as the class list gives them."""
        pupil = self.pupils[code]
        return {"height_cm": pupil.height_cm, "weight_kg": pupil.weight_kg, "health": pupil.health}

    def _all(self) -> list[str]:
        return list(self.records.values())

    def _who(self, slot: str) -> DemoAccount:
        return self.client.school.account(self.class_name, slot)


def make_play(
    examples: ExampleSet,
    which: tuple[str, Term],
    client: DemoClient,
    step: Callable[[str], None],
) -> TermPlay:
    """The play of one class (by name) and term, from its workbooks. Raises Trouble when the marks cannot be read."""
    name, term = which
    curriculum = curriculum_for(grade_of(name))
    book = read_marks(examples.marks[which], curriculum)
    if book.problems:
        raise Trouble(f"The mark workbook of {name} has problems: {book.problems[0]}")
    return TermPlay(
        class_name=name,
        term=term,
        book=book,
        pupils={row.pupil_code: row for row in read_roster(examples.rosters[name]).pupils},
        curriculum=curriculum,
        client=client,
        stages=StageLog(step),
        rework=examples.rework if term is Term.HK1 and examples.rework.class_name == name else None,
    )
