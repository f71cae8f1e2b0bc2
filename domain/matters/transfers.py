"""What a transfer waits for, and what it tells, by code; the words are in `domain.matters.words`."""

from enum import StrEnum


class Turn(StrEnum):
    """What somebody is to do."""

    ANSWER = "answer"
    RELEASE = "release"
    SIGN = "sign"
    SEAL = "seal"
    CHECK = "check"
    OVERRULE = "overrule"
    HAND_OVER = "hand_over"


class News(StrEnum):
    """What somebody is told."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    OBJECTED = "objected"
    SENT_BACK = "sent_back"
    PLACED = "placed"
    LEFT = "left"
    CANCELLED = "cancelled"
    REMIND = "remind"
    LATE = "late"
    ESCALATE = "escalate"
