"""What matters do to the records of a class-term: open again, take away, bring in. Pure, as `domain.lifecycle`.

guide/domain.md 5.4 (unlock, recall) and 7.2 (a pupil who moves): never are two schools able to sign a pupil's year.
"""

from dataclasses import replace
from typing import Final

from domain.decisions import Decision
from domain.errors import Conflict, NotAllowed
from domain.record_states import CLOSED, MATTER, NOT_YOURS, ClassTerm, RecordState, expect, only
from domain.stages import Stage

_OPEN: Final = tuple(stage for stage in Stage if stage not in CLOSED)


def unlock(term: ClassTerm, decision: Decision, record: RecordState) -> RecordState:
    """Open locked parts before issue; only signatures over them become void."""
    _reopens(term, decision)
    expect(record, *_OPEN)
    if set(decision.to_slots) & set(record.open_slots):
        raise Conflict("Phần này đang mở để nhập.")
    return term.reopened(record, decision.to_slots)


def recall(term: ClassTerm, decision: Decision, record: RecordState) -> RecordState:
    """After issue: back to entry, for a version that replaces the one recalled."""
    _reopens(term, decision)
    expect(record, Stage.ISSUED)
    return term.reopened(record, decision.to_slots)


def renew(term: ClassTerm, decision: Decision, record: RecordState) -> RecordState:
    """The pupil's own data changed: what is signed but not sealed speaks of the former, so it is signed again.

    Nothing is opened for entry, and a record that is held stays held.
    """
    only(decision, MATTER)
    if not decision.reason_id:
        raise NotAllowed("Ký lại phải có lý do.")
    if not set(decision.to_slots) <= set(term.subject_slots):
        raise NotAllowed("Lớp này không có môn học đó.")
    expect(replace(record, held=False), *_OPEN)
    void = term.subject_slots if term.signs_records else decision.to_slots
    unsigned = tuple(slot for slot in term.subject_slots if slot in {*record.unsigned_slots, *void})
    stage = record.stage
    if stage not in {Stage.ENTRY, Stage.SUBMITTED}:
        stage = Stage.REVIEWED if unsigned else Stage.SUBJECT_SIGNED
    return replace(record, stage=stage, revision=record.revision + 1, unsigned_slots=unsigned, part=0)


def detach_begin(_term: ClassTerm, decision: Decision, record: RecordState) -> RecordState:
    """Keep a record as it is while its pupil's transfer is settled; one that is held stays held."""
    only(decision, MATTER)
    if record.moving:
        raise Conflict("Học sinh này đang làm thủ tục chuyển trường.")
    if record.stage in CLOSED:
        raise Conflict("Học bạ đã đóng dấu; hãy chờ phát hành xong, nơi đến sẽ nhận học bạ này nguyên vẹn.")
    return replace(record, moving=True)


def detach_cancel(_term: ClassTerm, decision: Decision, record: RecordState) -> RecordState:
    """The pupil stays: the record goes on where it stood."""
    only(decision, MATTER)
    return replace(_leaving(record), moving=False)


def detach_commit(_term: ClassTerm, decision: Decision, record: RecordState) -> RecordState:
    """The pupil is at the other school: the record leaves this class (`lifecycle.apply` takes it out)."""
    only(decision, MATTER)
    return replace(_leaving(record), moving=False, part=0)


def attach(term: ClassTerm, decision: Decision) -> dict[str, RecordState]:
    """New records of pupils who came from another school. Raises Conflict for those that are there."""
    if decision.slot != MATTER:
        raise NotAllowed(NOT_YOURS, decision.record_ids)
    if known := tuple(rid for rid in decision.record_ids if rid in term.records):
        raise Conflict("Học sinh này đã có trong sổ của lớp.", known)
    return dict.fromkeys(decision.record_ids, term.fresh())


def _leaving(record: RecordState) -> RecordState:
    if not record.moving:
        raise Conflict("Học sinh này không làm thủ tục chuyển trường.")
    return record


def _reopens(term: ClassTerm, decision: Decision) -> None:
    only(decision, MATTER)
    if not decision.reason_id:
        raise NotAllowed("Mở lại phải có lý do.")
    if not decision.to_slots or not set(decision.to_slots) <= set(term.slots()):
        raise NotAllowed("Lớp này không có môn học đó.")
