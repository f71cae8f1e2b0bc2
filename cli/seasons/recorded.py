"""What the database says of a season: who was how far at the end of each day, and what happened to each phase."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from cli.seasons.directing import Played
from domain.calendar import day_of
from domain.campaigns.phases import Step as Phase
from domain.campaigns.states import ALARMS, PhaseEventKind
from domain.stages import STAGES, Stage
from simulation.plan import Step
from storage.tables import AuditEntry, CampaignPhase, PhaseEvent, ProgressDay

# From which stage on a record has done a step.
REACHED: Final = {Step.ENTRY: Stage.SUBMITTED, Step.APPROVE: Stage.APPROVED, Step.ISSUE: Stage.SEALED}
_DAY: Final = timedelta(days=1)
Progress = dict[int, dict[Step, dict[date, int]]]


@dataclass(frozen=True)
class Event:
    """What happened to a phase under one version of its deadline."""

    phase: Phase
    version: int
    kind: PhaseEventKind
    days: int


@dataclass(frozen=True)
class Recorded:
    """By number of the school; `late` are decisions (class-term, step) that the engine took for late ones."""

    progress: Progress
    events: Mapping[int, list[Event]]
    states: Mapping[int, Mapping[Phase, str]]
    nights: Mapping[int, Mapping[tuple[Phase, date], int]]
    late: Mapping[str, bool]


def read(session: Session, played: Played) -> Recorded:
    numbers = {school_id: number for number, school_id in played.city.schools.items()}
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.class_term_id, AuditEntry.wf_seq)).all()
    return Recorded(
        _progress(entries, played),
        _events(session, numbers),
        _states(session, numbers),
        _nights(session, numbers),
        {str(entry.detail["command"]): bool(entry.detail["late"]) for entry in entries},
    )


def _progress(entries: Sequence[AuditEntry], played: Played) -> Progress:
    """Added up from the audit trail alone: which stage each record reached, when."""
    of_term = {
        played.books.terms[klass.number]: school.number for school in played.season.schools for klass in school.classes
    }
    moments = sorted(
        ((datetime.fromisoformat(str(entry.detail["at"])), entry.wf_seq, entry) for entry in entries),
        key=lambda each: each[:2],
    )
    stages: dict[int, dict[str, Stage]] = defaultdict(dict)
    found = _none_yet(played)
    for at, _, entry in moments:
        number = of_term[entry.class_term_id]
        stages[number] |= {rid: Stage(state[0]) for rid, state in _records(entry).items()}
        for step, stage in REACHED.items():
            done = sum(STAGES.index(each) >= STAGES.index(stage) for each in stages[number].values())
            found[number][step][day_of(at)] = done
    for number, play in played.plays.items():
        found[number][Step.DATA_REVIEW] |= play.whole
    return {number: {step: _changes(days) for step, days in steps.items()} for number, steps in found.items()}


def _records(entry: AuditEntry) -> dict[str, list[str]]:
    found = entry.detail["records"]
    return found if isinstance(found, dict) else {}


def _none_yet(played: Played) -> Progress:
    before = played.season.plan.start - _DAY
    return {number: {step: {before: 0} for step in Step} for number in played.plays}


def _changes(days: Mapping[date, int]) -> dict[date, int]:
    """Only the days on which the number changed."""
    found: dict[date, int] = {}
    for day, done in sorted(days.items()):
        if not found or found[max(found)] != done:
            found[day] = done
    return found


def _events(session: Session, numbers: Mapping[UUID, int]) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = {number: [] for number in numbers.values()}
    for row in session.scalars(select(PhaseEvent).order_by(PhaseEvent.id)):
        if row.kind in ALARMS:
            event = Event(Phase(row.step), row.version, PhaseEventKind(row.kind), row.days)
            found[numbers[row.school_id]].append(event)
    return found


def _states(session: Session, numbers: Mapping[UUID, int]) -> dict[int, dict[Phase, str]]:
    found: dict[int, dict[Phase, str]] = defaultdict(dict)
    for row in session.scalars(select(CampaignPhase)):
        found[numbers[row.school_id]][Phase(row.step)] = row.state
    return dict(found)


def _nights(session: Session, numbers: Mapping[UUID, int]) -> dict[int, dict[tuple[Phase, date], int]]:
    found: dict[int, dict[tuple[Phase, date], int]] = defaultdict(dict)
    for row in session.scalars(select(ProgressDay)):
        found[numbers[row.school_id]][Phase(row.step), row.day] = row.done
    return dict(found)
