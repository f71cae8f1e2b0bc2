"""Recalls after issue: asked for, confirmed, decided; after the freeze allowed by the authority; then only forward."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.errors import Conflict, Invalid
from domain.matters import MatterKind
from domain.matters.corrections import RECALL_STEPS, CorrectionCommand, Deed, RecallState, after
from domain.reasons import NO_REASON
from domain.stages import Stage
from storage.corrections import freezes, on_the_way, people, records
from storage.corrections.unlocks import step_of
from storage.matters import steps, waits
from storage.matters.waits import Wait
from storage.tables import ClassGroup, Enrolment, Matter, Recall, TermRecord

ASKERS: Final = (people.CLERK, people.ADMIN)


@dataclass(frozen=True)
class _Wanted:
    """The records of a recall: of the year's end, of the first term, and the parts of each."""

    enrolment: Enrolment
    group: ClassGroup
    year: TermRecord | None
    first: TermRecord | None
    slots: Sequence[str]
    first_slots: Sequence[str]

    @property
    def named(self) -> list[tuple[TermRecord, Sequence[str]]]:
        pairs = ((self.first, self.first_slots), (self.year, self.slots))
        return [(record, slots) for record, slots in pairs if record is not None]


def ask(session: Session, command: CorrectionCommand, at: datetime) -> None:
    """Open the matter. Raises what forbids a recall of these parts."""
    matter_id, staff_id = UUID(command.matter_id), UUID(command.actor_id)
    if session.get(Matter, matter_id) is not None:
        return
    wanted = _wanted(session, command)
    _require_may_ask(session, wanted, staff_id, at)
    for record, slots in wanted.named:
        records.require_slots(session, record.class_term_id, slots)
    records.refuse_busy(session, [record.id for record, _ in wanted.named])
    homeroom = people.homeroom_of(session, wanted.group.id, at)
    state = RecallState.ASKED if homeroom not in {None, staff_id} else RecallState.CONFIRMED
    steps.open_matter(session, MatterKind.RECALL, matter_id, wanted.group.school_id, state, step_of(command, at))
    recall = Recall(
        matter_id=matter_id, enrolment_id=wanted.enrolment.id, state=state.value,
        record_id=wanted.year.id if wanted.year else None, first_record_id=wanted.first.id if wanted.first else None,
        slots=list(wanted.slots), first_slots=list(wanted.first_slots), reason_id=UUID(command.reason_id),
        is_frozen=freezes.is_frozen(session, wanted.enrolment.record_uid) if wanted.year else False,
        former_document=freezes.paper_in_force(session, wanted.enrolment.record_uid, wanted.first, wanted.year),
    )  # fmt: skip
    session.add(recall)
    records.add(session, matter_id, [(record.id, slots) for record, slots in wanted.named])
    rewait(session, session.get_one(Matter, matter_id), at)


def _wanted(session: Session, command: CorrectionCommand) -> _Wanted:
    """What is issued, and where the first term is wrong the same parts of the year: it is made of both."""
    asked = session.get(TermRecord, UUID(command.record_ids[0])) if command.record_ids else None
    if asked is None:
        raise Invalid("Chưa chọn học bạ cần thu hồi.")
    enrolment = session.get_one(Enrolment, asked.enrolment_id)
    group = session.get_one(ClassGroup, enrolment.class_id)
    year = records.in_term(session, enrolment.id, Term.YEAR_END)
    first = records.in_term(session, enrolment.id, Term.HK1) if command.first_slots else None
    _refuse_another_schools(session, group, year, first)
    year_issued = year is not None and year.stage == Stage.ISSUED
    slots = [*dict.fromkeys((*command.slots, *command.first_slots))] if year_issued else []
    if not year_issued and command.slots:
        raise Conflict("Học bạ cả năm chưa phát hành nên không cần thu hồi; hãy đề nghị mở khoá.", (str(asked.id),))
    if not slots and not command.first_slots:
        raise Invalid("Hãy chọn phần cần sửa.")
    if first is not None and first.stage != Stage.ISSUED:
        raise Conflict("Kết quả học kì I chưa phát hành nên không cần thu hồi; hãy đề nghị mở khoá.", (str(first.id),))
    if command.first_slots and first is None:
        raise Invalid("Học sinh không có kết quả học kì I ở lớp này.")
    return _Wanted(enrolment, group, year if year_issued else None, first, slots, list(command.first_slots))


def _refuse_another_schools(
    session: Session, group: ClassGroup, year: TermRecord | None, first: TermRecord | None
) -> None:
    """Each school recalls what it issued; the year's paper speaks of the first term, so it is recalled before."""
    if first is not None and not records.is_of(session, first, group.school_id):
        raise Conflict("Kết quả học kì I do trường trước đây của học sinh phát hành; hãy đề nghị trường đó thu hồi.")
    if year is not None and year.stage == Stage.ISSUED and not records.is_of(session, year, group.school_id):
        raise Conflict(
            "Học bạ cả năm do trường khác phát hành: trường đó thu hồi học bạ cả năm trước, rồi mới sửa được học kì I."
        )


def _require_may_ask(session: Session, wanted: _Wanted, staff_id: UUID, at: datetime) -> None:
    school_id = wanted.group.school_id
    if not any(staff_id in people.holders_of(session, school_id, role, at) for role in ASKERS):
        people.require_own_slots(session, wanted.group.id, staff_id, {*wanted.slots, *wanted.first_slots}, at)


def take(session: Session, matter: Matter, command: CorrectionCommand, at: datetime, workdays: int) -> None:
    """Carry a decision about a recall out; the corrected version is due so many workdays after the last one."""
    recall = session.get_one(Recall, matter.id)
    state = after(RECALL_STEPS, RecallState(recall.state), command.deed)
    _require_may(session, matter, recall, command, at)
    if command.deed is Deed.GRANT:
        recall.decided_by = UUID(command.actor_id)
    if command.deed in {Deed.GRANT, Deed.RETRY}:
        state = _unless_frozen(session, recall)
    if command.deed is Deed.ALLOW:
        freezes.allow(session, matter, recall, command, at)
    if state is RecallState.RECALLING and command.deed is not Deed.RETRY:
        recall.due_at = freezes.due(session, at, workdays)
        _add_later(session, recall)
    recall.state = matter.state = state.value
    steps.note(session, matter.id, step_of(command, at))
    if state in {RecallState.REFUSED, RecallState.WITHDRAWN}:
        records.close(session, matter, at)
    if command.deed in {Deed.GRANT, Deed.ALLOW, Deed.REFUSE}:
        told = "refused" if command.deed is Deed.REFUSE else "granted"
        waits.tell(session, matter.id, told, {matter.opened_by} - {UUID(command.actor_id)}, at)
    rewait(session, matter, at)


def _unless_frozen(session: Session, recall: Recall) -> RecallState:
    """A freeze may have come since it was asked for, or since a class did not take it; a permission, too."""
    uid = session.get_one(Enrolment, recall.enrolment_id).record_uid
    recall.is_frozen = recall.record_id is not None and freezes.is_frozen(session, uid)
    if recall.is_frozen and not freezes.is_allowed(session, uid):
        return RecallState.AUTHORITY
    return RecallState.RECALLING


def _require_may(session: Session, matter: Matter, recall: Recall, command: CorrectionCommand, at: datetime) -> None:
    """Whoever it waits for, with a reason and while its pupil is not leaving; the requester may withdraw."""
    staff_id, state = UUID(command.actor_id), RecallState(recall.state)
    if command.deed is Deed.WITHDRAW:
        people.require_among(staff_id, {matter.opened_by})
    elif command.deed is Deed.RETRY:
        people.require_office(session, matter.school_id, staff_id, at, people.ADMIN, people.PRINCIPAL)
    elif state is RecallState.ASKED:
        group = session.get_one(ClassGroup, session.get_one(Enrolment, recall.enrolment_id).class_id)
        homeroom = people.homeroom_of(session, group.id, at)
        people.require_among(staff_id, {homeroom} if homeroom else set())
    elif state is RecallState.AUTHORITY:
        people.require_head_of_office_over(session, matter.school_id, staff_id, at)
    else:
        people.require_office(session, matter.school_id, staff_id, at, people.PRINCIPAL)
    if command.deed is Deed.REFUSE and not command.reason_id:
        raise Invalid(NO_REASON)
    if command.deed in {Deed.GRANT, Deed.ALLOW}:
        on_the_way.refuse_leaving(session, session.get_one(Enrolment, recall.enrolment_id).pupil_id)


def _add_later(session: Session, recall: Recall) -> None:
    """Of a first term alone: the same parts of the year's end that were sent already are opened with it."""
    if recall.record_id is not None:
        return
    year = records.in_term(session, recall.enrolment_id, Term.YEAR_END)
    sent = records.sent_slots(session, year.id, recall.first_slots) if year is not None else []
    if year is None or not sent:
        return
    if records.is_closed(year):
        raise Conflict("Học bạ cả năm vừa được đóng dấu; hãy đề nghị thu hồi cả học bạ của năm.", (str(year.id),))
    records.add(session, recall.matter_id, [(year.id, sent)])


def rewait(session: Session, matter: Matter, at: datetime) -> None:
    """Whom it waits for now; who fills the place may have changed.

    What the class's book takes a moment later is waited for without a word: `stuck` tells where it does not.
    """
    recall = session.get_one(Recall, matter.id)
    write = waits.keep if recall.state == RecallState.RECALLING else waits.wait_for
    write(session, matter.id, _waits(session, matter, recall, at), at)


def stuck(session: Session, matter: Matter, at: datetime) -> None:
    """The book refused: whoever may try again is told, or the authority asked where the record was frozen meanwhile.

    Not once a part of it is open.
    """
    recall = session.get_one(Recall, matter.id)
    if recall.state == RecallState.RECALLING and all(
        each.opened_at is None for each in records.of_matter(session, matter.id)
    ):
        recall.state = matter.state = _unless_frozen(session, recall).value
    rewait(session, matter, at)
    if recall.state != RecallState.RECALLING:
        return
    for wait in waits.of_matter(session, matter.id):
        waits.tell(session, matter.id, wait.what, waits.people(session, wait, at), at)


def _waits(session: Session, matter: Matter, recall: Recall, at: datetime) -> list[Wait]:
    match RecallState(recall.state):
        case RecallState.ASKED:
            class_id = session.get_one(Enrolment, recall.enrolment_id).class_id
            homeroom = people.homeroom_of(session, class_id, at)
            return [Wait("confirm", staff_id=homeroom)] if homeroom else []
        case RecallState.CONFIRMED:
            return [Wait("decide", role=people.PRINCIPAL, school_id=matter.school_id)]
        case RecallState.AUTHORITY:
            office = people.authority_of(session, matter.school_id, at)
            return [Wait("allow", role=people.OFFICE_HEAD, authority_id=office)] if office else []
        case RecallState.RECALLING:
            role, _people = people.executors(session, matter.school_id, at)
            return [Wait("retry", recall.due_at, role=role, school_id=matter.school_id)]
        case _:
            return []
