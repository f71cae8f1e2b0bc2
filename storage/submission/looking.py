"""Looking up a record in our own store, for the authority of its school: whose it is, and every version."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.submission.states import SubmissionState
from storage.among import among
from storage.campaigns import authorities
from storage.tables import ClassGroup, Enrolment, PupilRow, Reason, School, Staff, StoreRecord


@dataclass(frozen=True)
class Version:
    """As it was accepted; `allowed_by` and `reason` of the permission to recall it, if there is one."""

    row: StoreRecord
    state: SubmissionState
    allowed_by: str
    reason: str


@dataclass(frozen=True)
class Holder:
    """Whose record it is; all empty if the school works with another system."""

    full_name: str = ""
    pupil_code: str = ""
    class_name: str = ""
    pupil_id: UUID | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class KeptRecord:
    """A record with its versions, the newest first."""

    record_uid: str
    school: School
    holder: Holder
    versions: list[Version]

    @property
    def newest(self) -> Version:
        return self.versions[0]

    @property
    def may_be_allowed(self) -> bool:
        """Whether it is frozen, and its recall not allowed yet."""
        return self.newest.state is SubmissionState.FROZEN and self.newest.row.recall_allowed_at is None


def records(session: Session, authority_id: UUID, asked: str, at: datetime) -> list[KeptRecord]:
    """Those of the authority's schools with this IdBanGhi, or of the pupil with exactly this code; the newest first."""
    if not asked.isprintable():
        return []
    query = (
        select(StoreRecord, School, Staff.full_name, Reason.text)
        .join(School, School.id == StoreRecord.school_id)
        .outerjoin(Staff, Staff.id == StoreRecord.recall_allowed_by)
        .outerjoin(Reason, Reason.id == StoreRecord.recall_reason_id)
        .where(
            among(StoreRecord.record_uid, [asked, *_uids_of(session, asked)]),
            StoreRecord.school_id.in_(authorities.schools_under(authority_id, day_of(at))),
        )
        .order_by(StoreRecord.school_year.desc(), StoreRecord.record_uid, StoreRecord.version.desc())
    )
    found = [
        (school, Version(row, SubmissionState(row.state), by or "", reason or ""))
        for row, school, by, reason in session.execute(query)
    ]
    holders = _holders(session, {each.row.record_uid for _, each in found})
    return list(_grouped(found, holders))


def _grouped(found: Iterable[tuple[School, Version]], holders: dict[tuple[str, UUID], Holder]) -> Iterable[KeptRecord]:
    for uid, group in groupby(found, key=lambda each: each[1].row.record_uid):
        lines = list(group)
        school = lines[0][0]
        yield KeptRecord(uid, school, holders.get((uid, school.id), Holder()), [version for _, version in lines])


def _uids_of(session: Session, pupil_code: str) -> list[str]:
    query = select(cast(Enrolment.record_uid, Text)).join(PupilRow, PupilRow.id == Enrolment.pupil_id)
    return list(session.scalars(query.where(PupilRow.pupil_code == pupil_code)))


def _holders(session: Session, record_uids: Collection[str]) -> dict[tuple[str, UUID], Holder]:
    """By IdBanGhi and school: what a school calls its record does not open another's."""
    query = (
        select(
            Enrolment.record_uid, ClassGroup.school_id, PupilRow.full_name, PupilRow.pupil_code, ClassGroup.name,
            PupilRow.id,
        )
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .where(among(Enrolment.record_uid, _uuids(record_uids)))
    )  # fmt: skip
    return {
        (str(uid), school_id): Holder(name, code, class_name, pupil_id=pupil_id)
        for uid, school_id, name, code, class_name, pupil_id in session.execute(query)
    }


def _uuids(texts: Iterable[str]) -> list[UUID]:
    found = []
    for each in texts:
        try:
            found.append(UUID(each))
        except ValueError:
            continue
    return found
