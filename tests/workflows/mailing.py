"""Playing the messages' workflows: activities that remember what they were asked, by the names of the real ones."""

from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from activities.mailing import Readers
from tests.workflows.playing import FAILURES
from workflows.mailing import DailyDigestWorkflow, MailWorkflow
from workflows.queues import MAIN_QUEUE, PROOF_QUEUE

PAGES = {"": ["account-1", "account-2"], "account-2": ["account-3"], "account-3": []}


@dataclass
class FakeMailing:
    """Three accounts on two pages; everybody has something to do."""

    calls: list[str] = field(default_factory=list)
    readers: list[Readers] = field(default_factory=list)

    def activities(self) -> list[Callable[..., Any]]:
        @activity.defn(name="gather_notices")
        def gather() -> int:
            self.calls.append("gather")
            return 1

        @activity.defn(name="send_mails")
        def send() -> int:
            self.calls.append("send")
            return 1

        @activity.defn(name="list_readers")
        def list_readers(after: str) -> list[str]:
            return PAGES[after]

        @activity.defn(name="queue_digests")
        def queue(readers: Readers) -> int:
            self.readers.append(readers)
            return len(readers.account_ids)

        return [gather, send, list_readers, queue]


@asynccontextmanager
async def mail_workers(client: Client, mailing: FakeMailing, threads: ThreadPoolExecutor) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        main = Worker(
            client, task_queue=MAIN_QUEUE, workflows=[MailWorkflow, DailyDigestWorkflow],
            max_cached_workflows=0, workflow_failure_exception_types=FAILURES,
        )  # fmt: skip
        proof = Worker(client, task_queue=PROOF_QUEUE, activities=mailing.activities(), activity_executor=threads)
        for worker in (main, proof):
            await stack.enter_async_context(worker)
        yield
