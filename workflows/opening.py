"""The state a class-term's workflow starts from."""

from dataclasses import replace

from domain.assessment import Term
from domain.deadlines import Deadline
from domain.lifecycle import open_class_term
from storage.opening import OpenedTerm

from workflows.messages import ClassTermState


def opening_state(opened: OpenedTerm) -> ClassTermState:
    """Ids, slots and the deadline; the label names the class, never a person."""
    record_ids = [str(record_id) for record_id in opened.record_ids]
    term = open_class_term(opened.subject_slots, record_ids, signs_records=opened.signs_records)
    return ClassTermState(
        class_term_id=str(opened.class_term_id),
        school_id=str(opened.school_id),
        class_id=str(opened.class_id),
        school_year=opened.school_year,
        term=opened.term.value,
        label=f"{opened.class_name} · {Term(opened.term).label} {opened.school_year}",
        subject_slots=term.subject_slots,
        records=dict(term.records),
        deadline=Deadline(opened.policy_version, opened.due_at),
        signs_records=term.signs_records,
    )


def resumed_state(book: OpenedTerm) -> ClassTermState:
    """Of a book that was over, or whose workflow was never started: the workflow reads for itself where it stands."""
    return replace(opening_state(book), records={}, resumed=True)
