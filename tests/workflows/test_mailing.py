"""The messages' workflows: pages by ids only, one morning from first to last, schedules that stay as they are."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from temporalio.testing import WorkflowEnvironment

from tests.workflows.mailing import FakeMailing, mail_workers
from workflows.mailing import DailyDigestWorkflow, DigestInput, MailWorkflow, ensure_mail_schedules
from workflows.queues import MAIN_QUEUE


async def test_every_page_of_readers_is_queued_for_the_same_morning(
    temporal_env: WorkflowEnvironment, threads: ThreadPoolExecutor
) -> None:
    mailing = FakeMailing()
    async with mail_workers(temporal_env.client, mailing, threads):
        queued = await temporal_env.client.execute_workflow(
            DailyDigestWorkflow.run, DigestInput("2026-12-01"), id=f"digest-{uuid4()}", task_queue=MAIN_QUEUE
        )
    assert queued == 3
    assert [(page.day, page.account_ids) for page in mailing.readers] == [
        ("2026-12-01", ("account-1", "account-2")),
        ("2026-12-01", ("account-3",)),
    ]


async def test_a_run_that_began_afresh_goes_on_where_it_was(
    temporal_env: WorkflowEnvironment, threads: ThreadPoolExecutor
) -> None:
    mailing = FakeMailing()
    async with mail_workers(temporal_env.client, mailing, threads):
        queued = await temporal_env.client.execute_workflow(
            DailyDigestWorkflow.run, DigestInput("2026-12-01", "account-2", 2), id=f"digest-{uuid4()}",
            task_queue=MAIN_QUEUE,
        )  # fmt: skip
    assert queued == 3
    assert len(mailing.readers) == 1


async def test_what_cannot_wait_is_gathered_and_then_sent(
    temporal_env: WorkflowEnvironment, threads: ThreadPoolExecutor
) -> None:
    mailing = FakeMailing()
    async with mail_workers(temporal_env.client, mailing, threads):
        sent = await temporal_env.client.execute_workflow(MailWorkflow.run, id=f"mail-{uuid4()}", task_queue=MAIN_QUEUE)
    assert (sent, mailing.calls) == (1, ["gather", "send"])


async def test_the_schedules_are_made_once_and_the_morning_is_vietnams(temporal_env: WorkflowEnvironment) -> None:
    for _ in range(2):
        await ensure_mail_schedules(temporal_env.client)
    morning = temporal_env.client.get_schedule_handle("mail/morning")
    spec = (await morning.describe()).schedule.spec
    assert spec.time_zone_name == "Asia/Ho_Chi_Minh"
    assert (spec.calendars[0].hour[0].start, spec.calendars[0].minute[0].start) == (6, 30)
    for name in ("mail/morning", "mail/minute"):
        await temporal_env.client.get_schedule_handle(name).delete()
