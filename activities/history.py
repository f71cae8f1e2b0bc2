"""Publishes the history log: numbers what happened, appends it, signs a checkpoint."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from signing.log.events import EventKind, HistoryEvent, record_tag
from signing.log.log import HistoryLog
from signing.log.secret import log_secret
from signing.log.signers import NoteSigner
from signing.log.store import LocalTiles, TileStore
from storage import history
from storage.buckets import Place
from storage.database import Sessions
from storage.history import EventFacts
from storage.tiles import BucketTiles

AT_ONCE = 1000
KEY_FILE, SECRET_FILE = "history.key", "history.secret"
PUBLIC_KEY = "vkey"  # beside the checkpoint; whoever relies on it compares it with what the office has published


@dataclass(frozen=True)
class LogBook:
    """The history log of this installation: its files, the log over them, and the secret that hides record ids."""

    log: HistoryLog
    files: TileStore
    secret: bytes


def log_files(place: Place) -> TileStore:
    """The files of the log where they lie. In a bucket they may raise StoreUnavailable."""
    return LocalTiles(place) if isinstance(place, Path) else BucketTiles(place)


def open_log_book(place: Place, key_store: Path, origin: str) -> LogBook:
    """The log where it lies; its key and secret are in the key store, made there on first use. Raises LogDamaged."""
    files, signer = log_files(place), NoteSigner.open(key_store / KEY_FILE, origin)
    return LogBook(HistoryLog(files, signer, origin), files, log_secret(key_store / SECRET_FILE))


class HistoryKeeper:
    def __init__(self, sessions: Sessions, book: LogBook) -> None:
        self._sessions = sessions
        self._book = book

    def publish(self) -> int:
        """Append what has happened since; returns the log's size. Run again, or after a crash, it goes on."""
        while self._number():
            pass
        while self._append():
            pass
        self._publish_key()
        return self._book.log.checkpoint().size

    def _number(self) -> bool:
        """Give the next events their places; False once there are no more."""
        with self._sessions.begin() as session:
            found = history.unnumbered(session, AT_ONCE)
            history.number(session, [(each.event_id, leaf_of(each, self._book.secret)) for each in found])
        return len(found) == AT_ONCE

    def _publish_key(self) -> None:
        vkey = f"{self._book.log.log_key}\n".encode()
        if self._book.files.read(PUBLIC_KEY) != vkey:
            self._book.files.write(PUBLIC_KEY, vkey)

    def _append(self) -> bool:
        """Write the next numbered entries; False when there are none. The database says what they are."""
        with self._sessions.begin() as session:
            history.lock(session)
            start = self._book.log.checkpoint().size
            leaves: Sequence[bytes] = history.leaves_from(session, start, AT_ONCE)
            if not leaves:
                return False
            checkpoint = self._book.log.append(start, leaves)
            note = self._book.files.read("checkpoint") or b""
            history.add_checkpoint(session, checkpoint.size, note.decode(), hashlib.sha256(note).hexdigest())
        return True


def leaf_of(facts: EventFacts, secret: bytes) -> bytes:
    """The entry that says so; raises EventInvalid for facts that no event may have."""
    event = HistoryEvent(
        kind=EventKind(facts.kind),
        record=record_tag(secret, facts.record_id),
        version=facts.version,
        sha256=facts.sha256,
        school=facts.school_code,
        at=facts.happened_at.replace(microsecond=0).astimezone(UTC),
    )
    return event.to_leaf()
