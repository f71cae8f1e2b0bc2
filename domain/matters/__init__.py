"""Matters: transfers, handovers, recalls, unlocks, identity pages, extracts (docs/decisions/0012-people-move.md)."""

from domain.labelled import Labelled


class MatterKind(Labelled):
    """The code is also the first part of the workflow's id: `{kind}/{matter id}`."""

    TRANSFER = "transfer", "Chuyển trường"
    HANDOVER = "handover", "Bàn giao"
    UNLOCK = "unlock", "Mở khoá sổ"
    RECALL = "recall", "Thu hồi học bạ"
    IDENTITY = "identity", "Trang thông tin học sinh"
    EXTRACT = "extract", "Trích lục học bạ"


def workflow_id(kind: MatterKind, matter_id: object) -> str:
    return f"{kind.value}/{matter_id}"
