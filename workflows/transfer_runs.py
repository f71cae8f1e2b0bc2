"""What a run of a transfer's workflow starts from, and how long it waits before it tries what was refused again."""

from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Final

from domain.transfers.messages import TransferStanding

from workflows.matter_signing import PaperState

AGAIN: Final = timedelta(seconds=10)
SELDOM: Final = timedelta(minutes=30)
# So many refusals in a row are no mere coincidence: people are told.
TOLD_AFTER: Final = 3


def pause_after(refusals: int) -> timedelta:
    """How long to wait after so many refusals in a row: twice as long each time, up to a bound."""
    return min(AGAIN * (1 << min(refusals - 1, 10)), SELDOM)


@dataclass(frozen=True)
class Refused:
    """Why a step that follows by itself was refused, in a sentence of the rules, and by which book."""

    why: str
    class_term_id: str = ""


@dataclass(frozen=True)
class Carried:
    """What a transfer carries over continue-as-new; everything else is in the database."""

    refusals: int = 0
    paper: PaperState = field(default_factory=PaperState)


@dataclass(frozen=True)
class TransferRun(TransferStanding):
    """What a run starts from; `carried` is what the one before it left, if that began this one."""

    carried: Carried | None = None


def run_of(standing: TransferStanding, carried: Carried | None = None) -> TransferRun:
    known = {each.name: getattr(standing, each.name) for each in fields(TransferStanding)}
    return TransferRun(**known, carried=carried)
