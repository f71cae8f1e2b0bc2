"""How a class-term shows itself in Temporal's own UI and search: codes and counts, never a person."""

from collections import Counter
from datetime import datetime

from domain.deadlines import Hook, is_late
from domain.decisions import Decision
from domain.lifecycle import class_stage, finished, waiting_slots
from domain.record_states import ClassTerm
from domain.stages import STAGE_NAMES
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate, TypedSearchAttributes

from workflows.messages import ClassTermState, Snapshot, Waiting

SCHOOL_ID = SearchAttributeKey.for_keyword("SchoolId")
CLASS_ID = SearchAttributeKey.for_keyword("ClassId")
YEAR = SearchAttributeKey.for_keyword("Year")
TERM = SearchAttributeKey.for_keyword("Term")
STAGE = SearchAttributeKey.for_keyword("Stage")
WAITING_FOR = SearchAttributeKey.for_keyword_list("WaitingFor")
DUE_AT = SearchAttributeKey.for_datetime("DueAt")
OVERDUE = SearchAttributeKey.for_bool("Overdue")


def current_details(state: ClassTermState, term: ClassTerm) -> str:
    """Markdown: how many records stand at which step, and how many are held."""
    stages = Counter(record.stage for record in term.records.values())
    lines = [
        f"- {STAGE_NAMES[stage]}: **{count}**"
        for stage, count in sorted(stages.items(), key=lambda s: STAGE_ORDER[s[0]])
    ]
    held = sum(record.held for record in term.records.values())
    return "\n".join([f"**{state.label}**", *lines, *([f"- Tạm giữ: **{held}**"] if held else [])])


def snapshot_of(state: ClassTermState, term: ClassTerm, now: datetime) -> Snapshot:
    stage, late = class_stage(term).value, is_late(state.deadline, now)
    return Snapshot(state.seq, stage, state.parts, state.records, state.deadline, state.fired, late)


def waiting_of(term: ClassTerm) -> list[Waiting]:
    by_slot: dict[str, list[str]] = {}
    for record_id, record in term.records.items():
        for slot in waiting_slots(record):
            by_slot.setdefault(slot, []).append(record_id)
    return [Waiting(slot, tuple(records)) for slot, records in by_slot.items()]


STAGE_ORDER = {stage: position for position, stage in enumerate(STAGE_NAMES)}


def who_acts(decision: Decision) -> str:
    """The slot, short enough for a summary (400 bytes) however many subjects are signed at once."""
    return f"{decision.slot} và {len(decision.more_slots)} môn khác" if decision.more_slots else decision.slot


def search_attributes(
    state: ClassTermState, term: ClassTerm, current: TypedSearchAttributes
) -> list[SearchAttributeUpdate]:  # type: ignore[type-arg]
    """The updates that differ from what is stored. Who is waited for changes too often to be worth an event each."""
    overdue = Hook.OVERDUE in state.fired and not finished(term)
    updates: list[SearchAttributeUpdate] = []  # type: ignore[type-arg]
    if current.get(DUE_AT) != state.deadline.due_at:
        updates.append(DUE_AT.value_set(state.deadline.due_at))
    if current.get(OVERDUE) != overdue:
        updates.append(OVERDUE.value_set(overdue))
    if current.get(STAGE) != class_stage(term).value:
        updates.append(STAGE.value_set(class_stage(term).value))
        updates.append(
            WAITING_FOR.value_set(sorted({slot for r in term.records.values() for slot in waiting_slots(r)}))
        )
    return updates
