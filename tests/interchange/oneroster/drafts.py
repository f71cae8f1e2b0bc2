"""Packages that may be bent before they are zipped."""

import csv
import io
from dataclasses import dataclass
from typing import Self

from domain.rostering import Roster
from interchange.oneroster.archive import read_archive
from interchange.oneroster.outgoing import write_package
from tests.interchange.workbooks import packed
from tests.rostering import ROSTER

Lines = list[dict[str, str]]


@dataclass
class Draft:
    """The tables of a package by name, to be bent; every line has every column of its file."""

    tables: dict[str, Lines]

    @classmethod
    def of(cls, roster: Roster = ROSTER) -> Self:
        return cls.read(write_package(roster))

    @classmethod
    def read(cls, data: bytes) -> Self:
        return cls({name.removesuffix(".csv"): lines(content) for name, content in read_archive(data).items()})

    def set(self, file: str, number: int, **cells: str) -> Self:
        """Change cells of a line; a name with `__` is one of our own columns."""
        for name, text in cells.items():
            column = f"metadata.hocba.{name[2:]}" if name.startswith("__") else name
            for line in self.tables[file]:
                line.setdefault(column, "")
            self.tables[file][number][column] = text
        return self

    def add(self, file: str, **cells: str) -> Self:
        """Add a line: the last one, with these cells instead."""
        self.tables[file].append({**self.tables[file][-1], **cells})
        return self

    def drop(self, file: str, number: int) -> Self:
        del self.tables[file][number]
        return self

    def without(self, file: str, column: str) -> Self:
        self.tables[file] = [
            {name: text for name, text in line.items() if name != column} for line in self.tables[file]
        ]
        return self

    def find(self, file: str, **cells: str) -> int:
        """Number of the first line with these cells, from 0."""
        return next(n for n, line in enumerate(self.tables[file]) if cells.items() <= line.items())

    def declare(self, name: str, mode: str) -> Self:
        return self.set("manifest", self.find("manifest", propertyName=f"file.{name}"), value=mode)

    def plain(self) -> Self:
        """As a system gives it that does not know hocba: without columns of our own."""
        for file, table in self.tables.items():
            self.tables[file] = [{n: t for n, t in line.items() if not n.startswith("metadata.")} for line in table]
        return self

    def files(self) -> dict[str, bytes]:
        return {f"{name}.csv": text(table) for name, table in self.tables.items()}

    def zip(self) -> bytes:
        return packed(self.files())


def lines(data: bytes) -> Lines:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def text(table: Lines) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(table[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue().encode()
