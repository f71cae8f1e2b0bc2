"""At every step of a transfer one school at most can sign the pupil's year, and everything may be done twice."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
    Worker,
)

from activities.decisions import DecisionActivities
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.transfers.phases import Phase
from storage.database import Sessions
from storage.tables import Enrolment, MatterEvent, TermRecord
from tests.workflows.playing import FAILURES
from tests.workflows.replaying import replayed_at_the_end
from tests.workflows.transfers.pretended import Pretended
from tests.workflows.transfers.schools import Journey, LiveBook, make_journey
from tests.workflows.transfers.test_transfer import signed_by_subjects
from workflows.class_term import ClassTermWorkflow
from workflows.queues import MAIN_QUEUE, PROOF_QUEUE, SIGN_QUEUE
from workflows.transfer import TransferWorkflow
from workflows.workers import matter_worker


async def can_sign(book: LiveBook, record: str) -> bool:
    return not await book.is_refused(Action.SIGN, HOMEROOM, record)


def mine(journey: Journey, book: LiveBook) -> str | None:
    """The pupil's record in the new school's book, if there is one yet."""
    pupil_id = journey.pupil().id if journey.row().to_enrolment_id is None else journey.row().pupil_id
    with journey.sessions() as session:
        query = (
            select(TermRecord.id)
            .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
            .where(TermRecord.class_term_id == book.opened.class_term_id, Enrolment.pupil_id == pupil_id)
        )
        found = session.scalars(query).first()
    return str(found) if found else None


@pytest.mark.parametrize(
    ("phase", "old_signs"),
    [
        (Phase.REQUESTED, True),
        (Phase.ACCEPTED, True),
        (Phase.WRITING, False),
        (Phase.CHECKING, False),
        (Phase.PLACED, False),
    ],
)
async def test_both_schools_try_to_sign_and_one_at_most_can(journey: Journey, phase: Phase, *, old_signs: bool) -> None:
    old, new = await journey.open(journey.old), await journey.open(journey.new)
    await signed_by_subjects(journey, old)
    await journey.up_to(phase)
    assert await can_sign(old, old.records[0]) is old_signs
    arrived = mine(journey, new)
    assert (arrived is not None) is (phase is Phase.PLACED)
    if arrived is not None:
        assert await new.is_refused(Action.SUBMIT, HOMEROOM, old.records[0])
        state = await new.state(arrived)
        assert state is not None
        assert state["moving"] is False
    with journey.sessions() as session:
        open_ones = select(func.count()).where(
            Enrolment.pupil_id == journey.row().pupil_id, Enrolment.left_on.is_(None)
        )
        assert session.scalar(open_ones) == 1


class Twice(Interceptor):
    """Does every activity twice: the first time its worker died before it could say so."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        return _Twice(next)


class _Twice(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401
        await super().execute_activity(input)
        return await super().execute_activity(input)


@pytest_asyncio.fixture(loop_scope="session")
async def twice(
    temporal_env: WorkflowEnvironment, moving_sessions: Sessions, pretended: Pretended
) -> AsyncIterator[Journey]:
    client, decisions = temporal_env.client, DecisionActivities(moving_sessions)
    async with replayed_at_the_end(client) as runner, AsyncExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(12))
        main = Worker(
            client, task_queue=MAIN_QUEUE, workflows=[ClassTermWorkflow, TransferWorkflow],
            activities=[decisions.record_decision, decisions.note_deadline, decisions.load_book],
            activity_executor=threads, workflow_failure_exception_types=FAILURES, interceptors=[Twice()],
            workflow_runner=runner,
        )  # fmt: skip
        sign = Worker(
            client, task_queue=SIGN_QUEUE, activities=[pretended.complete_order, pretended.complete_matter_order],
            activity_executor=threads,
        )  # fmt: skip
        proof = Worker(
            client, task_queue=PROOF_QUEUE, activities=[pretended.pack_transfer, pretended.check_brought],
            activity_executor=threads, interceptors=[Twice()],
        )  # fmt: skip
        for worker in (main, sign, proof, matter_worker(client, moving_sessions, threads, [Twice()])):
            await stack.enter_async_context(worker)
        yield make_journey(moving_sessions, client, pretended)


async def test_every_step_may_be_done_twice(twice: Journey) -> None:
    old, new = await twice.open(twice.old), await twice.open(twice.new)
    await twice.up_to(Phase.PLACED)
    assert await old.state(old.records[0]) is None
    assert mine(twice, new) is not None
    with twice.sessions() as session:
        deeds = session.scalars(
            select(MatterEvent.deed).where(MatterEvent.matter_id == twice.matter_id).order_by(MatterEvent.seq)
        ).all()
    assert deeds == [
        "request", "accept", "release", "detached", "signed.principal", "signed.seal", "seal", "packed", "confirm",
        "moved", "committed",
    ]  # fmt: skip
