"""A season from nothing to its report, in an engine that is there."""

import asyncio
import time

from temporalio.testing import ActivityEnvironment

from activities.nightly import NightlyActivities
from cli.seasons.directing import opened, play
from cli.seasons.engine import Engine
from cli.seasons.report import Report, report_of
from simulation.season import Season
from workflows.starting import TemporalEngine


async def simulate(engine: Engine, season: Season) -> Report:
    """Play it, look for drifts as at night, and compare with the model."""
    played = await opened(engine, season)
    started = time.monotonic()
    await play(played)
    seconds = time.monotonic() - started
    return await asyncio.to_thread(report_of, played, seconds, await drifts_in(engine))


async def drifts_in(engine: Engine) -> int:
    """How many books and schools are not as their workflow says, as it is looked for at night."""
    night = NightlyActivities(engine.sessions, TemporalEngine(engine.client))
    return await ActivityEnvironment().run(night.reconcile)
