"""Where a signing order is on its way, as its person sees it."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Final


class Phase(StrEnum):
    PREPARING = "preparing"
    DELAYED = "delayed"  # cannot be prepared yet; goes on by itself
    READY = "ready"
    EXPIRED = "expired"
    ASKED = "asked"  # its person has to answer on another device
    SIGNING = "signing"
    DONE = "done"
    FAILED = "failed"


class Outlook(StrEnum):
    """What a person in front of several orders can do: wait, sign, or read what came of it."""

    PREPARING = "preparing"
    READY = "ready"
    SIGNING = "signing"
    OVER = "over"


MOVING: Final = frozenset({Outlook.PREPARING, Outlook.SIGNING})
_OVER: Final = {"completed": Phase.DONE, "failed": Phase.FAILED}
_UNDER_WAY: Final = {"asked": Phase.ASKED, "signed": Phase.SIGNING}


def phase_of(state: str, trouble_code: str, papers: int, expires_at: datetime, now: datetime) -> Phase:
    """From an order's stored state, and how many papers of it can be signed.

    What a person has confirmed is ended by whoever carries it, not by the clock.
    """
    if state in _OVER:
        return _OVER[state]
    if state in _UNDER_WAY:
        return _UNDER_WAY[state]
    if state == "prepared" and not papers:
        return Phase.FAILED
    if expires_at <= now:
        return Phase.EXPIRED
    if state == "prepared":
        return Phase.READY
    return Phase.DELAYED if trouble_code else Phase.PREPARING


def outlook_of(phases: Collection[Phase]) -> Outlook:
    if Phase.ASKED in phases or Phase.SIGNING in phases:
        return Outlook.SIGNING
    if Phase.PREPARING in phases:
        return Outlook.PREPARING
    if Phase.READY in phases:
        return Outlook.READY
    return Outlook.PREPARING if Phase.DELAYED in phases else Outlook.OVER
