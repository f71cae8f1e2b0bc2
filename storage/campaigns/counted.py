"""What there is to do in a campaign's classes and what is done: one without a book has all of it before it."""

from sqlalchemy import Select, Subquery, exists, func, literal, select, true, union_all, values
from sqlalchemy import column as named
from sqlalchemy.types import String

from domain.assessment import Term
from domain.campaigns.phases import Cohort
from storage.tables import Campaign, ClassGroup, ClassProgress, ClassTermRow, Enrolment

COUNTS = ("submitted", "approved", "issued", "accepted", "frozen")


def counted(campaign: Campaign) -> Subquery:
    """By class, term and group of pupils: `school_id`, `term`, `cohort`, `pupils`, and each of `COUNTS`."""
    table = ClassProgress
    opened = select(
        table.school_id, table.term, table.cohort, table.pupils, *(getattr(table, name) for name in COUNTS)
    ).where(table.school_year == campaign.school_year, table.grade == campaign.grade)
    return union_all(opened, _unopened(campaign)).subquery("counted")


def _unopened(campaign: Campaign) -> Select:  # type: ignore[type-arg]
    """Whoever will have to study on in summer is not known before there is a book."""
    terms = values(named("term", String), name="terms").data([(term.value,) for term in Term]).alias("terms")
    has_book = exists().where(ClassTermRow.class_id == ClassGroup.id, ClassTermRow.term == terms.c.term)
    return (
        select(
            ClassGroup.school_id, terms.c.term, literal(Cohort.COMPLETED.value), func.count(),
            *(literal(0) for _ in COUNTS),
        )
        .join(terms, true())
        .join(Enrolment, Enrolment.class_id == ClassGroup.id)
        .where(
            ClassGroup.school_year == campaign.school_year, ClassGroup.grade == campaign.grade,
            Enrolment.left_on.is_(None), ~has_book,
        )
        .group_by(ClassGroup.id, terms.c.term)
    )  # fmt: skip
