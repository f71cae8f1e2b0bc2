"""The stages of a record, in order, and what people call them."""

from collections.abc import Mapping
from enum import StrEnum


class Stage(StrEnum):
    ENTRY = "entry"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    SUBJECT_SIGNED = "subject_signed"
    HOMEROOM_SIGNED = "homeroom_signed"
    APPROVED = "approved"
    SEALED = "sealed"
    ISSUED = "issued"


STAGES = tuple(Stage)

STAGE_NAMES: Mapping[Stage, str] = {
    Stage.ENTRY: "Đang nhập",
    Stage.SUBMITTED: "Chờ chủ nhiệm rà soát",
    Stage.REVIEWED: "Chờ giáo viên bộ môn ký",
    Stage.SUBJECT_SIGNED: "Chờ chủ nhiệm ký",
    Stage.HOMEROOM_SIGNED: "Chờ hiệu trưởng duyệt",
    Stage.APPROVED: "Chờ đóng dấu",
    Stage.SEALED: "Đã đóng dấu",
    Stage.ISSUED: "Đã phát hành",
}
