"""What people do in a season: one act is one press of a button."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """The acts of a class's book are named as the lifecycle's actions, but for `enter`, which writes marks."""

    ENTER = "enter"
    SUBMIT = "submit"
    REVIEW = "review"
    RETURN = "return_for_rework"
    HOLD = "hold"
    RELEASE = "release"
    SIGN = "sign"
    APPROVE = "approve"
    SEAL = "seal"
    CLOSE_GAP = "close_gap"  # what a pupil's data lacked is there
    CONFIRM_DATA = "confirm_data"  # the head confirms that nothing is missing in the school's data


@dataclass(frozen=True)
class Act:
    """Who does what for which pupils; `to_slot` is whom a return goes to. Acts on data are of no slot."""

    at: datetime
    school: int
    klass: int | None
    kind: Kind
    slot: str
    pupils: tuple[int, ...]
    person: int
    to_slot: str = ""
