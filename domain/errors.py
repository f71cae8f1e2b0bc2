"""What the rules refuse. Messages are fit for the people who read them (Vietnamese)."""


class DomainError(Exception):
    """Base of every refusal; `code` is stable and travels as the Temporal and problem-details type."""

    code = "DomainError"

    def __init__(self, message: str, record_ids: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.record_ids = record_ids


class NotAllowed(DomainError):
    """The person, slot or stage may not do this now."""

    code = "NotAllowed"


class NotFound(DomainError):
    """There is no such thing, or not for this person."""

    code = "NotFound"


class Conflict(DomainError):
    """Somebody else was first, or the state has moved on."""

    code = "Conflict"


class Incomplete(DomainError):
    """Something that must be filled in is missing."""

    code = "Incomplete"


class Invalid(DomainError):
    """A value is outside what the rules allow."""

    code = "Invalid"
