"""What a year record lacks to be taken by the record store: looked for early in profiles, and again before signing."""

from collections.abc import Iterator
from datetime import datetime

from domain.documents import PupilContent, SchoolContent
from interchange.national.checking import check, refusals
from interchange.national.codes import CodeLists
from interchange.national.mapping import profile_record
from interchange.national.packet import Delivery, Event, stamped
from interchange.national.records import NationalRecord

# Fields of the record that come from the profiles of pupil and school, whether they have a value or not.
_PREFIXES = ("noisinh_", "quequan_", "noiohiennay_", "thongtintruong_", "hoten")
_NAMES = frozenset({"masogd", "tensogd", "matruong", "tentruong", "hovaten", "sodinhdanh", "mahocsinh", "gioitinh"}) | {
    "ngaythangnamsinh",
    "dantoc",
    "quoctich",
}


def profile_problems(grade: int, school: SchoolContent, pupil: PupilContent, codes: CodeLists) -> Iterator[str]:
    """Sentences naming each field of a profile that the national record refuses, or misses."""
    for refusal in refusals(profile_record(grade, school, pupil, codes)):
        if refusal.child is None and (refusal.field in _NAMES or refusal.field.startswith(_PREFIXES)):
            yield refusal.message


def record_problems(record: NationalRecord, changed_at: datetime) -> tuple[str, ...]:
    """Sentences naming what the store would refuse of a whole record."""
    record_id, version = str(record.fields["madinhdanhhocba"]), int(str(record.fields["phienbanthongtinhocba"]))
    sent = stamped(record, Delivery(record_id, Event.NEW, version, changed_at, changed_at))
    return tuple(refusal.message for refusal in check(sent))
