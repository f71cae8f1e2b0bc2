"""Which school a pupil's year is of: the one whose seal its record bears, whosever the class is since."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from domain.documents import DocumentKind
from storage.tables import ClassGroup, Document, Enrolment


def issuing_school() -> ColumnElement[UUID]:
    """Of an enrolment and its class: the school of the sealed record in force; before there is one, the class's."""
    sealed = (
        select(Document.school_id)
        .where(
            Document.enrolment_id == Enrolment.id, Document.kind == DocumentKind.YEAR_RECORD,
            Document.state == "live", Document.sealed_at.is_not(None),
        )
        .correlate(Enrolment)
        .scalar_subquery()
    )  # fmt: skip
    return func.coalesce(sealed, ClassGroup.school_id)
