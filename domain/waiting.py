"""What waits for a person in one class and term, in words and with the way to it. No pupil is named."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.work import Work, path_of


def _(message: str) -> str:
    """Mark a sentence for the catalogues of other languages."""
    return message


# The homeroom teacher signs whole records; that is told apart from the sheets of subjects.
SIGN_RECORDS: Final = "sign_records"
# What is due sooner cannot wait for the next morning's mail.
URGENT: Final = timedelta(hours=48)
WORDS: Final[Mapping[str, str]] = {
    Work.ENTER: _("Lớp %(name)s, %(term)s: nhập %(parts)s cho %(count)s học sinh."),
    Work.REVIEW: _("Lớp %(name)s, %(term)s: rà soát %(count)s học sinh."),
    Work.SIGN: _("Lớp %(name)s, %(term)s: ký %(parts)s cho %(count)s học sinh."),
    SIGN_RECORDS: _("Lớp %(name)s, %(term)s: chủ nhiệm ký học bạ của %(count)s học sinh."),
    Work.APPROVE: _("Lớp %(name)s, %(term)s: duyệt học bạ của %(count)s học sinh."),
    Work.SEAL: _("Lớp %(name)s, %(term)s: đóng dấu học bạ của %(count)s học sinh."),
    Work.RELEASE: _("Lớp %(name)s, %(term)s: %(count)s học sinh đang tạm giữ, chờ quyết định."),
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
    """Work that one person has to do; `round` grows when the same work comes again after a return."""

    staff_id: UUID
    place: Place
    work: Work
    slots: tuple[str, ...]
    parts: tuple[str, ...]
    pupils: int
    round: int

    @property
    def code(self) -> str:
        return SIGN_RECORDS if self.work is Work.SIGN and HOMEROOM in self.slots else self.work.value

    @property
    def words(self) -> str:
        return WORDS[self.code]

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
        return path_of(self.work, self.place.class_term_id, self.slots)

    @property
    def is_returned(self) -> bool:
        return self.work is Work.ENTER and self.round > 1
