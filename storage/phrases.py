"""A teacher's own phrases: kept, changed, counted by use, and copied into the cells of chosen pupils."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.assessment import AssessmentPoint
from domain.entry import CellKey
from domain.errors import Conflict, NotFound
from domain.phrases import check_level, check_phrase, comment_field
from domain.scales import CellKind
from storage.saving import CellEdit, SaveResult, save_cells
from storage.tables import CommentPhrase


@dataclass(frozen=True)
class NewPhrase:
    """`subject` is a subject's code or "homeroom", `item` as in its cells; an empty level fits any."""

    subject: str
    item: str
    level: str
    text: str


def own(session: Session, staff_id: UUID, subject: str = "", level: str = "") -> Sequence[CommentPhrase]:
    """A teacher's phrases, most used first; those of a level with those that fit any."""
    query = select(CommentPhrase).where(CommentPhrase.staff_id == staff_id)
    if subject:
        query = query.where(CommentPhrase.subject == subject)
    if level:
        query = query.where(CommentPhrase.level.in_((level, "")))
    newest = CommentPhrase.last_used_at.desc().nulls_last()
    return session.scalars(
        query.order_by(CommentPhrase.used.desc(), newest, CommentPhrase.created_at, CommentPhrase.text)
    ).all()


def add(session: Session, staff_id: UUID, new: NewPhrase) -> CommentPhrase:
    """Keep a phrase; one that is kept already stays. Raises NotFound for an unknown item, Invalid for the text."""
    text = check_phrase(comment_field(new.subject, new.item), new.text)
    values = {"subject": new.subject, "item": new.item, "level": check_level(new.level), "text": text}
    row = insert(CommentPhrase).values(id=uuid4(), staff_id=staff_id, **values)
    session.execute(row.on_conflict_do_nothing())
    return session.scalars(select(CommentPhrase).filter_by(staff_id=staff_id, **values)).one()


def change(session: Session, staff_id: UUID, phrase_id: UUID, level: str, text: str) -> CommentPhrase:
    """Raises NotFound for a phrase of somebody else, Invalid for the text, Conflict when it is kept already."""
    phrase = _own(session, staff_id, phrase_id)
    wanted = check_phrase(comment_field(phrase.subject, phrase.item), text)
    same = select(CommentPhrase.id).filter_by(
        staff_id=staff_id, subject=phrase.subject, item=phrase.item, level=check_level(level), text=wanted
    )
    if session.scalar(same.where(CommentPhrase.id != phrase_id)) is not None:
        raise Conflict("Thầy cô đã lưu mẫu nhận xét này rồi.")
    phrase.level, phrase.text = level, wanted
    session.flush()
    return phrase


def remove(session: Session, staff_id: UUID, phrase_id: UUID) -> None:
    """Raises NotFound for a phrase of somebody else."""
    session.delete(_own(session, staff_id, phrase_id))


def _own(session: Session, staff_id: UUID, phrase_id: UUID) -> CommentPhrase:
    found = session.scalars(select(CommentPhrase).filter_by(id=phrase_id, staff_id=staff_id).with_for_update()).first()
    if found is None:
        raise NotFound("Không tìm thấy mẫu nhận xét này.")
    return found


@dataclass(frozen=True)
class CommentCopy:
    """One comment for chosen pupils, with the version the writer saw of each one's cell.

    Without `overwrite` only for those who have none yet, with it also over what the writer saw.
    """

    item: str
    point: AssessmentPoint
    text: str
    versions: Mapping[UUID, int]
    overwrite: bool = False


def copy(session: Session, class_term_id: UUID, slot: str, wanted: CommentCopy, staff_id: UUID) -> SaveResult:
    """Write a comment into each pupil's cell as `save_cells` does, with its refusals; a kept phrase counts its use."""
    key = CellKey(wanted.item, wanted.point, CellKind.COMMENT)
    edits = [
        CellEdit(record_id, key, wanted.text, version if wanted.overwrite else 0)
        for record_id, version in wanted.versions.items()
    ]
    result = save_cells(session, class_term_id, slot, edits, staff_id)
    if result.saved:
        # The same words may be kept for several levels; which was meant nobody knows, so each of them counts.
        kept = update(CommentPhrase).filter_by(
            staff_id=staff_id, subject=slot, item=wanted.item, text=result.saved[0].value
        )
        session.execute(kept.values(used=CommentPhrase.used + len(result.saved), last_used_at=func.now()))
    return result
