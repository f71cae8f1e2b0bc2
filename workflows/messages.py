"""What travels to, from and through the class-term workflow: ids, codes, counts and hashes only."""

from dataclasses import dataclass, field, replace

from domain.deadlines import Deadline, Hook
from domain.decisions import Failure
from domain.lifecycle import class_stage
from domain.record_states import ClassTerm, RecordState
from storage.reopening import BookStanding

SEEN_LIMIT = 300


@dataclass(frozen=True)
class Outcome:
    """The answer to a decision: its number, what it did, and what it could not do."""

    seq: int
    done: tuple[str, ...]
    failed: tuple[Failure, ...] = ()
    stage: str = ""


@dataclass(frozen=True)
class ClassTermState:
    """Everything a class-term carries over continue-as-new (well under 40 KB for 50 pupils)."""

    class_term_id: str
    school_id: str
    class_id: str
    school_year: str
    term: str
    label: str
    subject_slots: tuple[str, ...]
    records: dict[str, RecordState]
    deadline: Deadline
    parts: int = 0
    seq: int = 0
    fired: tuple[Hook, ...] = ()
    seen: dict[str, Outcome] = field(default_factory=dict)
    signs_records: bool = False  # each subject teacher signs every record, not only the class's sheet
    resumed: bool = False  # a book that was over, or lost: where it stands is read before anything is done

    def class_term(self) -> ClassTerm:
        return ClassTerm(self.subject_slots, self.records, self.parts, self.signs_records)

    def loaded(self, found: BookStanding) -> "ClassTermState":
        """The state of a resumed book. Who sends a command again hears what it did, and where the class stands now."""
        known = replace(
            self, records=found.records, parts=found.parts, seq=found.seq, deadline=found.deadline, fired=found.fired,
            resumed=False,
        )  # fmt: skip
        stage = class_stage(known.class_term()).value
        return replace(
            known, seen={each.command_id: Outcome(each.seq, each.record_ids, (), stage) for each in found.answered}
        )

    def after(self, term: ClassTerm, command_id: str, outcome: Outcome) -> "ClassTermState":
        """The state once a decision has taken effect; old answers fall off the end."""
        seen = dict([*self.seen.items(), (command_id, outcome)][-SEEN_LIMIT:])
        return replace(self, records=dict(term.records), parts=term.parts, seq=outcome.seq, seen=seen)


@dataclass(frozen=True)
class Snapshot:
    """Where a class-term stands, for reconciling it with the projection."""

    seq: int
    stage: str
    parts: int
    records: dict[str, RecordState]
    deadline: Deadline
    fired: tuple[Hook, ...]
    is_late: bool


@dataclass(frozen=True)
class Waiting:
    """A slot and the records that wait for it."""

    slot: str
    record_ids: tuple[str, ...]
