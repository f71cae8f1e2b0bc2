"""Rounds through the schools and classes of a campaign: started, told, closed; each goes on where the last stopped."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol, TypeVar
from uuid import UUID

from temporalio import activity
from temporalio.service import RPCError, RPCStatusCode

from activities.refusals import refusals_are_final
from domain.assessment import Term
from domain.calendar import day_of
from domain.campaigns.messages import CampaignChange, CampaignRef, OpenBooks, Spread, SpreadResult
from domain.campaigns.phases import Step
from domain.campaigns.states import CampaignState
from domain.deadlines import Deadline
from storage import opening
from storage.campaigns import diary, dues, resuming, running
from storage.campaigns.diary import By
from storage.campaigns.dues import TERM_OF_STEP, SchoolDues
from storage.campaigns.running import OpenClass
from storage.database import Sessions
from storage.opening import OpenedTerm
from storage.tables import Campaign, DeadlineDecision

AT_ONCE: Final = 24  # calls under way; the engine takes 50 to 200 of them in a second
Item = TypeVar("Item")


class Engine(Protocol):
    """What is asked of the workflow engine; starting what is there changes nothing."""

    async def open_book(self, opened: OpenedTerm) -> None: ...
    async def start_school(self, campaign: tuple[str, int], campaign_id: str, school: tuple[str, str]) -> None: ...
    async def move_class(self, school_year: str, class_id: str, term: str, deadline: Deadline) -> None: ...
    async def tell_school(self, campaign: tuple[str, int], school_id: str, signal: str) -> None: ...


class CampaignActivities:
    def __init__(self, sessions: Sessions, engine: Engine, open_at_once: int = 4) -> None:
        self._sessions = sessions
        self._engine = engine
        self._open_at_once = open_at_once  # books: each is a transaction of several hundred rows

    @activity.defn
    async def start_schools(self, ref: CampaignRef) -> int:
        """Take in every school that has classes of the grade, and start its workflow; returns how many."""
        campaign, schools = await asyncio.to_thread(self._take_in, UUID(ref.campaign_id))

        async def start(school: tuple[UUID, str]) -> None:
            await self._engine.start_school(_key(campaign), ref.campaign_id, (str(school[0]), school[1]))

        await each("schools", {str(school[0]): school for school in schools}, start, AT_ONCE)
        return len(schools)

    @activity.defn
    async def open_books(self, work: OpenBooks) -> int:
        """Open the books that nobody has begun, under the campaign's deadlines; returns how many.

        Of the terms that are asked for, and of those that have begun by now.
        """
        opened = 0
        for term in await asyncio.to_thread(self._terms, work):
            class_ids, held = await asyncio.to_thread(self._to_open, UUID(work.campaign_id), term)

            async def open_one(class_id: UUID, term: Term = term, held: dict[UUID, Deadline] = held) -> None:
                book = await asyncio.to_thread(self._open, class_id, term, held)
                if book is not None:
                    await self._engine.open_book(book)

            await each(term.value, {str(class_id): class_id for class_id in class_ids}, open_one, self._open_at_once)
            opened += len(class_ids)
        return opened

    @activity.defn
    async def spread(self, work: Spread) -> SpreadResult:
        """Tell schools and classes whom a decision concerns; whoever knows it or a newer one changes nothing.

        Which deadline holds is read once, here: a decision that comes meanwhile has a larger number and its own round.
        """
        campaign, held, classes = await asyncio.to_thread(self._concerned, work)
        by_school = {each_.school_id: each_ for each_ in held}
        closed = 0

        async def tell_class(one: OpenClass) -> None:
            nonlocal closed
            due = by_school[one.school_id].of_term(one.term)
            if due is not None:
                deadline = Deadline(due.version, due.at)
                tell = self._engine.move_class(campaign.school_year, str(one.class_id), one.term.value, deadline)
                closed += not await _reached(tell)

        async def tell_school(one: SchoolDues) -> None:
            nonlocal closed
            closed += not await _reached(
                self._engine.tell_school(_key(campaign), str(one.school_id), "deadlines_moved")
            )

        await each("1 schools", {str(one.school_id): one for one in held}, tell_school, AT_ONCE)
        await each("2 classes", {str(one.class_term_id): one for one in classes}, tell_class, AT_ONCE)
        await asyncio.to_thread(self._note_spread, work.version, len(held) + len(classes))
        return SpreadResult(len(held), len(classes), closed)

    @activity.defn
    async def close_schools(self, ref: CampaignRef) -> int:
        campaign, schools = await asyncio.to_thread(self._members, UUID(ref.campaign_id))

        async def close(school_id: UUID) -> None:
            await _reached(self._engine.tell_school(_key(campaign), str(school_id), "close"))

        await each("schools", {str(school_id): school_id for school_id in schools}, close, AT_ONCE)
        return len(schools)

    @activity.defn
    def change_campaign(self, change: CampaignChange) -> None:
        """Pause, resume, close, or put another policy in force; the same again changes nothing."""
        by = _by(change)
        with refusals_are_final(), self._sessions.begin() as session:
            campaign_id = UUID(change.campaign_id)
            campaign = session.get_one(Campaign, campaign_id, with_for_update=True)
            if by and diary.is_known(session, by.command_id):
                return
            before = diary.standing(campaign)
            if change.policy_id:
                running.put_in_force(session, campaign_id, UUID(change.policy_id), change.policy_version)
            if change.state:
                now = datetime.now(UTC)
                running.change_state(session, campaign_id, CampaignState(change.state), now)
                if change.state == CampaignState.OPEN:
                    resuming.tell_missed(session, campaign_id, now)
            if by:
                diary.note_changes(session, campaign, before, by)

    def _take_in(self, campaign_id: UUID) -> tuple[Campaign, list[tuple[UUID, str]]]:
        with self._sessions.begin() as session:
            schools = running.take_in(session, campaign_id, day_of(datetime.now(UTC)))
            return session.get_one(Campaign, campaign_id), schools

    def _members(self, campaign_id: UUID) -> tuple[Campaign, list[UUID]]:
        with self._sessions() as session:
            campaign = session.get_one(Campaign, campaign_id)
            return campaign, [held.school_id for held in dues.of_schools(session, campaign)]

    def _terms(self, work: OpenBooks) -> list[Term]:
        with self._sessions() as session:
            year = session.get_one(Campaign, UUID(work.campaign_id)).school_year
        begun = running.begun_terms(year, datetime.now(UTC))
        return [term for term in Term if term in begun or term.value in work.terms]

    def _to_open(self, campaign_id: UUID, term: Term) -> tuple[list[UUID], dict[UUID, Deadline]]:
        with self._sessions() as session:
            campaign = session.get_one(Campaign, campaign_id)
            held = {each_.school_id: each_.of_term(term) for each_ in dues.of_schools(session, campaign)}
            deadlines = {school: Deadline(due.version, due.at) for school, due in held.items() if due is not None}
            return running.classes_to_open(session, campaign_id, term), deadlines

    def _open(self, class_id: UUID, term: Term, held: dict[UUID, Deadline]) -> OpenedTerm | None:
        with self._sessions.begin() as session:
            return opening.open_under(session, class_id, term, held)

    def _concerned(self, work: Spread) -> tuple[Campaign, list[SchoolDues], list[OpenClass]]:
        with self._sessions() as session:
            campaign = session.get_one(Campaign, UUID(work.campaign_id))
            decision = session.get(DeadlineDecision, work.version) if work.version else None
            if decision is not None and decision.spread_at is not None:
                return campaign, [], []
            schools = dues.concerned(session, decision) if decision else None
            held = dues.of_schools(session, campaign, schools)
            terms = _terms(decision)
            classes = running.open_classes(session, campaign, {each_.school_id for each_ in held}, terms)
            return campaign, held, classes

    def _note_spread(self, version: int, count: int) -> None:
        with self._sessions.begin() as session:
            decision = session.get(DeadlineDecision, version) if version else None
            if decision is not None and decision.spread_at is None:
                decision.concerned, decision.spread_at = count, datetime.now(UTC)


def _by(change: CampaignChange) -> By | None:
    if not change.command_id:
        return None
    return By(UUID(change.command_id), UUID(change.staff_id), UUID(change.reason_id))


def _terms(decision: DeadlineDecision | None) -> list[Term]:
    """Whose books a decision moves; all for a round of everything, none for a phase that no book follows."""
    if decision is None:
        return list(Term)
    term = TERM_OF_STEP.get(Step(decision.step))
    return [term] if term else []


def _key(campaign: Campaign) -> tuple[str, int]:
    return campaign.school_year, campaign.grade


async def _reached(call: Awaitable[None]) -> bool:
    """False for a workflow that has ended or was never started: nothing there can be late."""
    try:
        await call
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


def batched(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


async def each(name: str, items: Mapping[str, Item], do: Callable[[Item], Awaitable[None]], at_once: int) -> None:
    """Do it for each item in the order of their ids, some at a time; doing one twice changes nothing.

    A new attempt goes on behind the last id that was reported as done. Several rounds of one activity have names in
    their order, so a round before that of the report is over.
    """
    ids = _left(name, sorted(items))
    for chunk in batched(ids, at_once):
        await asyncio.gather(*(do(items[each_]) for each_ in chunk))
        activity.heartbeat(name, chunk[-1])


def _left(name: str, ids: list[str]) -> list[str]:
    details = activity.info().heartbeat_details
    if len(details) != 2:  # noqa: PLR2004
        return ids
    round_, last = details
    if name < round_:
        return []
    return [each_ for each_ in ids if each_ > last] if name == round_ else ids
