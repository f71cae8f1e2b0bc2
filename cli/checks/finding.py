"""What a check found, and what is to be done about it."""

from dataclasses import dataclass
from enum import StrEnum

from cli.trouble import Trouble


class State(StrEnum):
    """`watch` will become wrong if nobody does anything."""

    OK = "ok"
    WATCH = "watch"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    subject: str
    state: State
    sentence: str
    advice: str = ""


def fine(subject: str, sentence: str) -> Finding:
    return Finding(subject, State.OK, sentence)


def watch(subject: str, sentence: str, advice: str) -> Finding:
    return Finding(subject, State.WATCH, sentence, advice)


def wrong(subject: str, sentence: str, advice: str) -> Finding:
    return Finding(subject, State.WRONG, sentence, advice)


def of_trouble(subject: str, trouble: Trouble) -> Finding:
    """A trouble is said in one sentence with what to do, parted by a colon."""
    sentence, _, advice = str(trouble).partition(": ")
    return wrong(subject, sentence, advice)


def say_age(seconds: float) -> str:
    """As people say it: the two largest units are enough."""
    minutes = int(abs(seconds) // 60)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} days"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
