"""What the history log refuses, in words fit for whoever keeps or checks it."""

from domain.errors import Conflict, DomainError, Invalid, NotFound


class LogForked(Conflict):
    """Two checkpoints are not of one history: entries were removed, changed or put in between."""

    code = "LogForked"


class LogDamaged(DomainError):
    """What is stored (a tile, an entry, the key) is missing or does not fit the signed checkpoint."""

    code = "LogDamaged"


class NoteInvalid(Invalid):
    """A note, checkpoint or verifier key is malformed, of another log, or not signed by the expected key."""

    code = "NoteInvalid"


class AppendRefused(Conflict):
    """The entries do not continue the log: a gap, other content at a written place, or an entry that is too long."""

    code = "AppendRefused"


class NoSuchEntry(NotFound):
    """The log has no such entry, or not so many entries."""

    code = "NoSuchEntry"


class EventInvalid(Invalid):
    """A leaf is not an event of ours, or not written canonically."""

    code = "EventInvalid"
