"""What there is to do in a campaign's classes and what is done: one without a book has all of it before it."""

from collections.abc import Collection, Sequence
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import Integer, String, Subquery, Uuid, exists, func, literal, select, union_all
from sqlalchemy import column as named
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from domain.campaigns.measures import MEASURES
from domain.campaigns.phases import Cohort
from storage.among import among
from storage.campaigns import dues
from storage.tables import Campaign, ClassGroup, ClassProgress, ClassTermRow, Enrolment

COUNTS: Final = ("submitted", "approved", "issued", "accepted", "frozen")
Unopened: TypeAlias = tuple[UUID, str, int]  # school, term, pupils of its classes without a book of that term


def unopened(session: Session, campaign: Campaign, school_ids: Collection[UUID] | None = None) -> list[Unopened]:
    """Of the terms by whose books the campaign measures a phase.

    Asked by itself: within a larger statement the database cannot tell how few classes these are, and plans badly.
    """
    terms = {MEASURES[phase.step].term for phase in dues.phases_of(session, campaign)}
    found: list[Unopened] = []
    for term in sorted(term.value for term in terms if term):
        has_book = exists().where(ClassTermRow.class_id == ClassGroup.id, ClassTermRow.term == term)
        classes = select(ClassGroup.id, ClassGroup.school_id).where(
            ClassGroup.school_year == campaign.school_year, ClassGroup.grade == campaign.grade, ~has_book
        )
        if school_ids is not None:
            classes = classes.where(among(ClassGroup.school_id, school_ids))
        without = classes.subquery()
        query = select(without.c.school_id, func.count()).join(Enrolment, Enrolment.class_id == without.c.id)
        rows = session.execute(query.where(Enrolment.left_on.is_(None)).group_by(without.c.school_id))
        found += [(school_id, term, pupils) for school_id, pupils in rows]
    return found


def counted(campaign: Campaign, without_book: Sequence[Unopened]) -> Subquery:
    """`school_id`, `term`, `cohort`, `pupils`, and each of `COUNTS`; `without_book` as `unopened` tells.

    Whoever will have to study on in summer is not known before there is a book.
    """
    table = ClassProgress
    opened = select(
        table.school_id, table.term, table.cohort, table.pupils, *(getattr(table, name) for name in COUNTS)
    ).where(table.school_year == campaign.school_year, table.grade == campaign.grade)
    schools, terms, pupils = zip(*without_book, strict=True) if without_book else ((), (), ())
    rows = (
        func.unnest(
            literal(list(schools), ARRAY(Uuid)),
            literal(list(terms), ARRAY(String)),
            literal(list(pupils), ARRAY(Integer)),
        )
        .table_valued(named("school_id", Uuid), named("term", String), named("pupils", Integer))
        .render_derived()
    )
    unopened_ = select(
        rows.c.school_id, rows.c.term, literal(Cohort.COMPLETED.value), rows.c.pupils, *(literal(0) for _ in COUNTS)
    )
    return union_all(opened, unopened_).subquery("counted")
