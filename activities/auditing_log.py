"""Audits the history log: it continues every state it was ever published in, and says what the database says."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from activities.findings import Fault, Finding, Step, fault_of
from activities.history import LogBook, leaf_of
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
            held, findings = self._held(start, end, published.size)
            differing = [each for each in found if each.facts and not self._agrees(each, each.facts, held)]
            owners = auditing.owners(session, {each.facts.sha256 for each in differing if each.facts})
        missing = set(range(start, end)) - {each.position for each in found}
        findings += [_lost(position) for position in sorted(missing)]
        findings += [finding for each in found for finding in self._event(each, published.size, stamped)]
        findings += [_differs(each, owners) for each in differing]
        return Step(findings, max(end - start, 0), str(end) if end > start else None)

    def _held(self, start: int, end: int, size: int) -> tuple[Mapping[int, bytes], list[Finding]]:
        """Entries of the published log by position; those of a damaged file are left out and said to be."""
        try:
            entries = Tiles(self._book.files, size).entries(start, min(end, size)) if start < size else []
        except LogDamaged as error:
            return {}, [Finding(Fault.CHANGED, f"positions {start}-{end - 1}", error.message)]
        return dict(enumerate(entries, start)), []

    def _agrees(self, event: NumberedEvent, facts: EventFacts, held: Mapping[int, bytes]) -> bool:
        try:
            expected = leaf_of(facts, self._book.secret)
        except EventInvalid:
            return False
        return event.leaf == expected == held.get(event.position, expected)

    def _event(
        self, event: NumberedEvent, published: int, stamped: Sequence[tuple[int, datetime]]
    ) -> Iterator[Finding]:
        subject = f"position {event.position}"
        if event.facts is None:
            sentence = f"Văn bản {event.document_id} mà mục nhật ký nói tới không còn trong cơ sở dữ liệu."
            yield Finding(Fault.REMOVED, subject, sentence)
        if event.position >= published and event.happened_at < self._now - GRACE:
            yield Finding(Fault.HIDDEN, subject, "Sự kiện đã được đánh số nhưng không có trong nhật ký đã công bố.")
        if is_back_dated(event, stamped):
            sentence = "Thời điểm ghi trong sự kiện không khớp dấu thời gian của điểm chốt chứa nó."
            yield Finding(Fault.BACK_DATED, subject, sentence)


def is_back_dated(event: NumberedEvent, stamped: Sequence[tuple[int, datetime]]) -> bool:
    """Whether the event's time does not fit its place among stamped checkpoints, given by size and time in order.

    An event belongs before the first time stamp that covers it, and not long before it, nor before an earlier one.
    """
    first = bisect_right(stamped, event.position, key=lambda each: each[0])
    is_covered = first < len(stamped)
    if is_covered and event.happened_at > stamped[first][1] + CLOCK_SKEW:
        return True
    nearest = stamped[first : first + 1] or stamped[-1:]
    return any(event.happened_at < at - ALLOWED for _, at in nearest)


def _lost(position: int) -> Finding:
    return Finding(Fault.REMOVED, f"position {position}", "Sự kiện ở vị trí này không còn trong cơ sở dữ liệu.")


def _differs(event: NumberedEvent, owners: set[tuple[str, UUID]]) -> Finding:
    sha256 = event.facts.sha256 if event.facts else ""
    fault = fault_of(sha256, event.document_id, owners)
    return Finding(fault, f"position {event.position}", f"Mục nhật ký không khớp văn bản {event.document_id}.")
