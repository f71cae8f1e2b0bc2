"""What tells today that somebody may miss a deadline later in the school year, and what a school has to look after."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.labelled import Labelled


class RiskKind(Labelled):
    """In the order of their weight: without a certificate nobody signs."""

    NO_CERTIFICATE = "no_certificate", "Chưa có chứng thư số dùng được"
    CERTIFICATE_ENDS = "certificate_ends", "Chứng thư số hết hạn ngày %(day)s, trước hạn cuối năm học"
    NEVER_HERE = "never_here", "Chưa vào hệ thống lần nào"
    WAS_LATE = "was_late", "Đã %(count)s lần làm trễ hạn trong năm học này"


@dataclass(frozen=True)
class Risk:
    kind: RiskKind
    ends_at: datetime | None = None
    count: int = 0


class Concern(StrEnum):
    """What a school's management looks after, what is late first."""

    LATE_CLASSES = "late_classes"
    LATE_PEOPLE = "late_people"
    NOBODYS_PARTS = "nobodys_parts"
    CERTIFICATES = "certificates"
    UNOPENED = "unopened"
    RISKS = "risks"
    NO_ACCOUNT = "no_account"
    NO_SECOND_FACTOR = "no_second_factor"
    LOST_MAILS = "lost_mails"
    PERSONAL_IDS = "personal_ids"


@dataclass(frozen=True)
class Matter:
    """One concern and how many it is about: classes, people, parts."""

    concern: Concern
    count: int
