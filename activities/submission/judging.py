"""What our own store says of each record of a packet, given what it has already. Pure."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.submission.answers import Answer
from domain.submission.states import Result
from interchange.national.checking import Refusal
from interchange.national.packet import Event, Packet, check_packet
from interchange.national.records import NationalRecord
from interchange.national.xml_form import canonical_record
from storage.submission.kept import Newest

FROZEN: Final = "Học bạ đã chốt, không thay được nữa; cơ quan quản lý phải cho thu hồi trước."
_OTHERS: Final = "Mã bản ghi này là của một học bạ do trường khác nộp."
_UNKNOWN: Final = "Không có học bạ nào đang có hiệu lực trong kho để thu hồi."
_ALTERED: Final = "Kho đã có phiên bản {version} với nội dung khác; hãy gửi nội dung mới với phiên bản lớn hơn."
_OLDER: Final = "Kho đã có phiên bản {newest}, mới hơn phiên bản {version}; không ghi gì thêm."
_SAME: Final = "Kho đã có đúng phiên bản này; không ghi gì thêm."
_SHOWN: Final = 5  # refusals that one answer repeats
_DIGITS: Final = re.compile(r"[0-9]{1,2}")


@dataclass(frozen=True)
class Judged:
    """A record of a packet with its answer; `content_sha256` is of its canonical XML."""

    record: NationalRecord
    content_sha256: str
    answer: Answer

    @property
    def grade(self) -> int:
        """By the digits of `makhoi`; 0 where an office's own list has none."""
        found = _DIGITS.search(str(self.record.fields.get("makhoi", "")))
        return int(found.group()) if found else 0


def record_uids(packet: Packet) -> list[str]:
    return [str(record.fields.get("idbanghi", "")) for record in packet.records]


def judge(packet: Packet, known: Mapping[str, Newest], school_id: UUID) -> list[Judged]:
    """An answer for each record, in the packet's order; one that is refused stands in nobody's way."""
    wrong: dict[int, list[Refusal]] = defaultdict(list)
    for refusal in check_packet(packet):
        wrong[refusal.row or 0].append(refusal)
    return [_judged(record, wrong[row], known, school_id) for row, record in enumerate(packet.records, start=1)]


def _judged(record: NationalRecord, wrong: Sequence[Refusal], known: Mapping[str, Newest], school_id: UUID) -> Judged:
    uid, version = str(record.fields.get("idbanghi", ""))[:100], record.fields.get("phienban")
    number = version if isinstance(version, int) else 0
    content = hashlib.sha256(canonical_record(record)).hexdigest()
    if wrong:
        more = " …" if len(wrong) > _SHOWN else ""
        reason = " ".join(each.message for each in wrong[:_SHOWN]) + more
        return Judged(record, content, Answer(uid, number, Result.REFUSED, reason))
    event = Event(str(record.fields["sukien"]))
    result, reason = _against(known.get(uid), event, number, content, school_id)
    return Judged(record, content, Answer(uid, number, result, reason))


def _against(newest: Newest | None, event: Event, version: int, content: str, school_id: UUID) -> tuple[Result, str]:
    """A version that is not larger than the largest seen changes nothing; of a frozen record no other does."""
    if newest is None:
        return (Result.REFUSED, _UNKNOWN) if event is Event.CANCEL else (Result.ACCEPTED, "")
    if newest.school_id != school_id:
        return Result.REFUSED, _OTHERS
    if version <= newest.version:
        return _repeated(newest, version, content)
    reason = _obstacle(newest, event)
    return (Result.REFUSED, reason) if reason else (Result.ACCEPTED, "")


def _repeated(newest: Newest, version: int, content: str) -> tuple[Result, str]:
    if version < newest.version:
        return Result.DUPLICATE, _OLDER.format(newest=newest.version, version=version)
    if content != newest.content_sha256:
        return Result.REFUSED, _ALTERED.format(version=version)
    return Result.DUPLICATE, _SAME


def _obstacle(newest: Newest, event: Event) -> str:
    """Why no larger version may come now; empty if it may."""
    is_cancel = event is Event.CANCEL
    if newest.state == "frozen" and not (is_cancel and newest.may_be_recalled):
        return FROZEN
    return _UNKNOWN if is_cancel and newest.event == Event.CANCEL else ""
