"""What waits for a person in one class and term, in words and with the way to it. No pupil is named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.stages import Stage


def _(message: str) -> str:
    """Mark a sentence for the catalogues of other languages."""
    return message


class Step(StrEnum):
    ENTER = "enter"
    REVIEW = "review"
    SIGN = "sign"
    SIGN_RECORDS = "sign_records"
    APPROVE = "approve"
    SEAL = "seal"
    RELEASE = "release"


# What a record at a stage waits for as a whole; entry and subjects' signatures wait slot by slot.
OF_STAGE: Final[Mapping[Stage, tuple[str, Step]]] = {
    Stage.SUBMITTED: (HOMEROOM, Step.REVIEW),
    Stage.SUBJECT_SIGNED: (HOMEROOM, Step.SIGN_RECORDS),
    Stage.HOMEROOM_SIGNED: (PRINCIPAL, Step.APPROVE),
    Stage.APPROVED: (SEAL, Step.SEAL),
}
# What is due sooner cannot wait for the next morning's mail.
URGENT: Final = timedelta(hours=48)
SOON: Final = timedelta(days=7)
WORDS: Final[Mapping[Step, str]] = {
    Step.ENTER: _("Lớp %(name)s, %(term)s: nhập %(parts)s cho %(count)s học sinh."),
    Step.REVIEW: _("Lớp %(name)s, %(term)s: rà soát %(count)s học sinh."),
    Step.SIGN: _("Lớp %(name)s, %(term)s: ký %(parts)s cho %(count)s học sinh."),
    Step.SIGN_RECORDS: _("Lớp %(name)s, %(term)s: chủ nhiệm ký học bạ của %(count)s học sinh."),
    Step.APPROVE: _("Lớp %(name)s, %(term)s: duyệt học bạ của %(count)s học sinh."),
    Step.SEAL: _("Lớp %(name)s, %(term)s: đóng dấu học bạ của %(count)s học sinh."),
    Step.RELEASE: _("Lớp %(name)s, %(term)s: %(count)s học sinh đang tạm giữ, chờ quyết định."),
}


@dataclass(frozen=True)
class Place:
    """A class and term, and the day it is due."""

    class_term_id: UUID
    class_id: UUID
    school_id: UUID
    class_name: str
    term: Term
    due_at: datetime


@dataclass(frozen=True)
class Waiting:
    """One step that one person has to do; `round` grows when the same step comes again after a return."""

    staff_id: UUID
    place: Place
    step: Step
    slots: tuple[str, ...]
    parts: tuple[str, ...]
    pupils: int
    round: int

    @property
    def words(self) -> str:
        return WORDS[self.step]

    @property
    def values(self) -> dict[str, object]:
        return {
            "name": self.place.class_name,
            "term": self.place.term.label,
            "parts": self.parts,
            "count": self.pupils,
        }

    @property
    def path(self) -> str:
        return _PATHS[self.step](self)

    @property
    def is_returned(self) -> bool:
        return self.step is Step.ENTER and self.round > 1


def _entry(task: Waiting) -> str:
    return f"/lop/{task.place.class_term_id}/nhap/{task.slots[0]}"


def _signing(task: Waiting) -> str:
    asked = [("viec", "sign"), *(("slot", slot) for slot in task.slots), ("lop", str(task.place.class_term_id))]
    return f"/ky/chuan-bi?{urlencode(asked)}"


def _sealing(task: Waiting) -> str:
    return f"/ky/chuan-bi?{urlencode({'viec': 'seal', 'slot': SEAL, 'lop': str(task.place.class_term_id)})}"


def _of_class(room: str) -> Callable[[Waiting], str]:
    return lambda task: f"/lop/{task.place.class_term_id}/{room}"


_PATHS: Final[Mapping[Step, Callable[[Waiting], str]]] = {
    Step.ENTER: _entry,
    Step.REVIEW: _of_class("chu-nhiem"),
    Step.SIGN: _signing,
    Step.SIGN_RECORDS: _signing,
    Step.APPROVE: _of_class("duyet"),
    Step.SEAL: _sealing,
    Step.RELEASE: _of_class("duyet"),
}
