"""How complete a class's term is: each pupil's part of each slot in one state, and what is left to whom."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.curriculum import HOMEROOM
from domain.labelled import Labelled
from domain.lifecycle import RETURN_FROM
from domain.record_states import CLOSED
from domain.stages import STAGES, Stage


class PartState(Labelled):
    """Where one slot stands for one pupil, in the order of the work."""

    MISSING = "missing", "Còn thiếu"
    READY = "ready", "Đủ, chưa gửi"
    RETURNED = "returned", "Đã trả lại để sửa"
    SUBMITTED = "submitted", "Đã gửi"
    SIGNED = "signed", "Đã ký"


@dataclass(frozen=True)
class Part:
    """One slot of one pupil; `missing` counts the required cells that are empty."""

    slot: str
    state: PartState
    missing: int = 0
    may_return: bool = False

    @property
    def is_open(self) -> bool:
        return self.state not in {PartState.SUBMITTED, PartState.SIGNED}


@dataclass(frozen=True)
class PupilParts:
    """One pupil's row; parts stand in the order of the slots."""

    record_id: UUID
    order_no: int
    full_name: str
    stage: Stage
    held: bool
    parts: tuple[Part, ...]
    moving: bool = False  # on the way to another school; then it is held as well

    @property
    def may_hold(self) -> bool:
        return not self.held and self.stage not in CLOSED

    @property
    def is_complete(self) -> bool:
        return not any(part.is_open for part in self.parts)


@dataclass(frozen=True)
class SlotTotal:
    """One slot's column: how many pupils were handed in and signed, and what its teacher still owes.

    Pupils who are held back keep nobody waiting: they do not count as open.
    """

    slot: str
    name: str
    short: str
    staff_id: UUID | None
    teacher: str
    pupils: int
    submitted: int
    signed: int
    open_pupils: int
    missing: int
    returned: int


@dataclass(frozen=True)
class Completeness:
    """A class's term at a glance: pupils in the order of the class, slots in the order of the form."""

    totals: tuple[SlotTotal, ...]
    pupils: tuple[PupilParts, ...]

    @property
    def slots(self) -> tuple[str, ...]:
        return tuple(total.slot for total in self.totals)

    @property
    def owed(self) -> tuple[SlotTotal, ...]:
        """The slots that still have pupils to hand in."""
        return tuple(total for total in self.totals if total.open_pupils)

    @property
    def debtors(self) -> int:
        """How many teachers owe something; a slot that nobody is assigned to counts by itself."""
        return len({total.staff_id or total.slot for total in self.owed})

    def at(self, stage: Stage) -> tuple[PupilParts, ...]:
        """Pupils who stand at a stage and are not held back."""
        return tuple(pupil for pupil in self.pupils if pupil.stage is stage and not pupil.held)

    @property
    def returnable(self) -> frozenset[str]:
        """Slots of which something may be sent back."""
        return frozenset(part.slot for pupil in self.pupils for part in pupil.parts if part.may_return)

    @property
    def held(self) -> tuple[PupilParts, ...]:
        return tuple(pupil for pupil in self.pupils if pupil.held)


SIGNED_BY_HOMEROOM: Final = frozenset(STAGES[STAGES.index(Stage.HOMEROOM_SIGNED) :])


def part_state(
    stage: Stage, slot: str, *, is_open: bool, is_signed: bool, was_returned: bool, missing: int
) -> PartState:
    """The state of one slot of a record that stands at `stage`."""
    if is_open:
        still = PartState.MISSING if missing else PartState.READY
        return PartState.RETURNED if was_returned else still
    if slot == HOMEROOM:
        return PartState.SIGNED if stage in SIGNED_BY_HOMEROOM else PartState.SUBMITTED
    return PartState.SIGNED if is_signed else PartState.SUBMITTED


def may_return(stage: Stage, *, held: bool, is_open: bool) -> bool:
    """Whether the homeroom teacher may send a handed-in slot of this record back."""
    return not held and not is_open and stage in RETURN_FROM[HOMEROOM]


@dataclass(frozen=True)
class SlotFacts:
    """A slot of the class, and who fills it in now; nobody where nobody is assigned."""

    slot: str
    name: str
    short: str
    staff_id: UUID | None = None
    teacher: str = ""


def completeness(slots: Iterable[SlotFacts], pupils: Iterable[PupilParts]) -> Completeness:
    rows = tuple(pupils)
    by_slot: dict[str, list[tuple[Part, bool]]] = {}
    for row in rows:
        for part in row.parts:
            by_slot.setdefault(part.slot, []).append((part, row.held))
    return Completeness(tuple(_total(each, by_slot.get(each.slot, [])) for each in slots), rows)


def _total(of: SlotFacts, parts: Collection[tuple[Part, bool]]) -> SlotTotal:
    owed = [part for part, held in parts if part.is_open and not held]
    return SlotTotal(
        of.slot,
        of.name,
        of.short,
        of.staff_id,
        of.teacher,
        pupils=len(parts),
        submitted=sum(not part.is_open for part, _ in parts),
        signed=sum(part.state is PartState.SIGNED for part, _ in parts),
        open_pupils=len(owed),
        missing=sum(part.missing for part in owed),
        returned=sum(part.state is PartState.RETURNED for part in owed),
    )


@dataclass(frozen=True)
class Choice:
    """What to look at: only what is missing, one slot, pupils of one kind ("held" or a stage); empty is everything."""

    only_missing: bool = False
    slot: str = ""
    standing: str = ""


def chosen(found: Completeness, choice: Choice) -> Completeness:
    """The rows and columns that a choice leaves; totals still count the whole class."""
    totals = tuple(total for total in found.totals if _is_wanted(total, choice))
    slots = {total.slot for total in totals}
    rows = tuple(row for row in (_of_slots(row, slots) for row in found.pupils) if _is_wanted_row(row, choice))
    return Completeness(totals, rows)


def _is_wanted(total: SlotTotal, choice: Choice) -> bool:
    if choice.slot:
        return total.slot == choice.slot
    return not choice.only_missing or total.open_pupils > 0


def _of_slots(row: PupilParts, slots: Collection[str]) -> PupilParts:
    parts = tuple(part for part in row.parts if part.slot in slots)
    return PupilParts(row.record_id, row.order_no, row.full_name, row.stage, row.held, parts, row.moving)


def _is_wanted_row(row: PupilParts, choice: Choice) -> bool:
    if choice.only_missing and (row.is_complete or row.held):
        return False
    if choice.standing == "held":
        return row.held
    return not choice.standing or (row.stage.value == choice.standing and not row.held)


@dataclass(frozen=True)
class Selection:
    """What somebody ticked: single parts (slot and record), whole columns and whole rows."""

    parts: frozenset[tuple[str, UUID]] = frozenset()
    slots: frozenset[str] = frozenset()
    records: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class ToReturn:
    """By slot, the pupils whose part would go back; `left_out` counts single parts that cannot."""

    pupils: Mapping[str, tuple[PupilParts, ...]]
    left_out: int

    @property
    def count(self) -> int:
        return sum(len(rows) for rows in self.pupils.values())


def to_return(found: Completeness, selection: Selection) -> ToReturn:
    """Of a whole column or row only what can be sent back is meant."""
    taken: dict[str, list[PupilParts]] = {}
    for row in found.pupils:
        for part in row.parts:
            is_wanted = (
                (part.slot, row.record_id) in selection.parts
                or part.slot in selection.slots
                or row.record_id in selection.records
            )
            if is_wanted and part.may_return:
                taken.setdefault(part.slot, []).append(row)
    given = {(slot, row.record_id) for slot, rows in taken.items() for row in rows}
    ordered = {total.slot: tuple(taken[total.slot]) for total in found.totals if total.slot in taken}
    return ToReturn(ordered, len(selection.parts - given))
