"""Organisation certificates as schools ask for them and authorities decide; every step is kept, the newest counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from domain.calendar import day_of
from domain.errors import Conflict, Invalid, NotFound
from domain.reasons import NO_REASON, is_reason
from domain.submission.states import DECISIONS, Approval
from storage import journal
from storage.among import among
from storage.campaigns import authorities, letters
from storage.tables import CertificateApproval, CertificateRow, Reason, School, Staff

_NEWEST: Final = (
    select(CertificateApproval)
    .ext(distinct_on(CertificateApproval.certificate_id))
    .order_by(CertificateApproval.certificate_id, CertificateApproval.id.desc())
    .subquery()
)
_UNKNOWN: Final = "Không tìm thấy chứng thư số này."


@dataclass(frozen=True)
class ApprovalLine:
    """A school's certificate and how it stands; `approval` None: never asked for. `reason` of a refusal, `by` whom."""

    certificate: CertificateRow
    school: School
    approval: Approval | None
    decided_at: datetime | None
    reason: str
    by: str


@dataclass(frozen=True)
class Verdict:
    """A decision of an authority about one certificate; the command id makes it once."""

    command_id: UUID
    certificate_id: UUID
    state: Approval
    authority_id: UUID
    staff_id: UUID
    reason: str = ""


def is_approved(session: Session, certificate_id: UUID) -> bool:
    """Whether the newest decision about the certificate approves it; says nothing about its validity."""
    return newest(session, certificate_id) is Approval.APPROVED


def newest(session: Session, certificate_id: UUID) -> Approval | None:
    """How the certificate stands; None if nobody has asked for it."""
    query = select(CertificateApproval.state).where(CertificateApproval.certificate_id == certificate_id)
    found = session.scalars(query.order_by(CertificateApproval.id.desc()).limit(1)).first()
    return Approval(found) if found else None


def approved_of(session: Session, school_ids: Collection[UUID], at: datetime | None = None) -> set[UUID]:
    """Those of the schools that have an approved certificate in force at `at` (aware; now if none is given)."""
    moment = at or datetime.now(UTC)
    query = (
        select(CertificateRow.school_id)
        .join(_NEWEST, _NEWEST.c.certificate_id == CertificateRow.id)
        .where(
            among(CertificateRow.school_id, school_ids),
            _NEWEST.c.state == Approval.APPROVED.value,
            CertificateRow.state == "valid",
            CertificateRow.not_before <= moment,
            CertificateRow.not_after > moment,
        )
    )
    return {each for each in session.scalars(query) if each is not None}


def ask(session: Session, command_id: UUID, certificate_id: UUID, asker: tuple[UUID, UUID], at: datetime) -> None:
    """A school (`asker`: its id, then the person's) asks for a certificate of its own; again, nothing changes.

    Raises NotFound for another's certificate, Conflict for one that waits or is approved.
    """
    school_id, staff_id = asker
    row = session.get(CertificateRow, certificate_id, with_for_update=True)
    if row is None or row.school_id != school_id:
        raise NotFound(_UNKNOWN)
    if _is_known(session, command_id):
        return
    state = newest(session, certificate_id)
    if state in {Approval.ASKED, Approval.APPROVED}:
        raise Conflict("Chứng thư số này đã được gửi duyệt.")
    _add(session, row, CertificateApproval(
        command_id=command_id, state=Approval.ASKED.value, staff_id=staff_id, decided_at=at
    ))  # fmt: skip


def decide(session: Session, verdict: Verdict, at: datetime) -> None:
    """Approve, refuse or withdraw; the same command again changes nothing.

    Raises NotFound for a certificate of a school that the authority does not manage, Invalid for a no without a
    reason, Conflict where the certificate does not wait for that decision.
    """
    row = session.get(CertificateRow, verdict.certificate_id, with_for_update=True)
    if row is None or row.school_id is None:
        raise NotFound(_UNKNOWN)
    if not authorities.manages(session, verdict.authority_id, row.school_id, day_of(at)):
        raise NotFound(_UNKNOWN)
    if _is_known(session, verdict.command_id):
        return
    state = newest(session, row.id)
    if state is None or verdict.state not in DECISIONS.get(state, ()):
        raise Conflict("Chứng thư số này không còn chờ quyết định đó; hãy tải lại trang.")
    _add(session, row, CertificateApproval(
        command_id=verdict.command_id, state=verdict.state.value, staff_id=verdict.staff_id,
        authority_id=verdict.authority_id, reason_id=_keep_reason(session, verdict), decided_at=at,
    ))  # fmt: skip


def of_school(session: Session, school_id: UUID) -> list[ApprovalLine]:
    """The school's own certificates, the newest first; what was replaced is left out."""
    query = _lines().where(CertificateRow.school_id == school_id, CertificateRow.state != "replaced")
    return [_line(*row) for row in session.execute(query.order_by(CertificateRow.not_after.desc()))]


def of_authority(session: Session, authority_id: UUID, at: datetime) -> list[ApprovalLine]:
    """Certificates that schools of the authority asked for: what waits first, the longest wait first."""
    mine = authorities.schools_under(authority_id, day_of(at))
    query = _lines().where(School.id.in_(mine), _NEWEST.c.state.is_not(None))
    waits = (_NEWEST.c.state == Approval.ASKED.value).desc()
    return [_line(*row) for row in session.execute(query.order_by(waits, _NEWEST.c.decided_at, School.code))]


def _keep_reason(session: Session, verdict: Verdict) -> UUID | None:
    if verdict.state is Approval.APPROVED and not verdict.reason:
        return None
    if not is_reason(verdict.reason):
        raise Invalid(NO_REASON)
    journal.add_reason(session, verdict.command_id, None, verdict.staff_id, verdict.reason)
    return verdict.command_id


def _is_known(session: Session, command_id: UUID) -> bool:
    query = select(CertificateApproval.id).where(CertificateApproval.command_id == command_id)
    return session.scalars(query).first() is not None


def _add(session: Session, certificate: CertificateRow, step: CertificateApproval) -> None:
    step.certificate_id = certificate.id
    session.add(step)
    session.flush()
    if certificate.school_id is not None:
        letters.certificate_step(session, certificate.school_id, step, step.decided_at)


def _lines() -> Select[CertificateRow, School, CertificateApproval | None, str | None, str | None]:
    newest = aliased(CertificateApproval, _NEWEST)
    return (
        select(CertificateRow, School, newest, Reason.text, Staff.full_name)
        .join(School, School.id == CertificateRow.school_id)
        .outerjoin(newest, newest.certificate_id == CertificateRow.id)
        .outerjoin(Reason, Reason.id == newest.reason_id)
        .outerjoin(Staff, Staff.id == newest.staff_id)
    )


def _line(
    row: CertificateRow, school: School, step: CertificateApproval | None, reason: str | None, by: str | None
) -> ApprovalLine:
    state = Approval(step.state) if step else None
    return ApprovalLine(row, school, state, step.decided_at if step else None, reason or "", by or "")
