"""What a year record lacks to be taken by the record store: looked for early in profiles, and again before signing."""

from collections.abc import Iterator
from datetime import datetime

from domain.documents import PupilContent, SchoolContent
from domain.rules.school_levels import SchoolLevel, level_of
from interchange.national.checking import check, refusals
from interchange.national.codes import CodeLists
from interchange.national.fields import Level
from interchange.national.mapping import profile_fields
from interchange.national.packet import Delivery, Event, stamped
from interchange.national.records import NationalRecord


def profile_problems(grade: int, school: SchoolContent, pupil: PupilContent, codes: CodeLists) -> Iterator[str]:
    """Sentences naming each field of a profile that the national record refuses, or misses."""
    level = Level.PRIMARY if level_of(grade) is SchoolLevel.PRIMARY else Level.SECONDARY
    fields = profile_fields(school, pupil, codes)
    for refusal in refusals(NationalRecord(level, fields, {})):
        if refusal.field in fields:
            yield refusal.message


def record_problems(record: NationalRecord, changed_at: datetime) -> tuple[str, ...]:
    """Sentences naming what the store would refuse of a whole record."""
    record_id, version = str(record.fields["madinhdanhhocba"]), int(str(record.fields["phienbanthongtinhocba"]))
    sent = stamped(record, Delivery(record_id, Event.NEW, version, changed_at, changed_at))
    return tuple(refusal.message for refusal in check(sent))
