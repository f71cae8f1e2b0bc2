"""Records the histories that every later version of the workflows must replay: `python -m tests.workflows.record`.

Run it when a workflow gains a path that no history here has, and give the new history a name of its own. Histories that
are there already belong to class-terms that may still be running somewhere: they are never edited and never recorded
again. A change that does not replay them needs `workflow.patched`. Existing files are kept; name the new ones below.

Each release has a folder of its own: set the version in pyproject.toml, then run this.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from cli.services.temporal_in_memory import time_skipping_server
from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.decisions import Action
from tests.fakes import FakeDatabase, FakePapers
from tests.workflows.campaigns import plays as campaigns
from tests.workflows.corrections import plays as corrections
from tests.workflows.handovers import plays as handovers
from tests.workflows.mailing import FakeMailing, mail_workers
from tests.workflows.playing import opening, start_book, workers
from tests.workflows.recorded import FOLDER, release
from tests.workflows.transfers import plays as transfers
from tests.workflows.upkeep import upkeep, upkeep_workers
from workflows.mailing import DailyDigestWorkflow, DigestInput, MailWorkflow
from workflows.queues import MAIN_QUEUE

Histories = dict[str, str]


async def whole_term(clock: WorkflowEnvironment, papers: FakePapers) -> Histories:
    """The first term of a class, from entry to issue."""
    book = await start_book(clock.client)
    await book.whole_term()
    await book.handle.result()
    return {"whole-term": await book.history()}


async def detours(clock: WorkflowEnvironment, papers: FakePapers) -> Histories:
    """A return and its correction, a hold and its release, one record that failed to sign, and a second part."""
    book = await start_book(clock.client)
    await book.submit_all()
    await book.do(Action.RETURN, HOMEROOM, ["r01"], to_slot="toan", reason_id="reason-1")
    await book.do(Action.SUBMIT, "toan", ["r01"])
    await book.do(Action.REVIEW, HOMEROOM)
    papers.fails = {"r02": "RecordChanged"}
    await book.do(Action.SIGN, "toan")
    papers.fails = {}
    await book.do(Action.SIGN, "toan", ["r02"])
    await book.do(Action.SIGN, "am_nhac")
    await book.do(Action.SIGN, HOMEROOM)
    await book.do(Action.HOLD, PRINCIPAL, ["r03"], reason_id="reason-2")
    await book.finish(["r01", "r02"])
    await book.do(Action.RELEASE, PRINCIPAL, ["r03"])
    await book.finish(["r03"])
    await book.handle.result()
    return {"detours": await book.history()}


async def deadlines(clock: WorkflowEnvironment, papers: FakePapers) -> Histories:
    """A deadline that is moved, passes, and is followed by late decisions; `deadlines` is of before they were noted in
    the workflow's own task.
    """
    with clock.with_time_skipping_disabled():
        book = await start_book(clock.client, opening(due_at=datetime.now().astimezone() + timedelta(days=10)))
        await clock.fast_forward(book.handle, timedelta(days=4))
        await book.move_deadline(2, book.state.deadline.due_at + timedelta(days=20))
        await clock.fast_forward(book.handle, timedelta(days=30))
        await book.whole_term()
        await book.handle.result()
    return {"deadlines-in-own-task": await book.history()}


async def continued(clock: WorkflowEnvironment, papers: FakePapers) -> Histories:
    """A run that ends by beginning afresh, and the run after it."""
    book = await start_book(clock.client)
    await book.submit_all()
    first = (await book.handle.describe()).run_id
    await book.start_afresh()
    await book.do(Action.REVIEW, HOMEROOM)
    await book.sign_subjects()
    await book.finish()
    await book.handle.result()
    ended = await clock.client.get_workflow_handle(book.handle.id, run_id=first).fetch_history()
    return {"continued-first-run": ended.to_json(), "continued-second-run": await book.history()}


async def several_subjects(clock: WorkflowEnvironment, papers: FakePapers) -> Histories:
    """A teacher who signs two subjects at once: first one of the sheets fails, then all goes well."""
    book = await start_book(clock.client)
    await book.submit_all()
    await book.do(Action.REVIEW, HOMEROOM)
    papers.fails_sheets = {"toan": "Invalid"}
    await book.do(Action.SIGN, "toan", ["r01"], more_slots=("am_nhac",))
    papers.fails_sheets = {}
    await book.do(Action.SIGN, "toan", ["r01"])
    await book.do(Action.SIGN, "toan", ["r02", "r03"], more_slots=("am_nhac",))
    await book.finish()
    await book.handle.result()
    return {"several-subjects": await book.history()}


async def issued_with_seal(clock: WorkflowEnvironment, papers: FakePapers) -> Histories:
    """A class sealed in two parts, each issued in the transaction of its seal."""
    book = await start_book(clock.client)
    await book.submit_all()
    await book.do(Action.REVIEW, HOMEROOM)
    for subject in ("toan", "am_nhac"):
        await book.do(Action.SIGN, subject)
    await book.do(Action.HOLD, PRINCIPAL, ["r03"], reason_id="reason-1")
    await book.finish(["r01", "r02"])
    await book.do(Action.RELEASE, PRINCIPAL, ["r03"])
    await book.finish(["r03"])
    await book.handle.result()
    return {"issued-with-seal": await book.history()}


async def mailing(client: Client) -> Histories:
    """A morning of two pages, and one look at what cannot wait."""
    morning = await client.start_workflow(
        DailyDigestWorkflow.run, DigestInput("2026-12-01"), id="mail-run/morning", task_queue=MAIN_QUEUE
    )
    minute = await client.start_workflow(MailWorkflow.run, id="mail-run/minute", task_queue=MAIN_QUEUE)
    found = {}
    for name, handle in (("mail-morning", morning), ("mail-minute", minute)):
        await handle.result()
        found[name] = (await handle.fetch_history()).to_json()
    return found


PLAYS: tuple[Callable[[WorkflowEnvironment, FakePapers], Awaitable[Histories]], ...] = (
    whole_term, detours, deadlines, continued, several_subjects, issued_with_seal,
)  # fmt: skip


async def main() -> None:
    database = FakeDatabase()
    papers = FakePapers(database)
    # The default identity would put this machine's name into the histories.
    async with time_skipping_server(identity="recorder", converter=pydantic_data_converter) as clock:
        with ThreadPoolExecutor(4) as threads:
            async with workers(clock.client, database, papers, threads):
                for play in PLAYS:
                    keep_all(await play(clock, papers))
            async with mail_workers(clock.client, FakeMailing(), threads):
                keep_all(await mailing(clock.client))
            async with upkeep_workers(clock.client, threads):
                keep_all(await upkeep(clock.client))
            for act in (*corrections.PLAYS, *handovers.PLAYS, *transfers.PLAYS):
                keep_all(await act(clock, threads))
            async with campaigns.campaign_workers(clock.client, threads):
                for each in campaigns.PLAYS:
                    keep_all(await each(clock))


def keep_all(histories: Histories) -> None:
    for name, history in histories.items():
        keep(name, history)


def keep(name: str, history: str) -> None:
    path = FOLDER / release() / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    if path.exists():
        sys.stdout.write(f"{path.name}: kept as it is\n")
        return
    kept = json.loads(history, object_hook=_without_trace)
    path.write_text(json.dumps(kept, separators=(",", ":")) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path.name}: recorded\n")


def _without_trace(found: dict[str, object]) -> dict[str, object]:
    """A trace would put this machine's paths into the histories."""
    return {name: value for name, value in found.items() if name != "stackTrace"}


if __name__ == "__main__":
    asyncio.run(main())
    time.sleep(0.3)  # Temporal's threads end first: Python 3.11 may crash otherwise (sdk-python issue 300)
