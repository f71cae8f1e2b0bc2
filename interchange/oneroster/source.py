"""A package whose files fit together, with what a reader of its contents keeps at hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from interchange.oneroster.package import Package
from interchange.oneroster.records import Findings, Record, Table
from interchange.oneroster.vocabulary import STUDENT


@dataclass
class Source:
    """The package, and the problems found in it so far."""

    package: Package
    findings: Findings = field(default_factory=Findings)

    def table(self, name: str) -> Table:
        return self.package.tables[name]

    def get(self, name: str, sourced_id: str) -> Record:
        """The line of an id; that it is there was checked when the package was read."""
        return self._by_id[name][sourced_id]

    def has(self, name: str, sourced_id: str) -> bool:
        return sourced_id in self._by_id[name]

    @cached_property
    def _by_id(self) -> Mapping[str, Mapping[str, Record]]:
        return {name: {record.id: record for record in table} for name, table in self.package.tables.items()}

    def classes_shared(self, class_id: str) -> set[str]:
        """The classes in which all pupils of this one are; none where it has no pupils."""
        pupils = self._pupils_by_class.get(class_id, set())
        return set.intersection(*(self._classes_by_pupil[each] for each in pupils)) if pupils else set()

    @cached_property
    def _pupils_by_class(self) -> Mapping[str, set[str]]:
        return self._gathered("classSourcedId", "userSourcedId")

    @cached_property
    def _classes_by_pupil(self) -> Mapping[str, set[str]]:
        return self._gathered("userSourcedId", "classSourcedId")

    def _gathered(self, by: str, column: str) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for record in self.table("enrollments"):
            if record.text("role") == STUDENT:
                found.setdefault(record.text(by), set()).add(record.text(column))
        return found

    @cached_property
    def school_ids(self) -> frozenset[str]:
        """The schools that have classes; no other is taken over."""
        return frozenset(record.text("schoolSourcedId") for record in self.table("classes"))
