"""The entries of the history log: what became of a record, without anything personal.

An entry is canonical JSON (RFC 8785). The record is named by a keyed hash: whoever holds the log's secret finds the
history of a record, and nobody else can tell which record an entry is about.
"""

import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

import rfc8785

from signing.log.errors import EventInvalid

_MALFORMED = "Mục nhật ký không phải là sự kiện đúng định dạng."
_LAST_VERSION = 1 << 31
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_SCHOOL = re.compile(r"[0-9]{8,20}")  # as domain.identity reads school codes
_HEX = re.compile(r"[0-9a-f]{64}")


class EventKind(StrEnum):
    ISSUED = "issued"
    RECALLED = "recalled"
    SUPERSEDED = "superseded"
    TRANSFERRED = "transferred"


@dataclass(frozen=True)
class HistoryEvent:
    """`record` is what `record_tag` gives, `sha256` the hash of the PDF, both 64 hex digits; `at` UTC, whole seconds.

    Raises EventInvalid for anything else, also for a version below 1 or a malformed school code.
    """

    kind: EventKind
    record: str
    version: int
    sha256: str
    school: str
    at: datetime

    def __post_init__(self) -> None:
        faults = {
            "mã băm của hồ sơ": not _HEX.fullmatch(self.record),
            "số phiên bản": not 0 < self.version <= _LAST_VERSION,
            "mã băm của tài liệu": not _HEX.fullmatch(self.sha256),
            "mã trường": not _SCHOOL.fullmatch(self.school),
            "thời điểm": self.at.utcoffset() != timedelta(0) or self.at.microsecond != 0,
        }
        for what, is_wrong in faults.items():
            if is_wrong:
                raise EventInvalid(f"Mục nhật ký có {what} không hợp lệ.")

    @classmethod
    def from_leaf(cls, leaf: bytes) -> Self:
        """Read an entry; raises EventInvalid unless it is exactly what `to_leaf` writes."""
        try:
            fields = json.loads(leaf)
            event = cls(
                EventKind(fields["event"]),
                str(fields["record"]),
                int(fields["version"]),
                str(fields["sha256"]),
                str(fields["school"]),
                datetime.fromisoformat(fields["time"]),
            )
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise EventInvalid(_MALFORMED) from error
        if event.to_leaf() != leaf:
            raise EventInvalid(_MALFORMED)
        return event

    def to_leaf(self) -> bytes:
        """The entry as it stands in the log."""
        fields = {
            "event": self.kind.value,
            "record": self.record,
            "school": self.school,
            "sha256": self.sha256,
            "time": self.at.astimezone(UTC).strftime(_TIME),
            "version": self.version,
        }
        return rfc8785.dumps(fields)


def record_tag(secret: bytes, record_id: UUID) -> str:
    """HMAC-SHA-256 in hex over the id in its usual lower-case form with hyphens."""
    return hmac.digest(secret, str(record_id).encode(), "sha256").hex()
