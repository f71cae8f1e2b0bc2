"""A campaign starts its schools and books, spreads every move of a deadline once, and is reconciled at night."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import ActivityEnvironment

from activities.campaigns import CampaignActivities
from activities.nightly import NightlyActivities
from domain.assessment import Term
from domain.calendar import end_of_day
from domain.campaigns.alarms import PhaseAlarm
from domain.campaigns.messages import Spread
from domain.campaigns.phases import Cohort, Owner, Step
from domain.campaigns.states import DriftKind, PhaseEventKind
from domain.errors import Conflict, NotFound
from storage import opening
from storage.campaigns import decisions, drifts
from storage.campaigns import phases as phases_of_schools
from storage.campaigns.decisions import Move
from storage.tables import CampaignPhase, ClassGroup, ClassTermRow, DeadlineDecision, Notice
from tests.factories import make_class
from tests.workflows.campaigns.conftest import Season, start
from workflows.campaign import campaign_workflow_id
from workflows.school_campaign import school_workflow_id
from workflows.starting import TemporalEngine

ISSUE = date(2027, 8, 15)
LATER = date(2027, 8, 25)
EARLIER = date(2027, 8, 1)


async def until(found: Callable[[], bool], seconds: float = 20) -> None:
    for _ in range(int(seconds * 10)):
        if found():
            return
        await asyncio.sleep(0.1)
    raise TimeoutError


def due_of(season: Season, position: int) -> tuple[datetime, int]:
    with season.sessions() as session:
        query = select(ClassTermRow).where(
            ClassTermRow.class_id == season.classes[position].class_id, ClassTermRow.term == "year_end"
        )
        row = session.scalars(query).one()
        return row.due_at, row.policy_version


def phases(season: Season, position: int) -> dict[str, datetime]:
    with season.sessions() as session:
        query = select(CampaignPhase.step, CampaignPhase.due_at).where(
            CampaignPhase.campaign_id == season.campaign_id, CampaignPhase.school_id == season.schools[position]
        )
        return dict(session.execute(query).all())


def move(season: Season, due: date, position: int | None = None) -> Move:
    return Move(
        uuid4(), season.campaign_id, Step.ISSUE, Cohort.ALL, due, "123/QĐ-SGDĐT",
        "Bão, nhiều trường mất điện.", season.head.staff_id, season.office,
        school_id=None if position is None else season.schools[position],
    )  # fmt: skip


async def begun(season: Season) -> None:
    await start(season, Term.YEAR_END.value)
    await until(lambda: all(len(phases(season, position)) == 8 for position in range(3)))
    handle = season.client.get_workflow_handle(campaign_workflow_id("2026-2027", season.grade))
    for _ in range(200):
        if (await handle.query("snapshot"))["has_begun"]:
            return
        await asyncio.sleep(0.1)
    raise TimeoutError


async def test_it_starts_every_school_and_opens_every_book_under_its_deadline(season: Season) -> None:
    await begun(season)
    base = season.campaign().base_version
    assert [due_of(season, position) for position in range(3)] == [(end_of_day(ISSUE), base)] * 3
    assert phases(season, 0)["data_review"] == end_of_day(date(2027, 6, 30))


async def test_a_deadline_moves_for_one_school_for_all_later_earlier_and_twice(season: Season) -> None:
    await begun(season)
    before = due_of(season, 0)
    asked = move(season, LATER, 1)
    version = await season.campaigns.move_deadline(season.head, asked)
    await until(lambda: due_of(season, 1) == (end_of_day(LATER), version))
    await until(lambda: phases(season, 1)["issue"] == end_of_day(LATER))
    assert due_of(season, 0) == before
    assert await season.campaigns.move_deadline(season.head, asked) == version
    newer = await season.campaigns.move_deadline(season.head, move(season, EARLIER))
    await until(lambda: all(due_of(season, each) == (end_of_day(EARLIER), newer) for each in range(3)))
    await until(lambda: _spread(season, newer))
    with season.sessions() as session:
        told = session.get_one(DeadlineDecision, newer)
        assert (told.concerned, told.decision_no) == (6, "123/QĐ-SGDĐT")


def _spread(season: Season, version: int) -> bool:
    with season.sessions() as session:
        return session.get_one(DeadlineDecision, version).spread_at is not None


async def test_an_older_decision_that_comes_late_changes_nothing(season: Season) -> None:
    await begun(season)
    with season.sessions.begin() as session:
        older = decisions.decide(session, move(season, LATER), datetime.now(UTC)).version
    newer = await season.campaigns.move_deadline(season.head, move(season, EARLIER))
    await until(lambda: due_of(season, 2) == (end_of_day(EARLIER), newer))
    engine = TemporalEngine(season.client)
    handle = season.client.get_workflow_handle(campaign_workflow_id("2026-2027", season.grade))
    await handle.execute_update("spread", older)
    known = await engine.class_knows("2026-2027", str(season.classes[2].class_id), "year_end")
    assert known is not None
    assert known[1].policy_version == newer


async def test_a_smaller_number_that_comes_late_is_told_and_so_is_what_is_asked_for_during_a_round(
    season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(season)
    with season.sessions.begin() as session:
        first = decisions.decide(session, move(season, LATER, 0), datetime.now(UTC)).version
    second = await season.campaigns.move_deadline(season.head, move(season, EARLIER, 1))
    await until(lambda: _spread(season, second))
    handle = season.client.get_workflow_handle(campaign_workflow_id("2026-2027", season.grade))
    await handle.execute_update("spread", first)
    await until(lambda: due_of(season, 0) == (end_of_day(LATER), first))
    await until(lambda: _spread(season, first))

    rounds: list[int] = []
    go_on = threading.Event()
    concerned = CampaignActivities._concerned

    def held_up(self: CampaignActivities, work: Spread) -> Any:  # noqa: ANN401
        rounds.append(work.version)
        assert go_on.wait(20)
        return concerned(self, work)

    monkeypatch.setattr(CampaignActivities, "_concerned", held_up)
    await handle.execute_update("spread", 0)
    await until(lambda: rounds == [0])
    await handle.execute_update("spread", 0)
    go_on.set()
    await until(lambda: rounds == [0, 0])


async def test_at_night_new_classes_get_their_books_and_a_campaign_that_was_never_started_is(season: Season) -> None:
    night = NightlyActivities(season.sessions, TemporalEngine(season.client), patience=timedelta(0))
    begun_term = Term.HK1  # the year of these seasons has begun
    await ActivityEnvironment().run(night.reconcile)
    await until(lambda: _books(season, begun_term) == 3)
    with season.sessions.begin() as session:
        make_class(session, season.classes[0].school, f"{season.grade}A2", 2, **season.chosen)
    await ActivityEnvironment().run(night.reconcile)
    await until(lambda: _books(season, begun_term) == 4)


def _books(season: Season, term: Term) -> int:
    with season.sessions() as session:
        query = select(func.count(ClassTermRow.id)).join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        return session.scalar(query.where(ClassGroup.grade == season.grade, ClassTermRow.term == term.value)) or 0


async def test_a_closed_campaign_ends_its_workflows_and_takes_no_moves(season: Season) -> None:
    await begun(season)
    await season.campaigns.pause(season.head, season.campaign_id, "Chờ hướng dẫn mới.", uuid4())
    assert season.campaign().state == "paused"
    await season.campaigns.close(season.head, season.campaign_id, "Đã xong.", uuid4())
    handle = season.client.get_workflow_handle(campaign_workflow_id("2026-2027", season.grade))
    await asyncio.wait_for(handle.result(), 20)
    school = season.client.get_workflow_handle(school_workflow_id("2026-2027", season.grade, str(season.schools[0])))
    await asyncio.wait_for(school.result(), 20)
    assert (await school.describe()).status is WorkflowExecutionStatus.COMPLETED
    with pytest.raises(Conflict):
        await season.campaigns.move_deadline(season.head, move(season, LATER))
    with pytest.raises(Conflict):
        await season.campaigns.resume(season.head, season.campaign_id, "Mở lại.", uuid4())


async def test_another_office_neither_moves_nor_closes(season: Season) -> None:
    stranger = season.head.__class__(
        season.head.staff_id, season.head.school_id, "Người Khác", season.head.roles, authority_id=uuid4()
    )
    with pytest.raises(NotFound):
        await season.campaigns.close(stranger, season.campaign_id, "Không phải của mình.", uuid4())
    foreign = move(season, LATER, 0)
    foreign = foreign.__class__(**{**vars(foreign), "decided_for": stranger.authority_id})
    with pytest.raises(NotFound):
        await season.campaigns.move_deadline(stranger, foreign)


async def test_at_night_a_missing_workflow_is_started_and_a_missed_deadline_told(season: Season) -> None:
    await begun(season)
    with season.sessions.begin() as session:
        missed = decisions.decide(session, move(season, LATER), datetime.now(UTC)).version
        newcomer = make_class(session, season.classes[0].school, f"{season.grade}A2", 2, **season.chosen)
        lost = opening.open_term(session, newcomer.class_id, Term.YEAR_END, end_of_day(date(2027, 1, 15)))
        session.execute(
            update(ClassTermRow).where(ClassTermRow.id == lost.class_term_id).values(policy_version=missed + 1)
        )
    night = NightlyActivities(season.sessions, TemporalEngine(season.client), patience=timedelta(0))
    for expected in (True, False):
        found = await ActivityEnvironment().run(night.reconcile)
        assert bool(found) is expected
    with season.sessions() as session:
        kinds = [DriftKind(each.kind) for each in drifts.newest(session)]
    assert {DriftKind.NOT_STARTED, DriftKind.DEADLINE, DriftKind.SCHOOL} <= set(kinds)
    await until(lambda: due_of(season, 1) == (end_of_day(LATER), missed))
    await until(lambda: phases(season, 2)["issue"] == end_of_day(LATER))


async def test_a_campaign_that_goes_on_tells_what_was_missed(season: Season) -> None:
    await begun(season)
    await season.campaigns.pause(season.head, season.campaign_id, "Chờ hướng dẫn mới.", uuid4())
    principal = season.classes[1].school.principal
    now = datetime.now(UTC)
    with season.sessions.begin() as session:
        phase = session.get_one(CampaignPhase, (season.campaign_id, season.schools[1], "training", "all"))
        late = PhaseAlarm(
            Step.TRAINING, Cohort.ALL, phase.version, PhaseEventKind.OVERDUE, 0, Owner.PRINCIPAL, now
        )  # fmt: skip
        phases_of_schools.note_alarm(session, season.campaign_id, season.schools[1], late, now)
    assert told(season, principal) == 0
    for _ in range(2):
        await season.campaigns.resume(season.head, season.campaign_id, "Có hướng dẫn rồi.", uuid4())
        assert told(season, principal) == 1


def told(season: Season, staff_id: UUID) -> int:
    with season.sessions() as session:
        return session.query(Notice).filter_by(staff_id=staff_id, kind="campaign").count()
