"""What people decide about the records of a class's term, and what of it could not be done: ids and codes only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    SUBMIT = "submit"
    REVIEW = "review"
    RETURN = "return_for_rework"
    SIGN = "sign"
    APPROVE = "approve"
    SEAL = "seal"
    HOLD = "hold"
    RELEASE = "release"
    ISSUE = "issue"
    UNLOCK = "unlock"
    DETACH_BEGIN = "detach_begin"
    DETACH_CANCEL = "detach_cancel"
    DETACH_COMMIT = "detach_commit"
    ATTACH = "attach"
    RECALL = "recall"
    RENEW = "renew"


SIGNING_ACTIONS = frozenset({Action.SIGN, Action.APPROVE, Action.SEAL})
REOPENING_ACTIONS = frozenset({Action.RETURN, Action.UNLOCK, Action.RECALL})
# What else makes signatures void: content that nobody enters in the book has changed.
VOIDING_ACTIONS = REOPENING_ACTIONS | {Action.RENEW}


@dataclass(frozen=True)
class Decision:
    """What somebody decided, for which records. Ids and codes only: it is kept in the workflow's history.

    One person may sign several subjects of a class with one confirmation: `more_slots` are those beside `slot`.
    `to_slots` are the parts that an unlock or a recall opens, or whose sheets a renewal makes void; `matter_id` is the
    matter (a transfer, say) behind it, and what an unlock opens may be changed `until` then.
    """

    action: Action
    slot: str
    record_ids: tuple[str, ...]
    actor_id: str = ""
    order_id: str = ""
    to_slot: str = ""
    reason_id: str = ""
    more_slots: tuple[str, ...] = ()
    to_slots: tuple[str, ...] = ()
    matter_id: str = ""
    until: datetime | None = None

    @property
    def slots(self) -> tuple[str, ...]:
        return (self.slot, *self.more_slots)

    @property
    def reopens(self) -> tuple[str, ...]:
        """The parts that are open for entry again."""
        return (self.to_slot,) if self.to_slot else self.to_slots


@dataclass(frozen=True)
class Failure:
    """One record that did not go along, and why (a code); `slot` if it failed on the sheet of one subject."""

    record_id: str
    code: str
    slot: str = ""


@dataclass(frozen=True)
class BookDecision:
    """What a class-term is to be told for a matter, under a command id of its own."""

    class_term_id: str
    command_id: str
    decision: Decision
