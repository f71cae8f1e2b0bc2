"""All rule sets an installation knows, and which of them judges a grade of a school year."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from domain.assessment import Term
from domain.calendar import SchoolYear, term_dates
from domain.errors import Invalid, NotFound
from domain.rules.reading import read_rule_set
from domain.rules.rule_set import RuleSet

_SHIPPED: Final = Path(__file__).parent / "data"
_LAST_YEAR: Final = SchoolYear(date.max.year)


@dataclass(frozen=True, eq=False)
class RuleBook:
    """Rule sets, oldest first; a version stays for as long as a record was computed with it."""

    rule_sets: tuple[RuleSet, ...]

    @classmethod
    def load(cls, *folders: Path) -> "RuleBook":
        """Read the shipped files, then those of each folder; the same version in a later one replaces the former.

        Raises Invalid for a missing folder, a malformed file, or a version that stands twice in one folder.
        """
        found: dict[str, RuleSet] = {}
        for folder in (_SHIPPED, *folders):
            found |= _versions_in(folder)
        return cls(tuple(sorted(found.values(), key=lambda rules: rules.age)))

    def choose(self, grade: int, school_year: SchoolYear, on: date) -> RuleSet:
        """Return the newest rules in force on that day for the grade in the school year; raise Invalid if none are."""
        for rules in reversed(self.rule_sets):
            if rules.binds(grade, school_year, on):
                return rules
        raise Invalid(f"Chưa có quy tắc đánh giá cho lớp {grade}, năm học {school_year}, vào ngày {on:%d/%m/%Y}.")

    def of_term(self, grade: int, school_year: SchoolYear, term: Term) -> RuleSet:
        """Return the rules in force for the grade when the term begins; raise Invalid if none are."""
        return self.choose(grade, school_year, term_dates(school_year, term).start)

    def newest(self, grade: int) -> RuleSet:
        """Return the newest rules of a grade; raise Invalid if there are none."""
        return self.choose(grade, _LAST_YEAR, date.max)

    def by_version(self, version: str) -> RuleSet:
        """Return the rules a result was computed with; raise NotFound for a version that is not here."""
        for rules in self.rule_sets:
            if rules.version == version:
                return rules
        raise NotFound(f"Không có bộ quy tắc “{version}”.")


def _versions_in(folder: Path) -> dict[str, RuleSet]:
    if not folder.is_dir():
        raise Invalid(f"Không có thư mục quy tắc {folder}.")
    found: dict[str, RuleSet] = {}
    for path in sorted(folder.glob("*.toml")):
        rules = read_rule_set(path)
        if rules.version in found:
            raise Invalid(f"Tệp quy tắc {path.name}: khoá “version” trùng với một tệp khác cùng thư mục.")
        found[rules.version] = rules
    return found


@cache
def rule_book() -> RuleBook:
    """Return the rules this process judges by: the shipped ones, and those of the installation's folder."""
    return RuleBook.load(*_folders)


_folders: list[Path] = []


def use_rules_of(folder: Path | None) -> None:
    """Judge by the rules of this folder, too; said once, when a process starts. Raises Invalid as `load` does."""
    _folders[:] = [folder] if folder else []
    rule_book.cache_clear()
    rule_book()
