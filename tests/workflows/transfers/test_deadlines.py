"""By when each school must act, by the regulation of the day of the request; who is reminded, and who above is told."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import select
from temporalio.testing import WorkflowEnvironment

from domain.calendar import day_of, end_of_day
from domain.matters.transfers import News
from domain.transfers.phases import Deed, Phase
from domain.workdays import Workdays
from storage.campaigns import policies
from storage.database import Sessions
from storage.tables import Notice, School
from tests.workflows.transfers.conftest import moving_workers
from tests.workflows.transfers.pretended import Pretended
from tests.workflows.transfers.schools import Journey, make_journey, refused


@pytest_asyncio.fixture(loop_scope="session")
async def slow(clock: WorkflowEnvironment, moving_sessions: Sessions, pretended: Pretended) -> AsyncIterator[Journey]:
    """On a clock that can be turned."""
    async with moving_workers(clock.client, moving_sessions, pretended):
        with clock.with_time_skipping_disabled():
            journey = make_journey(moving_sessions, clock.client, pretended)
            yield journey
            await journey.handle.terminate()


def told(journey: Journey, news: str) -> set[UUID]:
    with journey.sessions() as session:
        subject = f"transfer.{news}/{journey.matter_id}/"
        return set(session.scalars(select(Notice.staff_id).where(Notice.subject_ref.startswith(subject))))


def workdays(journey: Journey) -> Workdays:
    with journey.sessions() as session:
        return policies.workdays(session)


async def test_a_school_that_does_not_answer_is_reminded_and_then_those_above_are_told(
    clock: WorkflowEnvironment, slow: Journey
) -> None:
    today = day_of(datetime.now(UTC))
    await slow.request()
    due = workdays(slow).add(today, 5)
    assert slow.row().answer_due_at == end_of_day(due)
    principal = slow.new.school.principal
    assert told(slow, "answer") == {principal}
    await clock.fast_forward(slow.handle, timedelta(days=(due - today).days - 4))
    assert told(slow, News.REMIND) == set()
    await clock.fast_forward(slow.handle, timedelta(days=4))
    await slow.until(lambda: told(slow, News.REMIND) == {principal})
    assert told(slow, News.ESCALATE) == set()
    await clock.fast_forward(slow.handle, timedelta(days=5))
    await slow.until(lambda: told(slow, News.ESCALATE) >= {principal, slow.officer})
    assert told(slow, News.LATE) == {principal}


async def test_an_answer_in_time_starts_the_next_limit(slow: Journey) -> None:
    await slow.request()
    await slow.accept()
    today = day_of(datetime.now(UTC))
    assert slow.row().release_due_at == end_of_day(workdays(slow).add(today, 3))
    await slow.release()
    await slow.write()
    assert slow.row().placement_due_at == end_of_day(workdays(slow).add(today, 5))


@pytest.mark.parametrize(
    ("day", "other_province", "days"),
    [
        (date(2026, 5, 8), False, 3),
        (date(2026, 5, 8), True, 3),
        (date(2026, 5, 11), False, 5),
        (date(2026, 5, 11), True, 8),
    ],
)
async def test_the_limit_is_that_of_the_day_of_the_request(
    slow: Journey, day: date, days: int, *, other_province: bool
) -> None:
    if other_province:
        with slow.sessions.begin() as session:
            session.get_one(School, slow.old.school.school_id).province = "Tỉnh Đồng Nai"
    await slow.request(requested_on=day)
    row = slow.row()
    assert row.is_same_province is not other_province
    assert row.answer_due_at == end_of_day(workdays(slow).add(day, days))
    await slow.until(lambda: bool(told(slow, News.ESCALATE)))
    assert told(slow, News.REMIND) == set()  # long past when it was entered


async def test_before_may_2026_secondary_pupils_moved_in_two_windows_only(
    journey: Journey, moving_sessions: Sessions, pretended: Pretended
) -> None:
    sixth = make_journey(moving_sessions, journey.client, pretended, grade=6)
    assert "chỉ chuyển trường khi kết thúc học kì I" in await refused(sixth.request(requested_on=date(2026, 4, 1)))
    await sixth.request(requested_on=date(2026, 4, 1), is_excepted=True)
    assert sixth.row().answer_due_at is None
    await sixth.act(Deed.REFUSE, sixth.new.school.principal, "Trường đã đủ học sinh.")
    assert sixth.row().phase == Phase.REFUSED


async def test_a_request_of_tomorrow_is_refused(journey: Journey) -> None:
    tomorrow = day_of(datetime.now(UTC)) + timedelta(days=1)
    assert "sau hôm nay" in await refused(journey.request(requested_on=tomorrow))
