"""What the store has of one record, and the freeze; for authorities and the systems they give a key to."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, status
from pydantic import BaseModel, Field

from api.deps import CurrentPerson, ServicesDep, now, today
from api.guard import allow
from api.v1.forms import Whole
from domain.duties import AUTHORITY, Duty
from domain.errors import NotFound
from domain.reasons import LONGEST, in_one_line
from domain.scopes import Scope
from storage.campaigns import authorities
from storage.staffing import NO_SCHOOL, Person
from storage.submission import freezing, kept

router = APIRouter(tags=["store"])
RecordUid = Annotated[str, Path(max_length=100)]


class VersionBody(BaseModel):
    """A version as it was accepted; `trangThai` is accepted or frozen."""

    phienBan: int  # noqa: N815 - the names of the exchange
    suKien: str  # noqa: N815
    trangThai: str  # noqa: N815
    thoiGianCapNhat: str  # noqa: N815
    nhanLuc: datetime  # noqa: N815
    chotLuc: datetime | None  # noqa: N815
    goiTin: str  # noqa: N815


class RecordBody(BaseModel):
    """The newest version with its content, then every version, the newest first."""

    idBanGhi: str  # noqa: N815
    hocBa: dict[str, object]  # noqa: N815
    phienBan: list[VersionBody]  # noqa: N815


class FreezeForm(BaseModel):
    school_year: str = Field(pattern="^[0-9]{4}-[0-9]{4}$")
    grade: Whole = Field(ge=1, le=12)


class FrozenBody(BaseModel):
    """How many records this freeze concerned; none when they were frozen before."""

    frozen: int


class RecallForm(BaseModel):
    reason: str = Field(max_length=LONGEST)


@router.get("/records/{record_uid}")
@allow(AUTHORITY, Scope.STORE)
def show_record(record_uid: RecordUid, person: CurrentPerson, found: ServicesDep) -> RecordBody:
    """A record of a school that the asking authority manages; personal data, so never for strangers."""
    with found.sessions() as session:
        versions = kept.versions_of(session, record_uid, _authority(person), now())
    if not versions:
        raise NotFound(kept.UNKNOWN)
    content = found.exchange.receiving.content(versions[0].packet_sha256, record_uid, now())
    shown = [
        VersionBody(
            phienBan=each.version,
            suKien=each.event,
            trangThai=each.state,
            thoiGianCapNhat=each.changed_at,
            nhanLuc=each.accepted_at,
            chotLuc=each.frozen_at,
            goiTin=each.packet_sha256,
        )
        for each in versions
    ]
    return RecordBody(idBanGhi=record_uid, hocBa=content, phienBan=shown)


@router.post("/freezes")
@allow({Duty.OFFICE_HEAD})
def freeze(form: FreezeForm, person: CurrentPerson, found: ServicesDep) -> FrozenBody:
    """Freeze (chốt) what the authority's schools submitted of a year and grade; again, nothing changes."""
    with found.sessions.begin() as session:
        schools = session.scalars(authorities.schools_under(_authority(person), today())).all()
        return FrozenBody(frozen=freezing.freeze(session, schools, form.school_year, form.grade, now()))


@router.post("/records/{record_uid}/recall", status_code=status.HTTP_204_NO_CONTENT)
@allow({Duty.OFFICE_HEAD})
def allow_recall(record_uid: RecordUid, form: RecallForm, person: CurrentPerson, found: ServicesDep) -> None:
    """Let one frozen record be cancelled by its school, for a reason; its content stays until then. Again, nothing
    changes.
    """
    permission = freezing.Permission(record_uid, person.staff_id, in_one_line(form.reason))
    with found.sessions.begin() as session:
        schools = session.scalars(authorities.schools_under(_authority(person), today())).all()
        freezing.allow_recall(session, permission, schools, now())


def _authority(person: Person) -> UUID:
    return person.authority_id or NO_SCHOOL
