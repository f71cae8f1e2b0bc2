"""What is decided about a pupil's year: how a disabled pupil is assessed, and promotions that the rules leave open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import day_of
from domain.curriculum import HOMEROOM
from domain.entered import Entered
from domain.errors import Conflict, Incomplete, NotFound
from domain.primary.paper import PrimaryPapers
from domain.secondary.paper import SecondaryPapers
from domain.stages import STAGES, Stage
from storage import entries, pupil_results, results
from storage.contents import term_papers
from storage.paper_facts import facts_on, with_year_record
from storage.registration import lock_school
from storage.saving import lock_open
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    Enrolment,
    PromotionDecision,
    PupilTerm,
    RecordSlot,
    SigningLease,
    TermRecord,
)

_SIGNED = frozenset(STAGES[STAGES.index(Stage.HOMEROOM_SIGNED) :])


@dataclass(frozen=True)
class PupilAssessment:
    """How a disabled pupil is assessed in the year (Circular 27/2020 art. 8, Circular 22/2021 art. 11)."""

    assessment_waived: bool
    individual_plan: bool


def set_assessment(
    session: Session, class_term_id: UUID, record_id: UUID, assessment: PupilAssessment, reason_id: UUID
) -> None:
    """Keep it for the pupil's year, and in every term whose homeroom slot is open.

    Raises NotFound for a record of another class-term, Conflict once its homeroom slot was submitted.
    """
    group = session.get_one(ClassGroup, session.get_one(ClassTermRow, class_term_id).class_id)
    # Books of the year are opened before or after this, and other decisions about the pupil are made so, too.
    lock_school(session, group.school_id)
    try:
        lock_open(session, class_term_id, HOMEROOM, {record_id})
    except Conflict as closed:
        raise Conflict(
            "Giáo viên chủ nhiệm đã gửi phần của học sinh này; cần trả lại trước khi đổi cách đánh giá.",
            closed.record_ids,
        ) from closed
    enrolment_id = session.get_one(TermRecord, record_id).enrolment_id
    values = vars(assessment)
    kept = update(Enrolment).where(Enrolment.id == enrolment_id)
    session.execute(kept.values(assessment_reason_id=reason_id, **values))
    open_terms = (
        select(TermRecord.id)
        .join(RecordSlot, (RecordSlot.record_id == TermRecord.id) & (RecordSlot.slot == HOMEROOM))
        .where(TermRecord.enrolment_id == enrolment_id, RecordSlot.state == "open")
        .with_for_update(of=RecordSlot)
    )
    for each in session.scalars(open_terms).all():
        new = insert(PupilTerm).values(record_id=each, **values)
        session.execute(new.on_conflict_do_update(index_elements=["record_id"], set_=values))


@dataclass(frozen=True)
class Promotions:
    """What the principal decides for some pupils of a class, and when."""

    record_ids: frozenset[UUID]
    is_promoted: bool
    reason_id: UUID
    decided_by: UUID
    at: datetime


def decide_promotions(session: Session, class_term_id: UUID, asked: Promotions) -> None:
    """Keep the decisions, all or none; a new one takes the place of an earlier one.

    Raises NotFound for a foreign record, Incomplete before everything was handed in, Conflict outside the year's end,
    once the record is being signed, and where the rules leave nothing to decide.
    """
    if session.get_one(ClassTermRow, class_term_id).term != Term.YEAR_END:
        raise Conflict("Việc lên lớp chỉ được quyết định ở sổ cuối năm học.")
    records = _lock_unsigned(session, class_term_id, asked)
    _refuse_needless(session, class_term_id, records, asked)
    rows = [
        {
            "record_id": record.id,
            "is_promoted": asked.is_promoted,
            "reason_id": asked.reason_id,
            "decided_by": asked.decided_by,
        }
        for record in records
    ]
    new = insert(PromotionDecision).values(rows)
    changed = {name: new.excluded[name] for name in ("is_promoted", "reason_id", "decided_by")}
    newer = new.on_conflict_do_update(index_elements=["record_id"], set_={**changed, "decided_at": func.now()})
    session.execute(newer)


def _lock_unsigned(session: Session, class_term_id: UUID, asked: Promotions) -> Sequence[TermRecord]:
    """Lock the records. A lease cannot be had meanwhile: whoever signs now signs what is decided here, or before."""
    query = select(TermRecord).where(TermRecord.class_term_id == class_term_id, TermRecord.id.in_(asked.record_ids))
    records = session.scalars(query.order_by(TermRecord.id).with_for_update()).all()
    if len(records) != len(asked.record_ids):
        raise NotFound(entries.FOREIGN)
    if signed := _signed(session, records):
        raise Conflict("Học bạ đã được ký; cần trả lại hồ sơ trước khi quyết định việc lên lớp.", signed)
    leased = select(SigningLease.record_id).where(
        SigningLease.record_id.in_(asked.record_ids), SigningLease.slot == "", SigningLease.expires_at > asked.at
    )
    if signing := tuple(str(record_id) for record_id in session.scalars(leased)):
        raise Conflict("Học bạ đang được ký; hãy thử lại sau ít phút.", signing)
    return records


def _signed(session: Session, records: Sequence[TermRecord]) -> tuple[str, ...]:
    """Records with a signed paper that says whether the pupil is promoted; one may outlive the class's summary."""
    written = with_year_record(session, [record.enrolment_id for record in records])
    return tuple(str(each.id) for each in records if each.stage in _SIGNED or each.enrolment_id in written)


def _refuse_needless(session: Session, class_term_id: UUID, records: Sequence[TermRecord], asked: Promotions) -> None:
    facts = facts_on(session, class_term_id, day_of(asked.at))
    if unsent := pupil_results.unsent(session, facts.curriculum, [record.id for record in records], own=()):
        raise Incomplete(pupil_results.waits_for(next(iter(unsent.values()))), tuple(map(str, unsent)))
    writing, entered = term_papers(facts), results.entered(session, facts, records)
    if clear := _ids(writing, entered, decided=None, counts=(True, False)):
        raise Conflict("Theo quy định, việc lên lớp đã rõ, hiệu trưởng không phải quyết định.", clear)
    if stuck := _ids(writing, entered, decided=asked.is_promoted, counts=(None, not asked.is_promoted)):
        raise Conflict("Học sinh còn phải đánh giá lại hoặc rèn luyện trong hè, chưa thể cho lên lớp.", stuck)


def _ids(
    writing: PrimaryPapers | SecondaryPapers,
    entered: Mapping[UUID, Entered],
    *,
    decided: bool | None,
    counts: tuple[bool | None, ...],
) -> tuple[str, ...]:
    """The records that would be promoted or not as `counts` says, were this decided for them."""
    judged = {rid: pupil_results.judged(writing, replace(pupil, promoted=decided)) for rid, pupil in entered.items()}
    return tuple(str(record_id) for record_id, result in judged.items() if result.is_promoted in counts)
