"""What the database says of class-terms and schools, for comparing it with their workflows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.campaigns.states import DriftKind
from storage import reopening
from storage.campaigns import progress
from storage.tables import ClassGroup, ClassProgress, ClassTermRow, Drift, TermRecord


@dataclass(frozen=True)
class Stored:
    """A class-term that is not finished, as the database has it."""

    class_term_id: UUID
    class_id: UUID
    school_id: UUID
    school_year: str
    grade: int
    term: Term
    seq: int
    policy_version: int
    due_at: datetime


def stored(session: Session, class_term_id: UUID | None = None) -> list[Stored]:
    """Every unfinished class-term, by id; or one of them."""
    query = (
        select(ClassTermRow, ClassGroup)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(reopening.is_unfinished())
        .order_by(ClassTermRow.id)
    )
    if class_term_id is not None:
        query = query.where(ClassTermRow.id == class_term_id)
    return [
        Stored(
            row.id, group.id, group.school_id, group.school_year, group.grade, Term(row.term), row.wf_seq,
            row.policy_version, row.due_at,
        )
        for row, group in session.execute(query)
    ]  # fmt: skip


def recount(session: Session) -> list[UUID]:
    """Count anew where the kept numbers and the records differ; returns whose they were."""
    kept = (
        select(
            ClassProgress.class_term_id.label("id"),
            func.sum(ClassProgress.pupils).label("pupils"),
            func.sum(ClassProgress.issued).label("issued"),
            func.sum(ClassProgress.submitted).label("submitted"),
        )
        .group_by(ClassProgress.class_term_id)
        .subquery()
    )
    real = (
        select(
            TermRecord.class_term_id.label("id"),
            func.count().label("pupils"),
            func.count().filter(TermRecord.stage == "issued").label("issued"),
            func.count().filter(TermRecord.stage != "entry").label("submitted"),
        )
        .group_by(TermRecord.class_term_id)
        .subquery()
    )
    differs = (
        (func.coalesce(kept.c.pupils, -1) != real.c.pupils)
        | (kept.c.issued != real.c.issued)
        | (kept.c.submitted != real.c.submitted)
    )
    wrong = list(session.scalars(select(real.c.id).outerjoin(kept, kept.c.id == real.c.id).where(differs)))
    progress.refresh(session, wrong)
    return wrong


def keep(session: Session, found: Iterable[Drift]) -> None:
    session.add_all(found)
    session.flush()


def drift(kind: DriftKind, subject_id: UUID, detail: dict[str, object], *, is_repaired: bool) -> Drift:
    return Drift(kind=kind.value, subject_id=subject_id, detail=detail, is_repaired=is_repaired)


def newest(session: Session, limit: int = 50) -> list[Drift]:
    return list(session.scalars(select(Drift).order_by(Drift.found_at.desc(), Drift.id.desc()).limit(limit)))
