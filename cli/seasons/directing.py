"""A season from its opening to its last day: what the office does, with all schools beside each other."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from cli.seasons.city import City, register
from cli.seasons.days import PHASES, decided_at, last_moment, phases, school_year
from cli.seasons.engine import Engine
from cli.seasons.playing import TERM, Books, SchoolPlay
from domain.calendar import end_of_day
from domain.campaigns.phases import Cohort
from domain.errors import Conflict
from domain.submission.states import Approval
from simulation.acts import Act
from simulation.cast import GRADE
from simulation.plan import SeasonPlan, Step
from simulation.season import Season
from storage.campaigns import decisions, nights, policies, running
from storage.campaigns import phases as stored_phases
from storage.campaigns.decisions import Move
from storage.campaigns.policies import Edit
from storage.campaigns.running import NewCampaign
from storage.tables import (
    Campaign,
    CampaignSchool,
    CertificateApproval,
    CertificateRow,
    ClassTermRow,
    DeadlineDecision,
    TermRecord,
)
from workflows.campaign import CampaignState, CampaignWorkflow, campaign_workflow_id
from workflows.starting import start_campaign

_DAY: Final = timedelta(days=1)
_PATIENCE: Final = 600
_MOVED: Final = (Step.APPROVE, Step.ISSUE)
_SUNDAY: Final = 6


@dataclass(frozen=True)
class Played:
    """A season as it went through the engine; `counted` are the days whose end was counted as at night."""

    season: Season
    engine: Engine
    city: City
    books: Books
    plays: dict[int, SchoolPlay]
    counted: tuple[date, ...]

    @property
    def updates(self) -> int:
        return sum(play.updates for play in self.plays.values())


async def opened(engine: Engine, season: Season) -> Played:
    """Register the city, open its campaign, and wait until every book is open."""
    city, campaign_id = await asyncio.to_thread(_register, engine, season)
    await start_campaign(engine.client, CampaignState(str(campaign_id), str(city.year), GRADE, (TERM.value,)))
    await _until_begun(engine, city)
    books = await asyncio.to_thread(_books, engine, city, campaign_id)
    plays = {school.number: SchoolPlay(engine, city, books, school) for school in season.schools}
    return Played(season, engine, city, books, plays, tuple(_sundays(season.plan)))


async def play(played: Played) -> None:
    """All acts in the order of time; schools wait for each other once a week, and where a deadline moves."""
    plan, acts = played.season.plan, list(enumerate(played.season.acts))
    moves = dict(plan.moves)
    first = plan.start
    for last in sorted({*played.counted, *(decided - _DAY for decided in moves), plan.end}):
        if first in moves:
            await _move(played, first)
        await _play_days(played, [(number, act) for number, act in acts if first <= act.at.date() <= last])
        if last in played.counted:
            await asyncio.to_thread(_count, played, last)
        first = last + _DAY
    await _bring_all(played, last_moment(plan))
    await asyncio.to_thread(_settle, played)


def _sundays(plan: SeasonPlan) -> Iterator[date]:
    days = (plan.start + number * _DAY for number in range((plan.end - plan.start).days + 1))
    return (day for day in days if day.weekday() == _SUNDAY)


async def _play_days(played: Played, acts: list[tuple[int, Act]]) -> None:
    of_school: dict[int, list[tuple[int, Act]]] = {number: [] for number in played.plays}
    for number, act in acts:
        of_school[act.school].append((number, act))
    await asyncio.gather(*(played.plays[school].play(theirs) for school, theirs in of_school.items()))


def _register(engine: Engine, season: Season) -> tuple[City, UUID]:
    plan = season.plan
    with engine.sessions.begin() as session:
        city = register(session, season.schools, school_year(plan))
        office = city.office
        edit = Edit(office.id, "Mô phỏng", phases(plan), "Mô phỏng", office.head)
        policy = policies.keep(session, edit)
        new = NewCampaign(office.id, city.year, GRADE, policy.policy_id, policy.version, office.head)
        campaign = running.open_campaign(session, new)
        running.take_in(session, campaign.id, plan.start)
        # The simulation knows gaps of pupils only: every school is approved and has tried its connection.
        _approve(session, city, decided_at(plan.start))
        connected = update(CampaignSchool).where(CampaignSchool.campaign_id == campaign.id)
        session.execute(connected.values(connected_at=decided_at(plan.start)))
    return city, campaign.id


def _approve(session: Session, city: City, at: datetime) -> None:
    """The department approves the certificate of every school; who asked does not matter here."""
    own = select(CertificateRow.id).where(CertificateRow.school_id.is_not(None))
    approved = [
        {
            "command_id": uuid4(),
            "certificate_id": each,
            "state": Approval.APPROVED.value,
            "staff_id": city.office.head,
            "authority_id": city.office.id,
            "decided_at": at,
        }
        for each in session.scalars(own)
    ]
    session.execute(insert(CertificateApproval), approved)


async def _until_begun(engine: Engine, city: City) -> None:
    handle = engine.client.get_workflow_handle(campaign_workflow_id(str(city.year), GRADE))
    async with asyncio.timeout(_PATIENCE):
        while not (await handle.query(CampaignWorkflow.snapshot)).has_begun:  # noqa: ASYNC110 - another process works
            await asyncio.sleep(0.1)


def _books(engine: Engine, city: City, campaign_id: UUID) -> Books:
    with engine.sessions() as session:
        terms = dict(session.execute(select(ClassTermRow.class_id, ClassTermRow.id)).all())
        records = dict(session.execute(select(TermRecord.enrolment_id, TermRecord.id)).all())
    if len(terms) != len(city.classes):
        raise Conflict("Not every book was opened.")
    return Books(
        campaign_id,
        {number: terms[class_id] for number, class_id in city.classes.items()},
        {number: records[enrolment_id] for number, enrolment_id in city.enrolments.items()},
    )


async def _move(played: Played, day: date) -> None:
    """Put the moves of a day on record and wait until every workflow was told."""
    await _bring_all(played, decided_at(day))
    versions = await asyncio.to_thread(_decide, played, day)
    handle = played.engine.client.get_workflow_handle(campaign_workflow_id(str(played.city.year), GRADE))
    for version in versions:
        await handle.execute_update("spread", version, id=f"spread/{version}")
    async with asyncio.timeout(_PATIENCE):
        while not await asyncio.to_thread(_have_spread, played, versions):  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.1)


def _decide(played: Played, day: date) -> list[int]:
    plan, city = played.season.plan, played.city
    with played.engine.sessions.begin() as session:
        return [
            decisions.decide(
                session,
                Move(
                    uuid4(), played.books.campaign_id, PHASES[step], Cohort.ALL, plan.due(step, day), "01/QĐ-MP",
                    "Mô phỏng dời hạn.", city.office.head, city.office.id,
                ),
                decided_at(day),
            ).version
            for step in _MOVED
        ]  # fmt: skip


def _have_spread(played: Played, versions: list[int]) -> bool:
    """Whether everybody was told, and every school has planned anew."""
    with played.engine.sessions() as session:
        told = session.scalars(select(DeadlineDecision.spread_at).where(DeadlineDecision.version.in_(versions)))
        known = session.scalars(select(CampaignSchool.deadline_version))
        return all(told) and all(each >= max(versions) for each in known)


async def _bring_all(played: Played, at: datetime) -> None:
    """Turn the clock of every school and of every book."""
    workflows = [play.workflow_id for play in played.plays.values()]
    workflows += [play.workflow_of(klass.number) for play in played.plays.values() for klass in play.school.classes]
    await asyncio.gather(*(played.engine.clocks.bring(each, at) for each in workflows))


def _count(played: Played, day: date) -> None:
    """What the night does at the end of a day."""
    with played.engine.sessions.begin() as session:
        campaign = session.get_one(Campaign, played.books.campaign_id)
        stored_phases.settle_all(session, campaign, end_of_day(day))
        nights.keep_day(session, campaign, day)


def _settle(played: Played) -> None:
    with played.engine.sessions.begin() as session:
        campaign = session.get_one(Campaign, played.books.campaign_id)
        stored_phases.settle_all(session, campaign, last_moment(played.season.plan))
