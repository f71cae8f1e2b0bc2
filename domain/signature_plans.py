"""Who signs what, in which order: a choice of the school's level and circular, not of the code that signs."""

from collections.abc import Iterable

from domain.documents import FIELDS, DocumentKind, subject_field
from domain.labelled import Labelled


class SignaturePlan(Labelled):
    """How subject teachers sign. Homeroom teacher, principal and seal follow on every record under both.

    guide/domain.md 4.2; Circular 22/2021 art. 19: the paper form has a place for each subject teacher in the row of the
    subject, which a signed sheet of the class that the record binds can stand for.
    """

    SHEET = "sheet", "Kí phiếu của lớp; học bạ dẫn chiếu phiếu đã kí"
    RECORD = "record", "Kí phiếu của lớp và kí từng học bạ"


def record_fields(plan: SignaturePlan, subjects: Iterable[str]) -> tuple[str, ...]:
    """The signature fields of a year record, in signing order."""
    teachers = tuple(subject_field(subject) for subject in subjects) if plan is SignaturePlan.RECORD else ()
    return (*teachers, *(field.value for field in FIELDS[DocumentKind.YEAR_RECORD]))
