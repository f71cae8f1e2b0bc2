"""Audits the history log: it continues every state it was ever published in, and says what the database says."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from activities.findings import Fault, Finding, Step
from activities.history import LogBook, leaf_of
from domain.errors import DomainError
from signing.log.checkpoint import Checkpoint, check_continues, open_checkpoint
from signing.log.errors import EventInvalid, LogDamaged, LogForked, NoteInvalid
from signing.log.merkle import EMPTY_ROOT
from signing.log.notes import VerifierKey
from signing.log.tiles import Tiles
from signing.tokens import CLOCK_SKEW
from storage import auditing
from storage.auditing import NumberedEvent
from storage.database import Sessions
from storage.history import EventFacts
from storage.tables import LogCheckpoint

AT_ONCE = 1000
# Between an event and the first time stamp over it: an authority may be out of reach for a weekend.
ALLOWED = timedelta(days=3)
# Publishing is tried every minute.
GRACE = timedelta(days=1)


class LogAudit:
    """`log_key` is what verifies the log's checkpoints, and carries the log's origin as its name."""

    def __init__(self, sessions: Sessions, book: LogBook, log_key: VerifierKey, now: datetime) -> None:
        self._sessions = sessions
        self._book = book
        self._log_key = log_key
        self._now = now

    def whole(self, _: str) -> Step:
        """The log by itself: every entry and every hash under its signed checkpoint."""
        try:
            size = self._book.log.check().size
        except (LogDamaged, NoteInvalid) as error:
            return Step([Finding(Fault.CHANGED, "log", error.message)], 0, None)
        return Step([], size, None)

    def checkpoints(self, after: str) -> Step:
        """Every state that was published before."""
        published = self._published()
        with self._sessions() as session:
            rows = auditing.checkpoints(session, int(after or -1), AT_ONCE)
        findings = [finding for row in rows for finding in self._checkpoint(row, published)]
        return Step(findings, len(rows), str(rows[-1].size) if rows else None)

    def _published(self) -> Checkpoint:
        """What the log shows; an unreadable checkpoint, which `whole` finds, shows nothing."""
        try:
            return self._book.log.checkpoint()
        except NoteInvalid:
            return Checkpoint(self._log_key.name, 0, EMPTY_ROOT)

    def _checkpoint(self, row: LogCheckpoint, published: Checkpoint) -> Iterator[Finding]:
        subject, note = f"checkpoint {row.size}", row.note.encode()
        try:
            old = open_checkpoint(note, self._log_key, self._log_key.name)
            if (old.size, hashlib.sha256(note).hexdigest()) != (row.size, row.sha256):
                yield Finding(Fault.CHANGED, subject, "Điểm chốt đã lưu không khớp mã băm hoặc kích thước của nó.")
            check_continues(old, published, self._proof(old.size, published.size))
        except LogForked as error:
            yield Finding(Fault.FORKED, subject, error.message)
        except (LogDamaged, NoteInvalid) as error:
            yield Finding(Fault.CHANGED, subject, error.message)

    def _proof(self, old: int, new: int) -> Sequence[bytes]:
        return Tiles(self._book.files, new).consistency_proof(old, new) if old <= new else []

    def entries(self, after: str) -> Step:
        """Every entry against its event and the document that this is about, and their times against time stamps."""
        start, published = int(after or 0), self._published()
        with self._sessions() as session:
            end = min(start + AT_ONCE, max(published.size, auditing.numbered(session)))
            found = auditing.events(session, start, end)
            stamped = auditing.stamped_checkpoints(session)
            held, findings = self._held(start, min(end, published.size))
            differing = [each for each in found if each.facts and not self._agrees(each, each.facts, held)]
            owners = auditing.owners(session, {each.facts.sha256 for each in differing if each.facts})
        missing = set(range(start, end)) - {each.position for each in found}
        findings += [_lost(position) for position in sorted(missing)]
        findings += [finding for each in found for finding in self._event(each, published.size, stamped)]
        findings += [_differs(each, owners) for each in differing]
        return Step(findings, max(end - start, 0), str(end) if end > start else None)
