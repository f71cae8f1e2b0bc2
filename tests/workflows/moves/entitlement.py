"""Who signed without an assignment or office, or with a certificate that did not hold (guide/domain.md section 9)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from storage.staffing import ROLE_OF_SLOT
from storage.tables import (
    CertificateRow,
    ClassGroup,
    ClassTermRow,
    Position,
    SignatureRow,
    SigningOrder,
    TeachingAssignment,
)


def without_entitlement(session: Session, school_ids: Sequence[UUID]) -> list[str]:
    """4: assignment or office, and certificate, hold at the time that the signature claims."""
    at = SigningOrder.signing_time
    assigned = (
        select(TeachingAssignment.id)
        .where(
            TeachingAssignment.class_id == ClassTermRow.class_id,
            TeachingAssignment.staff_id == SignatureRow.staff_id,
            TeachingAssignment.slot == SigningOrder.slot,
            _covers(TeachingAssignment.valid_from, TeachingAssignment.valid_to, at),
        )
        .exists()
    )
    office = (
        select(Position.id)
        .where(
            Position.school_id == ClassGroup.school_id,
            Position.staff_id == SignatureRow.staff_id,
            or_(*(and_(SigningOrder.slot == slot, Position.role == role) for slot, role in ROLE_OF_SLOT.items())),
            _covers(Position.valid_from, Position.valid_to, at),
        )
        .exists()
    )
    certified = and_(
        CertificateRow.not_before <= at,
        CertificateRow.not_after > at,
        or_(CertificateRow.state == "valid", CertificateRow.state_since > at),
    )
    query = (
        select(SigningOrder.slot, at)
        .select_from(SignatureRow)
        .join(SigningOrder, SigningOrder.id == SignatureRow.order_id)
        .join(ClassTermRow, ClassTermRow.id == SigningOrder.class_term_id)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .join(CertificateRow, CertificateRow.id == SignatureRow.certificate_id)
        .where(ClassGroup.school_id.in_(school_ids), ~and_(or_(assigned, office), certified))
    )
    return [f"4: {slot} signed at {when} without being entitled" for slot, when in session.execute(query)]


def _covers(start: Any, end: Any, at: Any) -> ColumnElement[bool]:  # noqa: ANN401
    return and_(start <= at, or_(end.is_(None), end > at))
