"""What the rules say of one pupil's term or year, for people to look at before anything is signed."""

from dataclasses import dataclass
from typing import NamedTuple


class Verdict(NamedTuple):
    """One result: `level` is its code, empty where it has none; `text` is what people read."""

    name: str
    level: str
    text: str


class SubjectResult(NamedTuple):
    """A subject's results as papers print them: "8,5", "Đ", "M"; empty where there is none."""

    subject: str
    name: str
    hk1: str
    hk2: str = ""
    year: str = ""
    retest: str = ""


@dataclass(frozen=True)
class PupilResult:
    """Results with their reasons, and the version of the rules that gave them.

    `is_promoted` is None while the rules leave it open: in the first term, before the summer, or to the principal.
    """

    verdicts: tuple[Verdict, ...]
    reasons: tuple[str, ...]
    rule_version: str
    subjects: tuple[SubjectResult, ...] = ()
    is_promoted: bool | None = None
