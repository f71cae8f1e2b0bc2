"""A season from nothing to its report, in an engine that is there."""

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
    night = NightlyActivities(engine.sessions, TemporalEngine(engine.client))
    drifts = await ActivityEnvironment().run(night.reconcile)
    return report_of(played, seconds, drifts)
