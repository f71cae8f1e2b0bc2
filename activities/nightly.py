"""What is done each night: the day is counted, and workflows are compared with the database and repaired."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from temporalio import activity

from activities.campaigns import Engine, each
from domain.calendar import day_of
from domain.campaigns.messages import CampaignRef
from domain.campaigns.states import CampaignState, DriftKind
from domain.deadlines import Deadline
from domain.transfers.messages import TransferStanding
from storage import deadlines, opening
from storage.campaigns import cases, drifts, dues, gaps, letters, nights, phases, running
from storage.campaigns.drifts import Stored
from storage.campaigns.dues import SchoolDues
from storage.database import Sessions
from storage.tables import Campaign
from storage.transfers import dues as transfers

AT_ONCE: Final = 16
# What is under way when it is looked at is no drift: it is looked at again.
PATIENCE: Final = timedelta(seconds=3)


class Inspector(Engine, Protocol):
    """What a workflow knows: (number of its last step, its deadline); None when there is none running."""

    async def class_knows(self, school_year: str, class_id: str, term: str) -> tuple[int, Deadline] | None: ...
    async def school_knows(self, campaign: tuple[str, int], school_id: str) -> int | None: ...
    async def wake_campaign(self, campaign_id: str, school_year: str, grade: int) -> None: ...
    async def take_up(self, standing: TransferStanding) -> None: ...


class NightlyActivities:
    def __init__(self, sessions: Sessions, engine: Inspector, patience: timedelta = PATIENCE) -> None:
        self._sessions = sessions
        self._engine = engine
        self._patience = patience

    @activity.defn
    def list_campaigns(self) -> list[str]:
        with self._sessions() as session:
            return [str(campaign.id) for campaign in running.open_campaigns(session)]

    @activity.defn
    def count(self, ref: CampaignRef) -> int:
        """Count the day that is over, look at every school's data, and make the forecasts; returns how many rows."""
        at, campaign_id = datetime.now(UTC), UUID(ref.campaign_id)
        self._look_at_schools(campaign_id, at)
        with self._sessions.begin() as session:
            campaign = session.get_one(Campaign, campaign_id)
            cases.close_solved(session, campaign_id)
            phases.settle_all(session, campaign, at)
            counted = nights.keep_day(session, campaign, nights.end_of(at))
            nights.keep_forecasts(session, campaign, nights.end_of(at))
            letters.own_deadlines(session, campaign, at)
        return counted

    def _look_at_schools(self, campaign_id: UUID, at: datetime) -> None:
        """Each by itself: nobody who works at night waits for seven hundred schools."""
        with self._sessions() as session:
            campaign = session.get_one(Campaign, campaign_id)
            held = dues.of_schools(session, campaign)
        for school in held:
            with self._sessions.begin() as session:
                found = gaps.review(session, campaign, school.school_id, school.last_signing, at)
                gaps.keep(session, campaign_id, school.school_id, found, at)
            activity.heartbeat()

    @activity.defn
    async def reconcile(self) -> int:
        """Compare every open class-term and school with its workflow; returns how many differed."""
        with self._sessions.begin() as session:
            wrong = drifts.recount(session)
            drifts.keep(session, [drifts.drift(DriftKind.COUNTS, one, {}, is_repaired=True) for one in wrong])
            class_terms = drifts.stored(session)
        found, held = len(wrong), await asyncio.to_thread(self._held)

        async def compare(one: Stored) -> None:
            nonlocal found
            if await self._differs(one, _newest(one, held.get((one.school_id, one.grade, one.school_year)))):
                found += await self._look_again(one)

        await each("1 classes", {str(one.class_term_id): one for one in class_terms}, compare, AT_ONCE)
        await self.take_up_transfers()
        return found + await self._schools()

    async def take_up_transfers(self) -> None:
        """One whose run ended before its end goes on; one that runs is left alone."""
        with self._sessions() as session:
            under_way = {standing.matter_id: standing for standing in transfers.under_way(session)}
        await each("2 transfers", under_way, self._engine.take_up, AT_ONCE)

    def _held(self) -> dict[tuple[UUID, int, str], SchoolDues]:
        """The deadlines of all schools, by school, grade and year: read once for thousands of books."""
        with self._sessions() as session:
            return {
                (school.school_id, campaign.grade, campaign.school_year): school
                for campaign in running.open_campaigns(session)
                for school in dues.of_schools(session, campaign)
            }

    async def _look_again(self, one: Stored) -> bool:
        """Whether it still differs, with everything read anew: people work at night, too."""
        await asyncio.sleep(self._patience.total_seconds())
        with self._sessions() as session:
            again = drifts.stored(session, one.class_term_id)
        kind = await self._differs(again[0], self._due(again[0])) if again else None
        if kind is None:
            return False
        repaired = await self._repair(again[0], kind)
        detail: dict[str, object] = {"seq": one.seq, "policy_version": one.policy_version}
        with self._sessions.begin() as session:
            drifts.keep(session, [drifts.drift(kind, one.class_term_id, detail, is_repaired=repaired)])
        return True

    async def _differs(self, one: Stored, due: Deadline) -> DriftKind | None:
        known = await self._engine.class_knows(one.school_year, str(one.class_id), one.term.value)
        if known is None:
            return DriftKind.GONE if one.seq else DriftKind.NOT_STARTED
        seq, deadline = known
        if seq != one.seq:
            return DriftKind.BEHIND
        return None if deadline == due else DriftKind.DEADLINE

    def _due(self, one: Stored) -> Deadline:
        with self._sessions() as session:
            held = running.book_deadline(session, one.school_id, (one.school_year, one.grade, one.term))
        return _later(one, held)

    async def _repair(self, one: Stored, kind: DriftKind) -> bool:
        if kind is DriftKind.NOT_STARTED:
            await self._engine.open_book(await asyncio.to_thread(self._opened, one))
            return True
        if kind is not DriftKind.DEADLINE:
            return False  # decisions that only one side knows are for a person to look at
        due = self._due(one)
        await self._engine.move_class(one.school_year, str(one.class_id), one.term.value, due)
        known = await self._engine.class_knows(one.school_year, str(one.class_id), one.term.value)
        if known is not None and known[1].policy_version > due.policy_version:
            due = known[1]  # the workflow was moved and the database does not know it
            with self._sessions.begin() as session:
                deadlines.note(session, one.class_term_id, due.policy_version, due.due_at, None)
        return True

    def _opened(self, one: Stored) -> opening.OpenedTerm:
        with self._sessions.begin() as session:
            return opening.open_term(session, one.class_id, one.term, one.due_at)

    async def _schools(self) -> int:
        """Campaigns look for new schools, classes and terms; a school whose workflow does not run or does not know the
        newest deadlines is put right.
        """
        found = 0
        with self._sessions() as session:
            campaigns = running.open_campaigns(session)
        for campaign in campaigns:
            if campaign.state == CampaignState.OPEN:
                await self._engine.wake_campaign(str(campaign.id), campaign.school_year, campaign.grade)
            with self._sessions.begin() as session:
                codes = dict(running.take_in(session, campaign.id, day_of(datetime.now(UTC))))
                held = dues.of_schools(session, campaign)
            key = campaign.school_year, campaign.grade
            for school in held:
                newest = max((due.version for due in school.dues), default=0)
                knows = await self._engine.school_knows(key, str(school.school_id))
                activity.heartbeat("3 schools", str(school.school_id))
                if knows is not None and knows >= newest:
                    continue
                found += 1
                await self._engine.start_school(key, str(campaign.id), (str(school.school_id), codes[school.school_id]))
                if knows is not None:
                    await self._engine.tell_school(key, str(school.school_id), "deadlines_moved")
                with self._sessions.begin() as session:
                    detail: dict[str, object] = {"knows": knows, "newest": newest}
                    drifts.keep(session, [drifts.drift(DriftKind.SCHOOL, school.school_id, detail, is_repaired=True)])
        return found


def _newest(one: Stored, held: SchoolDues | None) -> Deadline:
    due = held.of_term(one.term) if held else None
    return _later(one, Deadline(due.version, due.at) if due else None)


def _later(one: Stored, held: Deadline | None) -> Deadline:
    """What the class-term has, or what its campaign says since."""
    own = Deadline(one.policy_version, one.due_at)
    return held if held and held.policy_version > own.policy_version else own
