"""Mark workbooks of one slot: made from what is saved, and taken back in two steps, a preview and its confirmation."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.errors import Conflict, Invalid, NotFound
from domain.slot_marks import Difference, Doubt, Place, differences
from interchange.sheets import Problem
from interchange.slot_workbook.reading import read_slot
from interchange.slot_workbook.writing import write_slot
from storage import previews, saving
from storage.database import Sessions
from storage.previews import Kept, PreviewedEdit, SlotOfPerson
from storage.saving import CellEdit, SaveResult
from storage.slot_marks import slot_marks


@dataclass(frozen=True)
class MarksPreview:
    """What a workbook would change; `left` counts the cells that hold what is saved already."""

    kept: Kept
    differences: tuple[Difference, ...]
    left: int
    problems: tuple[Problem, ...]
    has_versions: bool


def export_marks(sessions: Sessions, class_term_id: UUID, slot: str, at: datetime, *, drafts: bool) -> bytes:
    """The slot's workbook; without `drafts`, of submitted pupils only. Raises NotFound where there is none of them."""
    with sessions() as session:
        marks = slot_marks(session, class_term_id, slot, at, drafts=drafts)
    if not marks.pupils:
        raise NotFound("Phần này chưa gửi nên chưa xem được.")
    return write_slot(marks)


def preview_marks(sessions: Sessions, owner: SlotOfPerson, workbook: bytes, at: datetime) -> MarksPreview:
    """Compare a workbook with what is saved; nothing of it is written, the preview is kept for its confirmation.

    Raises Conflict for a slot that is submitted as a whole, Invalid for a workbook that is not of this slot.
    """
    with sessions() as session:
        marks = slot_marks(session, owner.class_term_id, owner.slot, at, drafts=True)
    if marks.is_closed:
        raise Conflict("Phần này đã gửi, không sửa được nữa; cần trả lại trước khi sửa.")
    found = read_slot(workbook, marks)
    changed = tuple(differences(marks, found.filled))
    with sessions.begin() as session:
        kept = previews.keep(session, owner, [_edit(each) for each in changed if each.doubt is not Doubt.SUBMITTED], at)
    return MarksPreview(kept, changed, len(found.filled) - len(changed), found.problems, found.has_versions)


def confirm_marks(
    sessions: Sessions, owner: SlotOfPerson, preview_id: UUID, take_mine: Collection[Place], at: datetime
) -> SaveResult:
    """Write a preview: what is in doubt only where `take_mine` names it, and nothing over what was saved since.

    The preview is used up. Raises NotFound without one, Invalid for a cell that is not in it.
    """
    with sessions.begin() as session:
        previewed = previews.take(session, preview_id, owner, at)
        if not set(take_mine) <= {each.edit.place for each in previewed}:
            raise Invalid("Có ô được chọn không nằm trong bản xem trước.")
        edits = [each.edit for each in previewed if not each.in_doubt or each.edit.place in take_mine]
        return saving.save_cells(session, owner.class_term_id, owner.slot, edits, owner.staff_id)


def _edit(difference: Difference) -> PreviewedEdit:
    record_id, key = difference.place
    edit = CellEdit(record_id, key, difference.value, difference.before.version)
    return PreviewedEdit(edit, in_doubt=difference.doubt is not None)
