"""One school's acts as its people would do them: marks and data into the database, decisions to the workflows."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import update

from cli.seasons.city import City, profile_of
from cli.seasons.days import opens_at
from cli.seasons.engine import Engine
from domain.assessment import Term
from domain.campaigns.messages import ConfirmReview, SchoolRef
from domain.curriculum import curriculum_for
from domain.decisions import Action, Decision
from domain.entry import Cell, required_cells
from interchange.sample_school.cells import plausible
from simulation.acts import Act, Kind
from simulation.cast import ENGLISH, GRADE, School
from storage import saving
from storage.campaigns import gaps
from storage.saving import CellEdit
from storage.tables import Campaign, PupilRow
from workflows.class_term import workflow_id
from workflows.messages import Outcome
from workflows.school_campaign import school_workflow_id

TERM: Final = Term.YEAR_END
# What is done so close together is done under one turn of the clock.
_CLOSE: Final = timedelta(minutes=30)
_REASONED: Final = frozenset({Kind.RETURN, Kind.HOLD})


@dataclass(frozen=True)
class Books:
    """A campaign and its books: by class and by pupil."""

    campaign_id: UUID
    terms: Mapping[int, UUID]
    records: Mapping[int, UUID]


@dataclass
class SchoolPlay:
    """`whole` tells how many pupils' data had become whole by the end of each day, as the data review saw it."""

    engine: Engine
    city: City
    books: Books
    school: School
    updates: int = 0
    whole: dict[date, int] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        return self.city.schools[self.school.number]

    @property
    def workflow_id(self) -> str:
        return school_workflow_id(str(self.city.year), GRADE, str(self.id))

    def workflow_of(self, klass: int) -> str:
        return workflow_id(str(self.city.year), str(self.city.classes[klass]), TERM.value)

    async def play(self, acts: Iterable[tuple[int, Act]]) -> None:
        """Do numbered acts, day by day; the classes of a day do not wait for each other."""
        by_day: dict[date, list[tuple[int, Act]]] = defaultdict(list)
        for number, act in acts:
            by_day[act.at.date()].append((number, act))
        for day, of_day in by_day.items():
            await self.engine.clocks.bring(self.workflow_id, opens_at(day))
            by_class: dict[int | None, list[tuple[int, Act]]] = defaultdict(list)
            for number, act in of_day:
                by_class[act.klass].append((number, act))
            await asyncio.gather(*(self._play_class(those) for those in by_class.values()))

    async def _play_class(self, acts: Iterable[tuple[int, Act]]) -> None:
        for number, act in acts:
            if act.kind is Kind.ENTER:
                await asyncio.to_thread(self._enter, act)
            elif act.kind is Kind.CLOSE_GAP:
                await asyncio.to_thread(self._close_gaps, act)
            elif act.kind is Kind.CONFIRM_DATA:
                await self._confirm(number, act)
            else:
                await self._decide(number, act)

    async def _decide(self, number: int, act: Act) -> None:
        workflow = self.workflow_of(_class_of(act))
        decision = Decision(
            action=Action(act.kind.value),
            slot=act.slot,
            record_ids=tuple(str(self.books.records[pupil]) for pupil in act.pupils),
            actor_id=str(self.city.people[act.person]),
            to_slot=act.to_slot,
            reason_id=str(self.city.reasons[act.school]) if act.kind in _REASONED else "",
        )
        await self.engine.clocks.bring(workflow, act.at, _CLOSE)
        handle = self.engine.client.get_workflow_handle(workflow)
        await handle.execute_update(act.kind.value, decision, id=f"act/{number}", result_type=Outcome)
        self.updates += 1

    async def _confirm(self, number: int, act: Act) -> None:
        command = ConfirmReview(SchoolRef(str(self.books.campaign_id), str(self.id)), str(self.city.people[act.person]))
        await self.engine.clocks.bring(self.workflow_id, act.at)
        handle = self.engine.client.get_workflow_handle(self.workflow_id)
        await handle.execute_update("confirm_review", command, id=f"act/{number}")
        self.updates += 1

    def _enter(self, act: Act) -> None:
        """A plausible value into every required cell, as an entry page saves them; what is there stays."""
        edits = [
            CellEdit(self.books.records[pupil], cell.key, plausible(cell), 0)
            for pupil in act.pupils
            for cell in _cells(act.slot)
        ]
        with self.engine.sessions.begin() as session:
            person = self.city.people[act.person]
            saving.save_cells(session, self.books.terms[_class_of(act)], act.slot, edits, person).require_all()

    def _close_gaps(self, act: Act) -> None:
        """What the pupils' data lacked is there; then the data review looks again."""
        pupils = {pupil.number: pupil for klass in self.school.classes for pupil in klass.pupils}
        with self.engine.sessions.begin() as session:
            for number in act.pupils:
                whole = profile_of(pupils[number], self.city.year)
                session.execute(update(PupilRow).where(PupilRow.id == self.city.pupils[number]).values(whole))
        with self.engine.sessions() as session:
            campaign = session.get_one(Campaign, self.books.campaign_id)
            found = gaps.review(session, campaign, self.id, None, act.at)
        lacking = sum(pupil.gap_until is not None for pupil in pupils.values())
        still = {gap.enrolment_id for gap in found.gaps if gap.enrolment_id is not None}
        self.whole[act.at.date()] = lacking - len(still)


def _class_of(act: Act) -> int:
    if act.klass is None:
        raise ValueError(f"{act.kind} is of no class")
    return act.klass


def _cells(slot: str) -> tuple[Cell, ...]:
    return required_cells(curriculum_for(GRADE, optional=(ENGLISH,)), TERM, slot)
