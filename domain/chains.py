"""A pupil's chain: every version of every year's record and identity page at every school, and what lies between them.

What stands in a chain is what signed papers say, and what the history log says became of them; nothing is added.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Literal, TypeAlias

from domain.documents import SchoolingLine


class LinkKind(StrEnum):
    IDENTITY_PAGE = "identity_page"
    PAPER_EXTRACT = "paper_extract"
    NO_RECORD = "no_record"
    TERM_SUMMARY = "term_summary"
    TRANSFER_RESULT = "transfer_result"
    MOVE = "move"
    YEAR_RECORD = "year_record"


class LinkState(StrEnum):
    """How a paper stands; `NOT_LOGGED` is one that the history log does not speak of."""

    IN_FORCE = "in_force"
    RECALLED = "recalled"
    SUPERSEDED = "superseded"
    NOT_LOGGED = "not_logged"


class Happened(StrEnum):
    """What the history log says of a paper."""

    ISSUED = "issued"
    RECALLED = "recalled"
    SUPERSEDED = "superseded"
    TRANSFERRED = "transferred"


@dataclass(frozen=True)
class LinkEvent:
    """An event of a paper: when (ISO, UTC, whole seconds), and at which place of the history log."""

    event: Happened
    at: str
    position: int


@dataclass(frozen=True)
class PaperLink:
    """A signed paper. `replaced_by` is the look-up code of the version that follows, "" if there is none."""

    kind: Literal[LinkKind.YEAR_RECORD, LinkKind.IDENTITY_PAGE, LinkKind.PAPER_EXTRACT, LinkKind.TRANSFER_RESULT]
    school_year: str
    record_uid: str
    version: int
    class_name: str
    school_code: str
    school_name: str
    lookup_code: str
    sha256: str
    state: LinkState
    replaced_by: str
    events: tuple[LinkEvent, ...]

    def at(self, event: Happened) -> str:
        """When it happened; "" if it did not."""
        return _when(self.events, event)


@dataclass(frozen=True)
class TermLink:
    """The sealed summary of the pupil's class after the first term, which has the term's result.

    It names the other pupils, too, so no pupil takes it along: the link says what the log proves of it, and no more.
    """

    kind: Literal[LinkKind.TERM_SUMMARY]
    school_year: str
    version: int
    school_code: str
    sha256: str
    state: LinkState
    events: tuple[LinkEvent, ...]

    def at(self, event: Happened) -> str:
        """When it happened; "" if it did not."""
        return _when(self.events, event)


@dataclass(frozen=True)
class MoveLink:
    """From one school to the next; `moved_on` is the day of arrival as printed, "" where no paper says it."""

    kind: Literal[LinkKind.MOVE]
    school_year: str
    moved_on: str
    from_school: str
    to_school: str


@dataclass(frozen=True)
class GapLink:
    """A year at a school of which the newest record speaks, and which has no record of its own."""

    kind: Literal[LinkKind.NO_RECORD]
    school_year: str
    class_name: str
    school_name: str


LoggedLink: TypeAlias = PaperLink | TermLink
Link: TypeAlias = LoggedLink | MoveLink | GapLink
_RANKS = {kind: rank for rank, kind in enumerate(LinkKind)}


def place_of(link: Link) -> tuple[str, int, str, int, str, str]:
    """Where a link stands in its chain: by school year, kind, record, version and time."""
    before = link.school_year, _RANKS[link.kind]
    match link:
        case PaperLink():
            return *before, link.record_uid, link.version, link.at(Happened.ISSUED), link.sha256
        case TermLink():
            return *before, "", link.version, link.at(Happened.ISSUED), link.sha256
        case MoveLink():
            return *before, link.moved_on, 0, link.from_school, link.to_school
        case GapLink():
            return *before, "", 0, link.school_name, link.class_name


def state_of(events: Iterable[Happened]) -> LinkState:
    """How a paper stands after these events, whatever their order: who recalls a paper recalls it for good."""
    found = set(events)
    if Happened.ISSUED not in found:
        return LinkState.NOT_LOGGED
    if Happened.RECALLED in found:
        return LinkState.RECALLED
    return LinkState.SUPERSEDED if Happened.SUPERSEDED in found else LinkState.IN_FORCE


def is_told_in_order(events: Sequence[LinkEvent]) -> bool:
    """Whether a paper was issued before anything else, and nothing happened to it twice."""
    kinds, places = [each.event for each in events], [each.position for each in events]
    if len(set(kinds)) < len(kinds) or places != sorted(set(places)):
        return False
    return not events or (kinds[0] is Happened.ISSUED and events[0].at == min(each.at for each in events))


def records_of(links: Iterable[Link]) -> list[PaperLink]:
    """The year records among links."""
    return [each for each in links if isinstance(each, PaperLink) and each.kind is LinkKind.YEAR_RECORD]


def papers_of(links: Iterable[Link]) -> list[PaperLink]:
    """The papers among links that the pupil takes along."""
    return [each for each in links if isinstance(each, PaperLink)]


def series_of(link: PaperLink) -> tuple[str, ...]:
    """What a paper is a version of: a pupil's year, or the pupil's page or extract at a school; others have none."""
    match link.kind:
        case LinkKind.YEAR_RECORD:
            return link.kind, link.record_uid
        case LinkKind.IDENTITY_PAGE | LinkKind.PAPER_EXTRACT:
            return link.kind, link.school_code
        case _:
            return link.kind, link.sha256


def replacement(link: PaperLink, links: Iterable[PaperLink]) -> str:
    """The look-up code of the version that follows; "" if there is none."""
    after = series_of(link), link.version + 1
    return next((each.lookup_code for each in links if (series_of(each), each.version) == after), "")


def newest_record(links: Iterable[Link]) -> PaperLink | None:
    """The record of the last year in its last version: its schooling history is that of the chain."""
    return max(records_of(links), key=lambda each: (each.school_year, each.version), default=None)


def between(schooling: Sequence[SchoolingLine], years: Iterable[str]) -> list[MoveLink | GapLink]:
    """What a schooling history says beside the records of these years: moves, and years without a record."""
    moves = [
        MoveLink(LinkKind.MOVE, after.school_year, after.arrived_on, before.school, after.school)
        for before, after in pairwise(schooling)
        if _is_move(before, after)
    ]
    recorded = set(years)
    last = {each.school_year: each for each in schooling if each.school_year not in recorded}
    gaps = [GapLink(LinkKind.NO_RECORD, year, each.class_name, each.school) for year, each in last.items()]
    return [*moves, *gaps]


def overlapping(schooling: Sequence[SchoolingLine]) -> str | None:
    """The first year in which a pupil would have been at two schools at once; None if there is none.

    Years never go back, and every arrival is later than the one before and within its year.
    """
    arrived = ""
    for before, after in pairwise(schooling):
        if after.school_year < before.school_year:
            return after.school_year
        if not after.arrived_on:
            continue
        if after.arrived_on <= arrived or not _is_within(after):
            return after.school_year
        arrived = after.arrived_on
    return None


def unsettled(schooling: Sequence[SchoolingLine]) -> str | None:
    """The first year with two schools and no day on which one ended and the other began; None if there is none."""
    pairs = ((before, after) for before, after in pairwise(schooling) if _is_move(before, after))
    found = (b.school_year for a, b in pairs if (a.school_year, b.arrived_on) == (b.school_year, ""))
    return next(found, None)


def is_of_first_term(link: TermLink) -> bool:
    """Whether it was issued in its school year; before the year is over, as what ends the year is another paper."""
    first, _, last = link.school_year.partition("-")
    is_year = first.isdigit() and last == str(int(first) + 1)
    return is_year and f"{first}-08-31" < link.at(Happened.ISSUED)[:10] <= f"{last}-08-31"


def _when(events: Iterable[LinkEvent], event: Happened) -> str:
    return next((each.at for each in events if each.event is event), "")


def _is_move(before: SchoolingLine, after: SchoolingLine) -> bool:
    return (before.school, before.province) != (after.school, after.province)


def _is_within(line: SchoolingLine) -> bool:
    """A year's newcomers come from the summer before it to the summer after it."""
    first, _, last = line.school_year.partition("-")
    return f"{first}-05-31" < line.arrived_on <= f"{last}-08-31"
