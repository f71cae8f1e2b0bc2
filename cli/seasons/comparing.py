"""Whether the engine says the same of a season as the model: each difference is one sentence."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from cli.seasons.days import PHASES, decided_at, last_moment, opens_at, phases
from cli.seasons.directing import Played
from cli.seasons.recorded import Event, Recorded
from domain.calendar import day_of
from domain.campaigns.alarms import PhaseAlarm, alarms_of, is_outrun
from domain.campaigns.phases import Cohort, Due
from domain.campaigns.phases import Step as Phase
from domain.campaigns.states import PhaseState
from simulation.acts import Kind
from simulation.plan import SeasonPlan, Step
from simulation.progress import done_on
from simulation.season import Season
from storage.tables import Campaign, DeadlineDecision

_DAY: Final = timedelta(days=1)
_STEPS: Final = {phase: step for step, phase in PHASES.items()}
_ON_DATA: Final = frozenset({Kind.ENTER, Kind.CLOSE_GAP, Kind.CONFIRM_DATA})


@dataclass(frozen=True)
class Era:
    """A deadline for as long as it held."""

    due: Due
    since: datetime
    until: datetime


def eras(session: Session, played: Played) -> list[Era]:
    """Every deadline that ever held, with the number that the database gave it."""
    plan, campaign = played.season.plan, session.get_one(Campaign, played.books.campaign_id)
    query = select(DeadlineDecision).order_by(DeadlineDecision.version)
    moved = [(Phase(row.step), row.version, day_of(row.decided_at)) for row in session.scalars(query)]
    held = [(phase, campaign.base_version, plan.start) for phase in PHASES.values()] + moved
    found = []
    for phase, version, day in held:
        later = [other for step, _, other in moved if step is phase and other > day]
        since = opens_at(day) - _DAY if day == plan.start else decided_at(day)
        until = decided_at(min(later)) if later else last_moment(plan)
        due = Due(phase, Cohort.ALL, plan.due(_STEPS[phase], day), version)
        found.append(Era(due, since, until))
    return found


def differences(played: Played, recorded: Recorded, held: list[Era]) -> Iterator[str]:
    for school in played.season.schools:
        number = school.number
        yield from _progress(played.season, recorded, number)
        yield from _nights(played, recorded, number)
        yield from _events(played.season, recorded, number, held)
        yield from _states(played.season, recorded, number)
    yield from _lateness(played.season, recorded)


def _progress(season: Season, recorded: Recorded, school: int) -> Iterator[str]:
    """The cumulative count of each day, by step."""
    for step, expected in season.progress[school].items():
        found = recorded.progress[school][step]
        for day in sorted(expected.keys() | found.keys()):
            ours, theirs = _on(found, day), _on(expected, day)
            if ours != theirs:
                yield f"School {school}, {step}, {day}: {ours} done, the model has {theirs}."


def _on(progress: Mapping[date, int], day: date) -> int:
    return next((progress[each] for each in sorted(progress, reverse=True) if each <= day), 0)


def _nights(played: Played, recorded: Recorded, school: int) -> Iterator[str]:
    """What was counted at the end of a day; of the data review, whether the head had confirmed it."""
    for day in played.counted:
        for step, phase in PHASES.items():
            done = _done(played.season, school, step, day) if step is Step.DATA_REVIEW else None
            expected = int(done) if done is not None else done_on(played.season, school, step, day)
            found = recorded.nights.get(school, {}).get((phase, day))
            if found != expected:
                yield f"School {school}, {phase}: {found} counted in the night of {day}, the model has {expected}."


def _events(season: Season, recorded: Recorded, school: int, held: list[Era]) -> Iterator[str]:
    expected = Counter(event for era in held for event in _alarms(season, school, era))
    found = Counter(recorded.events[school])
    for event in sorted((expected - found) + (found - expected), key=str):
        yield f"School {school}: {found[event]} times {event}, the plan has {expected[event]}."


def _alarms(season: Season, school: int, era: Era) -> Iterator[Event]:
    """What a deadline rings for while it holds and its step is not done; what a later alarm outruns does not ring."""
    alarms = alarms_of(phases(season.plan), [era.due], season.plan.workdays)
    for alarm in alarms:
        at = max(alarm.at, era.since)
        if at < era.until and not is_outrun(alarm, alarms, at) and not _was_done(season, school, alarm, at):
            yield Event(alarm.step, alarm.version, alarm.kind, alarm.days)


def _was_done(season: Season, school: int, alarm: PhaseAlarm, at: datetime) -> bool:
    """Alarms ring before anybody works, so the evening before counts."""
    return _done(season, school, _STEPS[alarm.step], day_of(at) - _DAY)


def _done(season: Season, school: int, step: Step, day: date) -> bool:
    if step is Step.DATA_REVIEW:
        confirmed = (act.at.date() for act in season.acts if act.school == school and act.kind is Kind.CONFIRM_DATA)
        return any(each <= day for each in confirmed)
    return done_on(season, school, step, max(day, season.plan.start - _DAY)) >= season.totals[school][step] > 0


def _states(season: Season, recorded: Recorded, school: int) -> Iterator[str]:
    plan = season.plan
    for step, phase in PHASES.items():
        is_late = plan.due(step, plan.end) < day_of(last_moment(plan))
        unfinished = PhaseState.LATE if is_late else PhaseState.OPEN
        expected = PhaseState.DONE if _done(season, school, step, plan.end) else unfinished
        found = recorded.states[school].get(phase)
        if found != expected:
            yield f"School {school}, {phase}: {found} in the end, the model has {expected}."


def _lateness(season: Season, recorded: Recorded) -> Iterator[str]:
    """Every decision is there, and was taken for late when it was."""
    for number, act in enumerate(season.acts):
        if act.kind in _ON_DATA:
            continue
        found, expected = recorded.late.get(f"act/{number}"), _is_late(season.plan, act.at.date())
        if found is not expected:
            yield f"Act {number} ({act.kind}, class {act.klass}) late: {found}, by the plan {expected}."


def _is_late(plan: SeasonPlan, day: date) -> bool:
    return day > plan.due(Step.ISSUE, day)
