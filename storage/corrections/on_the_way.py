"""A recall and a transfer of the same pupil wait for each other: whoever comes first, under the lock of the pupil.

A transfer's papers name the records that are in force; none of them may be recalled between its first page and the
pivot. And what is being corrected is issued anew before the pupil's dossier is written.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from domain.errors import Conflict
from domain.matters.corrections import RecallState
from domain.transfers.phases import Phase
from storage.presence import lock_pupil
from storage.tables import CorrectedRecord, Enrolment, Recall, TermRecord, Transfer

_RECALLED: Final = (RecallState.RECALLING.value, RecallState.CORRECTING.value)
_WRITTEN: Final = (Phase.DETACHING, Phase.WRITING, Phase.PACKING, Phase.CHECKING, Phase.ATTACHING)


def is_recalled(record: type[TermRecord] = TermRecord) -> ColumnElement[bool]:
    """Whether a record is open for correction at the school that issued it: it stays there, wherever its pupil is."""
    mine = exists().where(CorrectedRecord.record_id == record.id, CorrectedRecord.settled_at.is_(None))
    of_recall = mine.where(CorrectedRecord.opened_at.is_not(None), Recall.matter_id == CorrectedRecord.matter_id)
    return of_recall.correlate(record)


def refuse_recalled(session: Session, pupil_id: UUID) -> None:
    """Raises Conflict while a record of the pupil is recalled and not issued anew."""
    lock_pupil(session, pupil_id)
    query = select(Recall.matter_id).join(Enrolment, Enrolment.id == Recall.enrolment_id)
    if session.scalars(query.where(Enrolment.pupil_id == pupil_id, Recall.state.in_(_RECALLED))).first() is not None:
        raise Conflict("Học bạ của học sinh đang được thu hồi để sửa; hãy chờ phát hành bản mới rồi mới chuyển trường.")


def refuse_leaving(session: Session, pupil_id: UUID) -> None:
    """Raises Conflict while papers of the pupil's transfer are being written, or lie at the other school."""
    lock_pupil(session, pupil_id)
    query = select(Transfer.matter_id).where(
        Transfer.pupil_id == pupil_id, Transfer.from_school_id.is_not(None),
        Transfer.phase.in_([each.value for each in _WRITTEN]),
    )  # fmt: skip
    if session.scalars(query).first() is not None:
        raise Conflict(
            "Học sinh đang chuyển trường, hồ sơ chuyển trường ghi theo học bạ hiện có; "
            "hãy chờ chuyển xong, hoặc huỷ việc chuyển trường rồi mới thu hồi."
        )
