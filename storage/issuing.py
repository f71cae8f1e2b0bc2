"""Which school a pupil's year is of: the one whose seal its record bears, whosever the class is since."""

from sqlalchemy import func, literal_column, select
from sqlalchemy.sql.selectable import LateralFromClause

from domain.documents import DocumentKind
from storage.tables import ClassGroup, Document, Enrolment


def issuing_school() -> LateralFromClause:
    """Of an enrolment and its class: the school of the sealed record in force; before there is one, the class's.

    To be joined on true; its `id` is the school's. It is found once for each enrolment: as a condition on schools it
    would be for each pair of the two.
    """
    sealed = (
        select(Document.school_id)
        .where(
            Document.enrolment_id == Enrolment.id, Document.kind == DocumentKind.YEAR_RECORD,
            Document.state == "live", Document.sealed_at.is_not(None),
        )
        .correlate(Enrolment)
        .scalar_subquery()
    )  # fmt: skip
    found = select(func.coalesce(sealed, ClassGroup.school_id).label("id")).correlate(Enrolment, ClassGroup)
    # The offset keeps PostgreSQL from making it a condition again.
    return found.offset(literal_column("0")).lateral("issuing")
