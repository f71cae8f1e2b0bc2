"""What is fed with hostile bytes."""

from dataclasses import dataclass, field
from typing import Protocol

from domain.errors import DomainError


class Reader(Protocol):
    def __call__(self, data: bytes, /) -> object: ...


@dataclass(frozen=True)
class Target:
    """What reads bytes from outside, genuine bytes to begin with, and how it may refuse what it gets instead."""

    name: str
    read: Reader
    genuine: tuple[bytes, ...]
    refusals: tuple[type[Exception], ...] = field(default=(DomainError,))

    def bears(self, data: bytes) -> bool:
        """Whether the bytes were read; False if they were refused as they may be. Raises whatever else happens."""
        try:
            self.read(data)
        except self.refusals:
            return False
        return True
