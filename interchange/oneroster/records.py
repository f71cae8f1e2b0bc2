"""Lines of a package's tables, and what is wrong with them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias

from domain.errors import DomainError
from interchange.sheets import Severity

OURS: Final = "metadata.hocba."
LONGEST_MESSAGE: Final = 300  # a message quotes what stands in a cell, which may be a whole book
Value: TypeAlias = str | int | date | tuple[str, ...]


@dataclass(frozen=True)
class FileProblem:
    """What is wrong with one cell, line or file, in words for the person who made it."""

    file: str
    line: int  # of the file, from 1; 0 for the file as a whole
    column: str  # heading; "" for a line as a whole
    message: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        line = f", dòng {self.line}" if self.line else ""
        column = f", cột {self.column}" if self.column else ""
        return f"{self.file}{line}{column}: {self.message}"


@dataclass(frozen=True)
class Record:
    """One line; empty cells are left out. `metadata` holds the columns of one's own by their whole heading."""

    file: str
    line: int
    values: Mapping[str, Value]
    metadata: Mapping[str, str]

    @property
    def id(self) -> str:
        return self.text("sourcedId")

    def text(self, column: str) -> str:
        value = self.values.get(column, "")
        return value if isinstance(value, str) else ""

    def number(self, column: str) -> int:
        value = self.values.get(column, 0)
        return value if isinstance(value, int) else 0

    def day(self, column: str) -> date | None:
        value = self.values.get(column)
        return value if isinstance(value, date) else None

    def many(self, column: str) -> tuple[str, ...]:
        value = self.values.get(column, ())
        return value if isinstance(value, tuple) else ()

    def ours(self, name: str) -> str:
        """What our own column of that name holds."""
        return self.metadata.get(OURS + name, "")


Table: TypeAlias = tuple[Record, ...]


@dataclass
class Findings:
    """Collects problems while a package is read."""

    problems: list[FileProblem] = field(default_factory=list)

    def add(self, file: str, line: int, column: str, message: str, severity: Severity = Severity.ERROR) -> None:
        said = message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}…"
        self.problems.append(FileProblem(file, line, column, said, severity))

    def blame(self, record: Record, column: str, message: str) -> None:
        self.add(record.file, record.line, column, message)

    def review(self, record: Record, column: str, message: str) -> None:
        """Note what is taken over, or left out, and should be looked at."""
        self.add(record.file, record.line, column, message, Severity.REVIEW)

    def skip(self, file: str, column: str, message: str) -> None:
        """Note, once for a whole file, what is left out."""
        self.add(file, 0, column, message, Severity.REVIEW)

    @contextmanager
    def refusals(self, record: Record, column: str) -> Iterator[None]:
        """Turn what the rules refuse inside a `with` block into a problem of the cell, and go on."""
        try:
            yield
        except DomainError as refused:
            self.blame(record, column, refused.message)

    @property
    def has_errors(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self.problems)
