"""Previews of imported marks: what a person is about to write, kept for an hour and only for that person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from domain.assessment import AssessmentPoint
from domain.entry import CellKey
from domain.errors import NotFound
from domain.scales import CellKind
from storage.saving import CellEdit
from storage.tables import MarkPreview

LIFETIME = timedelta(hours=1)


@dataclass(frozen=True)
class SlotOfPerson:
    """Whose preview it is, and of which slot."""

    class_term_id: UUID
    slot: str
    staff_id: UUID


@dataclass(frozen=True)
class PreviewedEdit:
    """An edit with the version seen in the preview; one in doubt is written only if the person says so."""

    edit: CellEdit
    in_doubt: bool


@dataclass(frozen=True)
class Kept:
    id: UUID
    expires_at: datetime


def keep(session: Session, owner: SlotOfPerson, edits: Iterable[PreviewedEdit], at: datetime) -> Kept:
    row = MarkPreview(**vars(owner), edits=[_as_json(each) for each in edits], expires_at=at + LIFETIME)
    session.add(row)
    session.flush()
    return Kept(row.id, row.expires_at)


def take(session: Session, preview_id: UUID, owner: SlotOfPerson, at: datetime) -> list[PreviewedEdit]:
    """Remove a preview and return its edits; of two who ask at once one gets it. Raises NotFound."""
    mine = [getattr(MarkPreview, name) == value for name, value in vars(owner).items()]
    gone = delete(MarkPreview).where(MarkPreview.id == preview_id, MarkPreview.expires_at > at, *mine)
    edits = session.scalar(gone.returning(MarkPreview.edits))
    if edits is None:
        raise NotFound("Bản xem trước này không còn: đã ghi rồi hoặc đã quá một giờ; hãy tải tệp lên lại.")
    return [_from_json(each) for each in edits]


def _as_json(previewed: PreviewedEdit) -> list[object]:
    edit = previewed.edit
    return [str(edit.record_id), *edit.key, edit.text, edit.version, previewed.in_doubt]


def _from_json(values: list[object]) -> PreviewedEdit:
    record_id, item, point, kind, text, version, in_doubt = values
    key = CellKey(str(item), AssessmentPoint(str(point)), CellKind(str(kind)))
    return PreviewedEdit(CellEdit(UUID(str(record_id)), key, str(text), int(str(version))), in_doubt=bool(in_doubt))
