"""What a roster would change of what is registered: adds, fills in, ends; never removes and never contradicts."""

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from domain.calendar import SchoolYear
from domain.errors import Invalid
from domain.rostering import (
    Assignment,
    Authority,
    ClassKey,
    Enrolment,
    Group,
    Position,
    Post,
    Pupil,
    Roster,
    School,
    StaffMember,
    YearSpan,
    booked_twice,
    curriculum_of,
    double_booked,
)

Part = TypeVar("Part", Authority, School, YearSpan, Group, StaffMember, Pupil, Enrolment, Position, Assignment)
NOTHING: Final = (None, "", 0, ())  # what a part says nothing with


class Fate(StrEnum):
    """What becomes of a part of a roster."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"  # the roster says something else, and it stays as it is here
    ABSENT = "absent"  # it is here, and not in the roster


@dataclass(frozen=True)
class Changes(Generic[Part]):
    """All parts of one kind as they are afterwards, each with its fate."""

    parts: tuple[tuple[Part, Fate], ...]

    @property
    def after(self) -> list[Part]:
        return [part for part, _ in self.parts]

    def of(self, fate: Fate) -> list[Part]:
        return [part for part, its in self.parts if its is fate]


@dataclass(frozen=True)
class RosterChanges:
    """Every kind of a roster, in the order in which they are written."""

    authorities: Changes[Authority]
    schools: Changes[School]
    years: Changes[YearSpan]
    groups: Changes[Group]
    staff: Changes[StaffMember]
    positions: Changes[Position]
    assignments: Changes[Assignment]
    pupils: Changes[Pupil]
    enrolments: Changes[Enrolment]


def compare(current: Roster, wanted: Roster, settled: Collection[str] = ()) -> RosterChanges:
    """Return what becomes of each part; `settled` are the codes of pupils whose papers are signed or being signed.

    Pupils and their enrolments follow the roster; a settled one only gets what was missing. A post may be given its
    end. Everything else that is known stays as it is.
    """

    def pupil(old: Pupil, new: Pupil) -> Pupil:
        return _completed(old, new) if old.code in settled else _filled(old, new)

    def enrolment(old: Enrolment, new: Enrolment) -> Enrolment:
        return _completed(old, new) if old.pupil in settled else _filled(old, new)

    return RosterChanges(
        authorities=_compare(current.authorities, wanted.authorities, lambda each: each.code, _stays),
        schools=_compare(current.schools, wanted.schools, lambda each: each.code, _stays),
        years=_compare(current.years, wanted.years, lambda each: each.year, _stays),
        groups=_compare(current.groups, wanted.groups, lambda each: each.key, _stays),
        staff=_compare(current.staff, wanted.staff, lambda each: (each.school, each.personal_id), _stays),
        positions=_compare_posts(current.positions, wanted.positions),
        assignments=_compare_posts(current.assignments, wanted.assignments),
        pupils=_compare(current.pupils, wanted.pupils, lambda each: each.code, pupil),
        enrolments=_compare(current.enrolments, wanted.enrolments, lambda each: (each.group, each.pupil), enrolment),
    )


def conflicts(current: Roster, wanted: Roster, changes: RosterChanges) -> list[str]:
    """Return why the changes cannot be made: what would then contradict itself, a sentence each."""
    ids = {pupil.code: pupil.personal_id for pupil in current.pupils}
    others = [new for new in wanted.pupils if new.personal_id and ids.get(new.code) not in {None, "", new.personal_id}]
    booked: list[Position | Assignment] = [
        *double_booked(changes.positions.after),
        *double_booked(changes.assignments.after),
    ]
    return [
        *(f"Mã học sinh {each.code} đã dùng cho một học sinh có số định danh khác." for each in others),
        *(f"Học sinh {one} và học sinh {other} có cùng số định danh cá nhân." for one, other in _twins(changes)),
        *map(booked_twice, booked),
        *_two_classes(changes.enrolments.after),
        *_misfits(changes),
    ]


def _misfits(changes: RosterChanges) -> list[str]:
    """A sentence for each class that cannot be as it is said, and for each new duty in what a class is not taught."""
    slots, found = {}, []
    for group in changes.groups.after:
        try:
            slots[group.key] = curriculum_of(group).slots
        except Invalid as refused:
            found.append(f"Chưa ghi được {_name(group.key)}: {refused.message}")
    duties = dict.fromkeys((each.group, each.slot) for each in changes.assignments.of(Fate.ADDED))
    return found + [
        f"Chưa phân công được môn “{slot}”: {_name(key)} không học môn này."
        for key, slot in duties
        if slot not in slots.get(key, (slot,))
    ]


def _two_classes(enrolments: Iterable[Enrolment]) -> list[str]:
    """A sentence for each pupil who is in two classes of a year at once."""
    attended: dict[tuple[str, SchoolYear], list[ClassKey]] = {}
    for each in enrolments:
        if each.left_on is None:
            attended.setdefault((each.pupil, each.group.year), []).append(each.group)
    return [
        f"Học sinh {pupil} đang học cả {_names(groups)} trong năm học {year}."
        for (pupil, year), groups in attended.items()
        if len(groups) > 1
    ]


def _names(groups: Iterable[ClassKey]) -> str:
    return " và ".join(map(_name, sorted(groups)))


def _name(key: ClassKey) -> str:
    return f"lớp {key.name} (trường {key.school})"


def _twins(changes: RosterChanges) -> list[tuple[str, str]]:
    seen: dict[str, str] = {}
    codes = sorted((each.code, each.personal_id) for each in changes.pupils.after if each.personal_id)
    return [(first, code) for code, personal_id in codes if (first := seen.setdefault(personal_id, code)) != code]


def _stays(old: Part, _: Part) -> Part:
    return old


def _filled(old: Part, new: Part) -> Part:
    """The old one with what the new one says; what it does not say stays."""
    return replace(old, **_said(new))


def _completed(old: Part, new: Part) -> Part:
    """The old one, and what it did not say yet."""
    return replace(old, **{name: value for name, value in _said(new).items() if getattr(old, name) in NOTHING})


def _said(part: Part) -> dict[str, Any]:
    told = {each.name: getattr(part, each.name) for each in fields(part) if each.compare}
    return {name: value for name, value in told.items() if value not in NOTHING}


def _compare(
    current: Iterable[Part],
    wanted: Iterable[Part],
    key: Callable[[Part], Hashable],
    merged: Callable[[Part, Part], Part],
) -> Changes[Part]:
    known: dict[Hashable, Part] = {key(each): each for each in current}
    parts: list[tuple[Part, Fate]] = [_judged(known.pop(key(new), None), new, merged) for new in wanted]
    parts.extend((old, Fate.ABSENT) for old in known.values())
    return Changes(tuple(parts))


def _judged(old: Part | None, new: Part, merged: Callable[[Part, Part], Part]) -> tuple[Part, Fate]:
    if old is None:
        return new, Fate.ADDED
    if (after := merged(old, new)) != old:
        return after, Fate.CHANGED
    return old, (Fate.UNCHANGED if _filled(old, new) == old else Fate.KEPT)


def _compare_posts(current: Iterable[Post], wanted: Iterable[Post]) -> Changes[Post]:
    """A post is known if the same person has it at an overlapping time."""
    left: dict[tuple[object, ...], list[Post]] = {}
    for old in current:
        left.setdefault(old.post, []).append(old)
    parts: list[tuple[Post, Fate]] = []
    for new in wanted:
        held = left.get(new.post, [])
        known = next((old for old in held if old.period.overlaps(new.period)), None)
        parts.append(_judged(known, new, _ended))
        if known is not None:
            held.remove(known)
    parts.extend((old, Fate.ABSENT) for held in left.values() for old in held)
    return Changes(tuple(parts))


def _ended(old: Post, new: Post) -> Post:
    """The old one with the end the new one tells; an end that is known is not moved."""
    return replace(old, period=replace(old.period, until=old.period.until or new.period.until))
