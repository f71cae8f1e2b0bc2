"""What the log proves of a chain: its checkpoint, when that existed, who witnessed it, and the entries under it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from domain.chains import LinkEvent, LoggedLink
from signing.chain.file import ChainFile, stated
from signing.chain.form import Entry
from signing.chain.verdicts import ChainCheck, ChainFinding, looked_at, only_if
from signing.dss import ValidationMaterial
from signing.evidence.checking import check_evidence
from signing.evidence.errors import EvidenceExpired, EvidenceInvalid
from signing.log.checkpoint import Checkpoint, open_checkpoint
from signing.log.errors import EventInvalid, NoteInvalid
from signing.log.events import HistoryEvent
from signing.log.merkle import includes, leaf_hash
from signing.log.notes import Note, VerifierKey
from signing.tokens import CLOCK_SKEW
from signing.verification.grounds import gather
from signing.verification.verdicts import Verdict


@dataclass(frozen=True)
class Trust:
    """What a verifier brings: trusted roots, the log's key if he has it, and keys of offices that must have signed."""

    roots: Sequence[x509.Certificate]
    log_key: VerifierKey | None = None
    witnesses: Sequence[VerifierKey] = ()


@dataclass(frozen=True)
class LogView:
    """The log as far as the file shows it; `checkpoint` is None if it cannot be relied on."""

    checkpoint: Checkpoint | None
    stamped_at: datetime | None
    findings: tuple[ChainFinding, ...]


def see_log(file: ChainFile, trust: Trust, moment: datetime) -> LogView:
    """Checkpoint, time and statement. Without the log's key they are taken as they are, and said to be unproven."""
    key = trust.log_key
    try:
        note = Note.parse(file.checkpoint)
        checkpoint = open_checkpoint(file.checkpoint, key, key.name) if key else Checkpoint.parse(note.text)
    except NoteInvalid:
        broken = ChainFinding(ChainCheck.CHECKPOINT, Verdict.INVALID)
        return LogView(None, None, (*statement_findings(file, key), broken))
    said = file.chain.log
    is_same = (checkpoint.origin, checkpoint.size) == (said.origin, said.size)
    outcome = Verdict.INVALID if not is_same else Verdict.VALID if key else Verdict.INDETERMINATE
    stamped_at, timed = _time_of(file, note, trust, moment)
    findings = (
        *statement_findings(file, key),
        ChainFinding(ChainCheck.CHECKPOINT, outcome),
        timed,
        *_witnessed(note, trust),
    )
    return LogView(checkpoint if is_same else None, stamped_at, findings)


def event_findings(link: LoggedLink, file: ChainFile, view: LogView) -> list[ChainFinding]:
    """Whether the log says of a paper what its link says, each event once, in order, and under the checkpoint."""
    entries = {each.position: each for each in file.chain.log.entries}
    own = [(event, entries.get(event.position)) for event in link.events]
    said = (f"{event.position}" for event, entry in own if entry is None or not _agrees(link, event, entry, view))
    unproven = (f"{event.position}" for event, entry in own if entry is None or not _is_included(entry, view))
    return [*looked_at(ChainCheck.EVENTS, said), *looked_at(ChainCheck.INCLUDED, unproven)]


def tags_of(link: LoggedLink, file: ChainFile) -> set[str]:
    """By which names the log's entries call a paper's record; one, if all is well."""
    wanted = {each.position for each in link.events}
    return set(_tags(each for each in file.chain.log.entries if each.position in wanted))


def _tags(entries: Iterator[Entry]) -> Iterator[str]:
    for entry in entries:
        event = _event_of(entry)
        yield event.record if event else ""


def statement_findings(file: ChainFile, key: VerifierKey | None) -> list[ChainFinding]:
    """Whether the log's keeper says that this is all of it: nothing else shows that an entry was left out."""
    try:
        note = Note.parse(file.statement)
        if key:
            key.find(note)
    except NoteInvalid:
        return only_if(ChainCheck.STATEMENT, holds=False)
    if note.text != stated(file.chain.dumps()):
        return only_if(ChainCheck.STATEMENT, holds=False)
    return [ChainFinding(ChainCheck.STATEMENT, Verdict.VALID if key else Verdict.INDETERMINATE)]


def _time_of(file: ChainFile, note: Note, trust: Trust, moment: datetime) -> tuple[datetime | None, ChainFinding]:
    # Evidence is over the checkpoint as it was first published, before others signed it.
    own = [each for each in note.signatures if trust.log_key is None or trust.log_key.made(each)]
    digest = hashlib.sha256(Note(note.text, tuple(own[:1])).encode()).digest()
    unproven = ChainFinding(ChainCheck.CHECKPOINT_TIME, Verdict.INDETERMINATE)
    try:
        grounds = gather(trust.roots, moment, ValidationMaterial(), file.material)
        proof = check_evidence(
            file.checkpoint_evidence, {"sha256": digest}, grounds.roots, moment=moment, **grounds.known
        )
    except (EvidenceInvalid, EvidenceExpired):
        return None, unproven
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - bytes made to deceive make parsers raise anything
        return None, unproven
    return proof.time, ChainFinding(ChainCheck.CHECKPOINT_TIME, Verdict.VALID)


def _witnessed(note: Note, trust: Trust) -> Iterator[ChainFinding]:
    for witness in trust.witnesses:
        try:
            witness.find(note)
            outcome = Verdict.VALID
        except NoteInvalid:
            is_there = any(witness.made(line) for line in note.signatures)
            outcome = Verdict.INVALID if is_there else Verdict.INDETERMINATE
        yield ChainFinding(ChainCheck.WITNESS, outcome, witness.name)


def _agrees(link: LoggedLink, event: LinkEvent, entry: Entry, view: LogView) -> bool:
    found = _event_of(entry)
    if found is None:
        return False
    said = (found.kind.value, found.at.strftime("%Y-%m-%dT%H:%M:%SZ"), found.version, found.sha256, found.school)
    is_late = view.stamped_at is not None and found.at > view.stamped_at + CLOCK_SKEW
    return said == (event.event.value, event.at, link.version, link.sha256, link.school_code) and not is_late


def _is_included(entry: Entry, view: LogView) -> bool:
    if view.checkpoint is None:
        return False
    return includes(leaf_hash(entry.leaf.encode()), entry.position, view.checkpoint.head, entry.hashes)


def _event_of(entry: Entry) -> HistoryEvent | None:
    try:
        return HistoryEvent.from_leaf(entry.leaf.encode())
    except (EventInvalid, UnicodeEncodeError):
        return None
