"""What of a class's term a person can sign now, what is behind, and what is still to come: for those who sign.

The rules themselves are `domain.lifecycle`; this says beforehand what they would let through, so that nobody prepares
what would be refused.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action
from domain.record_states import RecordState
from domain.stages import STAGES, Stage

# Whose turn a stage is; subject teachers sign at `reviewed`, each in any order.
_STEP: Final[Mapping[str, Stage]] = {
    HOMEROOM: Stage.SUBJECT_SIGNED,
    PRINCIPAL: Stage.HOMEROOM_SIGNED,
    SEAL: Stage.APPROVED,
}
_ACTION: Final[Mapping[str, Action]] = {PRINCIPAL: Action.APPROVE, SEAL: Action.SEAL}
_BEFORE_TEACHERS_SIGNED: Final = frozenset({Stage.ENTRY, Stage.SUBMITTED, Stage.REVIEWED})


class Turn(StrEnum):
    """Whether a record waits for a slot's signature."""

    NOW = "now"
    LATER = "later"
    BEHIND = "behind"


@dataclass(frozen=True)
class Sheaf:
    """What one order takes of a class: every record named waits for each of the slots."""

    slots: tuple[str, ...]
    record_ids: tuple[str, ...]


def action_of(slot: str) -> Action:
    """As what a slot signs."""
    return _ACTION.get(slot, Action.SIGN)


def is_subject(slot: str) -> bool:
    return slot not in _STEP


def turn(record: RecordState, slot: str) -> Turn:
    step = _STEP.get(slot, Stage.REVIEWED)
    if is_subject(slot):
        is_behind = record.stage not in _BEFORE_TEACHERS_SIGNED or slot not in record.unsigned_slots
    else:
        is_behind = STAGES.index(record.stage) > STAGES.index(step)
    if is_behind:
        return Turn.BEHIND
    return Turn.NOW if record.stage is step and not record.held else Turn.LATER


def turn_of(record: RecordState, slots: Iterable[str]) -> Turn:
    """The same for somebody who fills several slots: now if one of them can sign."""
    turns = {turn(record, slot) for slot in slots}
    return next((each for each in (Turn.NOW, Turn.LATER) if each in turns), Turn.BEHIND)


def sheaves(
    records: Mapping[str, RecordState], slots: Sequence[str], wanted: Collection[str] = (), *, one_subject: bool = False
) -> list[Sheaf]:
    """What can be signed now in these slots, in as few orders as the rules allow; of `wanted` records or, without, all.

    `one_subject`: each subject teacher signs every record, which takes one signer and one subject at a time.
    """
    asked = {rid: record for rid, record in records.items() if not wanted or rid in wanted}
    by_slots: dict[tuple[str, ...], list[str]] = {}
    for record_id, record in asked.items():
        due = tuple(slot for slot in slots if turn(record, slot) is Turn.NOW)
        if due and (not set(due) & {PRINCIPAL, SEAL} or _is_whole(records, asked, record)):
            by_slots.setdefault(due, []).append(record_id)
    found = [Sheaf(due, tuple(record_ids)) for due, record_ids in by_slots.items()]
    return _first_subject(slots, found) if one_subject else found


def _is_whole(records: Mapping[str, RecordState], asked: Mapping[str, RecordState], record: RecordState) -> bool:
    """A class summary is signed as one paper: all of its records, or none."""
    return all(rid in asked for rid, other in records.items() if other.part == record.part)


def _first_subject(slots: Sequence[str], found: list[Sheaf]) -> list[Sheaf]:
    subject = next((slot for slot in slots if is_subject(slot) and any(slot in each.slots for each in found)), None)
    if subject is None:
        return found
    members = [record_id for each in found if subject in each.slots for record_id in each.record_ids]
    return [Sheaf((subject,), tuple(members)), *(each for each in found if not is_subject(each.slots[0]))]
