"""What follows by itself and is refused: tried again ever more seldom, told to people, and never without an end."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from activities.nightly import NightlyActivities
from domain.curriculum import PRINCIPAL, SEAL
from domain.transfers.messages import (
    AlarmNote,
    SealedPaper,
    StuckNote,
    TransferAlarm,
    TransferDeed,
    TransferRef,
    TransferStanding,
)
from domain.transfers.phases import Deed, Phase
from tests.workflows.transfers.plays import Remembered, begun, do, sign, transfer_workers, until
from tests.workflows.transfers.schools import Journey
from workflows.starting import TemporalEngine, send_deed
from workflows.transfer import TransferWorkflow
from workflows.transfer_runs import AGAIN, SELDOM, TOLD_AFTER, pause_after

WHY = "Còn sổ của học sinh chưa dừng."


@dataclass
class Refusing(Remembered):
    """The former school's books never stand still, until they are let go."""

    keeps: bool = True
    asked_at: list[datetime] = field(default_factory=list)
    attempts: list[int] = field(default_factory=list)
    told: list[StuckNote] = field(default_factory=list)
    rung: list[str] = field(default_factory=list)

    @activity.defn
    def note_detached(self, ref: TransferRef) -> TransferStanding:
        self.attempts.append(ref.attempt)
        if self.keeps:
            assert ref.at is not None
            self.asked_at.append(ref.at)
            raise ApplicationError(WHY, type="Conflict", non_retryable=True)
        return self.go(Phase.WRITING)

    @activity.defn
    def note_transfer_stuck(self, note: StuckNote) -> TransferStanding:
        self.told.append(note)
        self.standing = replace(self.standing, version=self.standing.version + 1)
        return self.standing

    @activity.defn
    def note_transfer_alarm(self, note: AlarmNote) -> TransferStanding:
        self.rung.append(note.key)
        return super().note_transfer_alarm(note)

    @activity.defn
    def pack_transfer(self, _: TransferRef) -> TransferStanding:
        if self.keeps:
            raise ApplicationError("Hồ sơ chưa đủ để đóng gói.", type="Conflict", non_retryable=True)
        return self.go(Phase.CHECKING)

    @activity.defn
    def note_transfer_sealed(self, _: SealedPaper) -> TransferStanding:
        self.keeps = True
        return self.go(Phase.PACKING)


def refusing(phase: Phase = Phase.ACCEPTED) -> Refusing:
    return Refusing(replace(begun().standing, phase=phase, alarms=()))


Handle = WorkflowHandle[TransferWorkflow, str]


@asynccontextmanager
async def stuck(clock: WorkflowEnvironment, known: Refusing) -> AsyncIterator[Handle]:
    with ThreadPoolExecutor(4) as threads, clock.with_time_skipping_disabled():
        async with transfer_workers(clock.client, known, threads) as handle:
            await do(handle, known, Deed.RELEASE)
            yield handle
            await clock.client.get_workflow_handle(handle.id).terminate()


async def turn(clock: WorkflowEnvironment, handle: Handle, known: Refusing, times: int) -> None:
    """On a clock that stands still otherwise, until it was refused so often."""
    for _ in range(400):
        if len(known.asked_at) >= times:
            return
        await clock.fast_forward(handle, timedelta(seconds=20))
    raise TimeoutError(len(known.asked_at))


def test_each_wait_is_twice_as_long_up_to_a_bound() -> None:
    waits = [pause_after(refusals) for refusals in range(1, 400)]
    assert waits[:4] == [AGAIN, 2 * AGAIN, 4 * AGAIN, 8 * AGAIN]
    assert max(waits) == waits[-1] == SELDOM


async def test_it_is_asked_ever_more_seldom_and_told_once(clock: WorkflowEnvironment) -> None:
    known = refusing()
    async with stuck(clock, known) as handle:
        await turn(clock, handle, known, 6)
    gaps = [after - before for before, after in zip(known.asked_at, known.asked_at[1:], strict=False)]
    assert all(gap >= pause_after(number) for number, gap in enumerate(gaps, 1))
    assert len(set(known.attempts)) == len(known.attempts)
    [note] = known.told
    assert (note.why, note.class_term_id) == (WHY, "")
    assert TOLD_AFTER == 3


async def test_who_mended_it_has_it_tried_at_once(clock: WorkflowEnvironment) -> None:
    known = refusing()
    async with stuck(clock, known) as handle:
        await turn(clock, handle, known, 5)
        known.keeps = False
        await do(handle, known, Deed.RETRY)
        await until(clock, handle, Phase.WRITING)


async def test_a_package_that_is_refused_ends_nothing(clock: WorkflowEnvironment) -> None:
    known = refusing()
    known.keeps = False
    async with stuck(clock, known) as handle:
        await until(clock, handle, Phase.WRITING)
        await sign(handle, known, PRINCIPAL)
        await clock.fast_forward(handle, timedelta(seconds=1))
        await sign(handle, known, SEAL)
        await until(clock, handle, Phase.PACKING)
        for _ in range(8):
            await clock.fast_forward(handle, timedelta(seconds=20))
        assert known.told[0].why == "Hồ sơ chưa đủ để đóng gói."
        known.keeps = False
        await do(handle, known, Deed.RETRY)
        await until(clock, handle, Phase.CHECKING)


async def test_a_long_history_is_cut_and_the_waits_go_on(clock: WorkflowEnvironment) -> None:
    known = refusing()
    async with stuck(clock, known) as handle:
        await turn(clock, handle, known, 4)
        first = (await handle.describe()).run_id
        await handle.signal("start_afresh")
        await turn(clock, handle, known, 6)
        assert (await handle.describe()).run_id != first
        assert len(known.told) == 1
        assert known.asked_at[-1] - known.asked_at[-2] >= pause_after(5)


async def test_a_run_that_begins_afresh_knows_who_signed(clock: WorkflowEnvironment) -> None:
    known = refusing()
    known.keeps = False
    async with stuck(clock, known) as handle:
        await until(clock, handle, Phase.WRITING)
        await sign(handle, known, PRINCIPAL)
        await handle.signal("start_afresh")
        await clock.fast_forward(handle, timedelta(seconds=1))
        await sign(handle, known, SEAL)
        await until(clock, handle, Phase.PACKING)


async def test_a_run_that_ended_is_taken_up_by_the_next_decision(clock: WorkflowEnvironment) -> None:
    known = refusing()
    async with stuck(clock, known) as handle:
        await turn(clock, handle, known, 2)
        await handle.terminate()
        known.keeps = False
        deed = TransferDeed(known.standing.matter_id, Deed.RETRY, "staff-1", str(uuid4()))
        await send_deed(clock.client, known.standing, deed)
        again: Handle = clock.client.get_workflow_handle(handle.id)
        await until(clock, again, Phase.WRITING)
        assert len(set(known.attempts)) == len(known.attempts)


async def test_people_are_told_that_what_follows_by_itself_is_late(clock: WorkflowEnvironment) -> None:
    known = refusing()
    async with stuck(clock, known) as handle:
        await turn(clock, handle, known, 1)
        late = TransferAlarm("release/late/2026-12-01", datetime.now(UTC) + timedelta(hours=2))
        known.standing = replace(known.standing, alarms=(late,), version=known.standing.version + 1)
        for _ in range(60):
            if known.rung:
                break
            await clock.fast_forward(handle, timedelta(minutes=10))
        assert known.rung == [late.key]
        known.keeps = False
        await do(handle, known, Deed.RETRY)
        await until(clock, handle, Phase.WRITING)


async def test_at_night_a_run_that_ended_is_taken_up_where_it_stood(journey: Journey) -> None:
    """The paper bears the principal's signature: only the seal is waited for."""
    await journey.up_to(Phase.WRITING)
    await journey.sign(PRINCIPAL)
    await journey.until(lambda: "seal" in journey.waits())
    await journey.handle.terminate()
    night = NightlyActivities(journey.sessions, TemporalEngine(journey.client))
    for _twice in range(2):
        await ActivityEnvironment().run(night.take_up_transfers)
    await journey.sign(SEAL)  # which waits until the new run has read what the paper bears
    await journey.reach(Phase.CHECKING)
    await journey.confirm()
    await journey.reach(Phase.PLACED)
