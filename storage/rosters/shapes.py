"""What a class list would do to what is stored, pupil by pupil."""

from dataclasses import dataclass
from enum import StrEnum

from domain.calendar import SchoolYear
from domain.pupils import ListedPupil, PupilField
from domain.signature_plans import SignaturePlan


@dataclass(frozen=True)
class ListedClass:
    """A class of a list; what it is taught matters only if it is a new one."""

    school_year: SchoolYear
    grade: int
    name: str
    pupils: tuple[ListedPupil, ...]
    optional: tuple[str, ...] = ()  # optional and elective subjects
    topics: tuple[str, ...] = ()  # subjects of its study topics
    plan: SignaturePlan = SignaturePlan.SHEET


class Effect(StrEnum):
    ADDED = "added"  # to the class; the pupil may be known from an earlier year
    CHANGED = "changed"
    MOVED = "moved"  # from another class of the school and year
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class FieldChange:
    """Texts as people read them; what a list leaves empty is never a change. `old` is "" where it may not be shown."""

    field: PupilField
    old: str
    new: str


@dataclass(frozen=True)
class PupilEffect:
    """What becomes of one pupil; `order_no` is the number in the class afterwards."""

    pupil_code: str
    full_name: str
    effect: Effect
    order_no: int
    changes: tuple[FieldChange, ...] = ()
    from_class: str = ""


@dataclass(frozen=True)
class Member:
    """A pupil of a class by code and name."""

    pupil_code: str
    full_name: str


@dataclass(frozen=True)
class ClassEffect:
    """What becomes of one class. `missing` are its pupils whom the list does not name: they stay.

    `renumbered` of its pupils get another number; `has_book` is True once its book of a term has been opened.
    """

    school_year: SchoolYear
    grade: int
    name: str
    is_new: bool
    has_book: bool
    pupils: tuple[PupilEffect, ...]
    missing: tuple[Member, ...] = ()
    renumbered: int = 0


@dataclass(frozen=True)
class Clash:
    """Why a pupil of the list cannot be entered, or not as the list says, and the field it has to do with."""

    pupil_code: str
    field: PupilField
    message: str


@dataclass(frozen=True)
class Comparison:
    classes: tuple[ClassEffect, ...]
    clashes: tuple[Clash, ...] = ()
    notes: tuple[Clash, ...] = ()  # of pupils who are entered all the same

    def count(self, effect: Effect) -> int:
        return sum(pupil.effect is effect for group in self.classes for pupil in group.pupils)
