"""The pieces of work that a record goes through, whose turn each is, and the way to where it is done."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.labelled import Labelled
from domain.stages import Stage


class Work(Labelled):
    """What a slot has to do in a class and term, in the order in which a term does it."""

    ENTER = "enter", "Chưa gửi"
    REVIEW = "review", "Chờ rà soát"
    SIGN = "sign", "Chờ ký"
    APPROVE = "approve", "Chờ duyệt"
    SEAL = "seal", "Chờ đóng dấu"
    RELEASE = "release", "Đang tạm giữ"


# What a record at a stage waits for as a whole; entry and subjects' signatures wait slot by slot.
WHOLE_RECORDS: Final[Mapping[Stage, tuple[Work, str]]] = {
    Stage.SUBMITTED: (Work.REVIEW, HOMEROOM),
    Stage.SUBJECT_SIGNED: (Work.SIGN, HOMEROOM),
    Stage.HOMEROOM_SIGNED: (Work.APPROVE, PRINCIPAL),
    Stage.APPROVED: (Work.SEAL, SEAL),
}
_ROOMS: Final[Mapping[Work, str]] = {
    Work.REVIEW: "chu-nhiem",
    Work.APPROVE: "duyet",
    Work.RELEASE: "duyet",
}


def path_of(work: Work, class_term_id: UUID, slots: Sequence[str]) -> str:
    """Where the work is done; several slots are signed together."""
    if work is Work.ENTER:
        return f"/lop/{class_term_id}/nhap/{slots[0]}"
    if work in _ROOMS:
        return f"/lop/{class_term_id}/{_ROOMS[work]}"
    asked = [("viec", work.value), *(("slot", slot) for slot in slots), ("lop", str(class_term_id))]
    return f"/ky/chuan-bi?{urlencode(asked)}"
