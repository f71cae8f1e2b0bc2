"""What a list is narrowed to: as its address says it, and by class and term."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Protocol, TypeAlias
from urllib.parse import urlencode

from fastapi import Query

from domain.assessment import Term

ClassAsked: TypeAlias = Annotated[str, Query(alias="lop", max_length=20)]
TermAsked: TypeAlias = Annotated[str, Query(alias="hoc-ki", max_length=30)]


class OfClassTerm(Protocol):
    """Something of a class in a term."""

    @property
    def class_name(self) -> str: ...
    @property
    def term(self) -> Term: ...
    @property
    def school_year(self) -> str: ...


@dataclass(frozen=True)
class ClassTermChoice:
    """A class by its name, and a term by its key (`terms_of`); empty is every one."""

    class_name: str = ""
    term: str = ""

    def takes(self, each: OfClassTerm) -> bool:
        return self.class_name in {"", each.class_name} and self.term in {"", _key(each)}


def classes_of(every: Iterable[OfClassTerm]) -> list[str]:
    return list(dict.fromkeys(each.class_name for each in every))


def terms_of(every: Iterable[OfClassTerm]) -> dict[str, tuple[Term, str]]:
    """The terms with their school years, by the key that an address names them by."""
    return {_key(each): (each.term, each.school_year) for each in every}


def query_string(asked: Mapping[str, str]) -> str:
    """What is asked for as the address says it, without what is not."""
    return urlencode({name: value for name, value in asked.items() if value})


def _key(each: OfClassTerm) -> str:
    return f"{each.term}/{each.school_year}"
