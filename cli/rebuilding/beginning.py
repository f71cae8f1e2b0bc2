"""Before anybody works: does Temporal know what is under way?"""

import asyncio
from collections.abc import Callable

from cli.database import opened
from cli.keeping import unfinished
from cli.services.services import run_once
from config.settings import Settings
from config.temporal import connect
from storage import reopening

_BOOKS = "WorkflowType = 'ClassTermWorkflow' AND ExecutionStatus = 'Running'"


async def take_up(settings: Settings, say: Callable[[str], None]) -> None:
    """After a restore, and where Temporal's state is lost, have begun what the database says is under way."""
    if unfinished.is_fresh(settings.var_dir):
        say("Restored from a backup: looking for what its Temporal does not know …")
    elif lost := await _lost_books(settings):
        say(f"Temporal knows none of {lost} open books, so its state was lost. Beginning again what is under way …")
    else:
        return
    await run_once("rebuild", settings, show=True)
    unfinished.forget(settings.var_dir)


async def _lost_books(settings: Settings) -> int:
    """How many books are open, if Temporal knows of none."""
    books = await asyncio.to_thread(_open_books, settings)
    if not books:
        return 0
    running = await (await connect(settings)).count_workflows(_BOOKS)
    return 0 if running.count else books


def _open_books(settings: Settings) -> int:
    with opened(settings.database_url) as sessions, sessions() as session:
        return len(reopening.open_books(session))
