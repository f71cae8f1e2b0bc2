"""The stages of a class's term: who may do what to which records, and what follows. Pure functions over frozen data.

Order of signatures: Circular 27/2020/TT-BGDĐT art. 10 and QĐ 295/QĐ-SGDĐT art. 8.6. The workflow holds a `ClassTerm`
and asks `plan` for the changes of a decision; `plan` refuses with a `DomainError` that names every record it is about.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from domain import moving
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action, Decision
from domain.errors import Conflict, DomainError, NotAllowed, NotFound
from domain.record_states import CLOSED, IN_PART, ClassTerm, RecordState, expect, only
from domain.stages import STAGES, Stage

# Stages from which each slot may send a record back; a subject teacher may refuse only what waits for his signature.
RETURN_FROM: Mapping[str, frozenset[Stage]] = {
    HOMEROOM: frozenset({Stage.ENTRY, Stage.SUBMITTED, Stage.REVIEWED, Stage.SUBJECT_SIGNED}),
    PRINCIPAL: frozenset({Stage.HOMEROOM_SIGNED, Stage.APPROVED}),
    SEAL: frozenset({Stage.APPROVED}),
}
SUBJECT_RETURN_FROM = frozenset({Stage.REVIEWED})
# Who may keep a record back, and let it go again: either of them, whoever held it.
HOLDERS_BACK = (HOMEROOM, PRINCIPAL)


def open_class_term(
    subject_slots: Iterable[str], record_ids: Iterable[str], *, signs_records: bool = False
) -> ClassTerm:
    """A fresh term: every slot of every record is open for entry."""
    empty = ClassTerm(tuple(subject_slots), {}, signs_records=signs_records)
    return replace(empty, records=dict.fromkeys(record_ids, empty.fresh()))


def plan(term: ClassTerm, decision: Decision) -> dict[str, RecordState]:
    """Return the new state of every record that `decision` changes, or refuse it as a whole.

    Raises NotFound for unknown records, NotAllowed for a wrong slot, Conflict for a wrong stage.
    """
    _listed(decision)
    if decision.action is Action.ATTACH:
        return moving.attach(term, decision)
    _named(term, decision)
    changes: dict[str, RecordState] = {}
    refused: dict[str, DomainError] = {}
    for record_id in decision.record_ids:
        try:
            changes[record_id] = _PLANS[decision.action](term, decision, term.records[record_id])
        except DomainError as error:
            refused[record_id] = error
    if refused:
        raise _together(refused)
    return _with_parts(term, decision, changes)


def apply(term: ClassTerm, decision: Decision, changes: Mapping[str, RecordState]) -> ClassTerm:
    """The term after `changes`, as `plan` returned them for `decision`."""
    opens_part = decision.action is Action.SIGN and decision.slot == HOMEROOM
    left = decision.record_ids if decision.action is Action.DETACH_COMMIT else ()
    records = {rid: record for rid, record in {**term.records, **changes}.items() if rid not in left}
    return replace(term, records=records, parts=term.parts + int(opens_part))


def finished(term: ClassTerm) -> bool:
    return all(record.stage is Stage.ISSUED for record in term.records.values())


def to_issue(term: ClassTerm) -> tuple[str, ...]:
    """Records that are sealed and only wait to be issued."""
    return tuple(rid for rid, record in term.records.items() if record.stage is Stage.SEALED)


def waiting_slots(record: RecordState) -> tuple[str, ...]:
    """The slots that this record waits for now.

    One that is held is the principal's here, in the workflow's own reading, which old histories must find as it was;
    people are told of both who may release it (`HOLDERS_BACK`).
    """
    if record.moving:
        return ()
    if record.held:
        return (PRINCIPAL,)
    waiting = {
        Stage.ENTRY: record.open_slots,
        Stage.SUBMITTED: (HOMEROOM,),
        Stage.REVIEWED: record.unsigned_slots,
        Stage.SUBJECT_SIGNED: (HOMEROOM,),
        Stage.HOMEROOM_SIGNED: (PRINCIPAL,),
        Stage.APPROVED: (SEAL,),
    }
    return waiting.get(record.stage, ())


def class_stage(term: ClassTerm) -> Stage:
    """The class stands where the last record stands that nobody keeps back."""
    active = [r for r in term.records.values() if not (r.held or r.moving)] or list(term.records.values())
    return min((r.stage for r in active), key=STAGES.index, default=Stage.ISSUED)


def _listed(decision: Decision) -> None:
    if not decision.record_ids:
        raise NotAllowed("Chưa chọn học sinh nào.")
    if len(set(decision.record_ids)) != len(decision.record_ids):
        raise NotAllowed("Danh sách có học sinh bị lặp lại.")


def _named(term: ClassTerm, decision: Decision) -> None:
    if foreign := tuple(record_id for record_id in decision.record_ids if record_id not in term.records):
        raise NotFound("Có học sinh không thuộc lớp này.", foreign)
    if decision.more_slots:
        _several_subjects(term, decision)


def _several_subjects(term: ClassTerm, decision: Decision) -> None:
    if decision.action is not Action.SIGN or not set(decision.slots) <= set(term.subject_slots):
        raise NotAllowed("Chỉ ký chung được phiếu của nhiều môn học.", decision.record_ids)
    if len(set(decision.slots)) != len(decision.slots):
        raise NotAllowed("Danh sách có môn học bị lặp lại.", decision.record_ids)


def _together(refused: Mapping[str, DomainError]) -> DomainError:
    first = next(iter(refused.values()))
    message = first.message if len(refused) == 1 else f"{first.message} ({len(refused)} học sinh)"
    return type(first)(message, tuple(refused))


def _submit(term: ClassTerm, decision: Decision, record: RecordState) -> RecordState:
    if decision.slot not in term.slots():
        raise NotAllowed("Lớp này không có môn học đó.")
    expect(record, Stage.ENTRY)
    if decision.slot not in record.open_slots:
        raise Conflict("Phần này đã được gửi rồi.")
    left = tuple(slot for slot in record.open_slots if slot != decision.slot)
    return replace(record, open_slots=left, stage=record.stage if left else Stage.SUBMITTED)


def _review(_term: ClassTerm, decision: Decision, record: RecordState) -> RecordState:
    only(decision, HOMEROOM)
    expect(record, Stage.SUBMITTED)
    # Signatures on untouched subjects stay valid, so a record may have nothing left for subject teachers to sign.
    return replace(record, stage=Stage.REVIEWED if record.unsigned_slots else Stage.SUBJECT_SIGNED)


def _return(term: ClassTerm, decision: Decision, record: RecordState) -> RecordState:
    if decision.to_slot not in term.slots():
        raise NotAllowed("Lớp này không có môn học đó.")
    if not decision.reason_id:
        raise NotAllowed("Trả lại phải có lý do.")
    subject = decision.slot in term.subject_slots
    allowed = SUBJECT_RETURN_FROM if subject else RETURN_FROM.get(decision.slot, frozenset())
    if subject and decision.to_slot != decision.slot:
        raise NotAllowed("Giáo viên bộ môn chỉ nhận lại phần của môn mình.")
    expect(record, *allowed)
    if decision.to_slot in record.open_slots:
        raise Conflict("Phần này đang mở để nhập.")
    return term.reopened(record, (decision.to_slot,))


def _sign(term: ClassTerm, decision: Decision, record: RecordState) -> RecordState:
    if decision.slot == HOMEROOM:
        expect(record, Stage.SUBJECT_SIGNED)
        return replace(record, stage=Stage.HOMEROOM_SIGNED, part=term.parts + 1)
    if decision.slot not in term.subject_slots:
        raise NotAllowed("Bước này dành cho giáo viên bộ môn và giáo viên chủ nhiệm.")
    expect(record, Stage.REVIEWED)
    if not set(decision.slots) <= set(record.unsigned_slots):
        raise Conflict("Môn này đã được ký rồi.")
    left = tuple(slot for slot in record.unsigned_slots if slot not in decision.slots)
    return replace(record, unsigned_slots=left, stage=record.stage if left else Stage.SUBJECT_SIGNED)


def _approve(_term: ClassTerm, decision: Decision, record: RecordState) -> RecordState:
    only(decision, PRINCIPAL)
    expect(record, Stage.HOMEROOM_SIGNED)
    return replace(record, stage=Stage.APPROVED)


def _seal(_term: ClassTerm, decision: Decision, record: RecordState) -> RecordState:
    only(decision, SEAL)
    expect(record, Stage.APPROVED)
    return replace(record, stage=Stage.SEALED)


def _hold(_term: ClassTerm, decision: Decision, record: RecordState) -> RecordState:
    only(decision, *HOLDERS_BACK)
    if not decision.reason_id:
        raise NotAllowed("Tạm giữ phải có lý do.")
    expect(record, *(stage for stage in Stage if stage not in CLOSED))
    return replace(record, held=True)


def _release(_term: ClassTerm, decision: Decision, record: RecordState) -> RecordState:
    only(decision, *HOLDERS_BACK)
    if record.moving:
        expect(record)
    if not record.held:
        raise Conflict("Hồ sơ này không bị tạm giữ.")
    return replace(record, held=False)


def _issue(_term: ClassTerm, decision: Decision, record: RecordState) -> RecordState:
    only(decision, SEAL)
    expect(record, Stage.SEALED)
    return replace(record, stage=Stage.ISSUED)


def _with_parts(term: ClassTerm, decision: Decision, changes: dict[str, RecordState]) -> dict[str, RecordState]:
    """A class summary is signed as one paper: it moves on whole, and it falls apart when a record leaves it."""
    touched = {term.records[rid].part for rid in changes if term.records[rid].stage in IN_PART}
    members = {rid for part in touched for rid in term.in_part(part)}
    if decision.action in {Action.APPROVE, Action.SEAL} and (left_out := members - set(changes)):
        raise Conflict(
            "Phải chọn đủ học sinh của bảng tổng hợp lớp; hãy tạm giữ hoặc trả lại học sinh chưa đạt yêu cầu.",
            tuple(sorted(left_out)),
        )
    if decision.action in _LEAVE_PART:
        back = {rid: replace(term.records[rid], stage=Stage.SUBJECT_SIGNED, part=0) for rid in members - set(changes)}
        left = {rid: _out_of_part(record) for rid, record in changes.items()}
        return {**left, **dict(sorted(back.items()))}
    return changes


def _out_of_part(record: RecordState) -> RecordState:
    stage = Stage.SUBJECT_SIGNED if record.stage in IN_PART else record.stage
    return replace(record, stage=stage, part=0)


_LEAVE_PART = frozenset({Action.HOLD, Action.RETURN, Action.UNLOCK, Action.RENEW, Action.DETACH_BEGIN})
_PLANS = {
    Action.SUBMIT: _submit,
    Action.REVIEW: _review,
    Action.RETURN: _return,
    Action.SIGN: _sign,
    Action.APPROVE: _approve,
    Action.SEAL: _seal,
    Action.HOLD: _hold,
    Action.RELEASE: _release,
    Action.ISSUE: _issue,
    Action.UNLOCK: moving.unlock,
    Action.RECALL: moving.recall,
    Action.RENEW: moving.renew,
    Action.DETACH_BEGIN: moving.detach_begin,
    Action.DETACH_CANCEL: moving.detach_cancel,
    Action.DETACH_COMMIT: moving.detach_commit,
}
