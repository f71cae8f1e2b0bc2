"""What people are at a school or an authority: the desks that each of them may sit at, by assignment and date."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Duty(StrEnum):
    """Offices have the codes of positions; whoever teaches a slot has one of the first two."""

    SUBJECT_TEACHER = "subject_teacher"
    HOMEROOM = "homeroom"
    PRINCIPAL = "principal"
    VICE_PRINCIPAL = "vice_principal"
    CLERK = "seal_clerk"
    ADMIN = "system_admin"
    OFFICER = "officer"
    OFFICE_HEAD = "office_head"


DUTY_NAMES: Final[Mapping[Duty, str]] = {
    Duty.SUBJECT_TEACHER: "Giáo viên bộ môn",
    Duty.HOMEROOM: "Giáo viên chủ nhiệm",
    Duty.PRINCIPAL: "Hiệu trưởng",
    Duty.VICE_PRINCIPAL: "Phó hiệu trưởng",
    Duty.CLERK: "Văn thư",
    Duty.ADMIN: "Quản trị hệ thống",
    Duty.OFFICER: "Chuyên viên cơ quan quản lý",
    Duty.OFFICE_HEAD: "Lãnh đạo cơ quan quản lý",
}
EVERYBODY: Final = frozenset(Duty)
# At an authority: an officer follows and prepares, the head decides.
AUTHORITY: Final = frozenset({Duty.OFFICER, Duty.OFFICE_HEAD})
STAFF: Final = EVERYBODY - AUTHORITY
TEACHERS: Final = frozenset({Duty.SUBJECT_TEACHER, Duty.HOMEROOM})
OFFICES: Final = STAFF - TEACHERS
# Who sees how the people of the school get on, and says who does what.
MANAGERS: Final = frozenset({Duty.ADMIN, Duty.PRINCIPAL, Duty.VICE_PRINCIPAL})
SIGNERS: Final = STAFF - {Duty.ADMIN}
# Whoever signs for the school or can change accounts proves possession of a second factor, too.
SECOND_FACTOR: Final = AUTHORITY | {Duty.PRINCIPAL, Duty.VICE_PRINCIPAL, Duty.CLERK, Duty.ADMIN}
