"""Everything that begins by itself, again and again."""

from typing import Final

from temporalio.client import Client

from workflows.mailing import ensure_mail_schedules
from workflows.nightly import ensure_night_schedule
from workflows.submission import ensure_submission_schedule
from workflows.upkeep import ensure_schedules

_ALL: Final = (ensure_schedules, ensure_mail_schedules, ensure_submission_schedule, ensure_night_schedule)


async def ensure_every_schedule(client: Client) -> None:
    """Those that are there stay as an operator may have set them."""
    for ensure in _ALL:
        await ensure(client)
