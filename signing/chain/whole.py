"""What holds a chain together: order, versions, one record in force for each year, and the years its papers name."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from domain.chains import (
    Happened,
    Link,
    LinkKind,
    LinkState,
    PaperLink,
    TermLink,
    between,
    newest_record,
    overlapping,
    papers_of,
    place_of,
    records_of,
    series_of,
    unsettled,
)
from domain.documents import SchoolingLine
from signing.chain.facts import PaperFacts
from signing.chain.file import ChainFile
from signing.chain.form import woven
from signing.chain.verdicts import ChainCheck, ChainFinding, looked_at, only_if
from signing.verification.verdicts import Verdict

Facts = Mapping[str, PaperFacts]  # by the paper's hash
_CLOSED = frozenset({LinkState.RECALLED, LinkState.SUPERSEDED})


def whole_findings(file: ChainFile, facts: Facts) -> list[ChainFinding]:
    """Everything about the chain that no link says alone."""
    links = file.chain.found
    records = records_of(links)
    return [
        *only_if(ChainCheck.WOVEN, _is_woven(file)),
        *only_if(ChainCheck.ORDER, _is_in_order(links)),
        *looked_at(ChainCheck.MEMBERS, _strays(file)),
        *looked_at(ChainCheck.VERSIONS, (*_version_faults(records), *_page_faults(links))),
        *looked_at(ChainCheck.ONE_IN_FORCE, _twice_in_force(records)),
        *looked_at(ChainCheck.RECORDED, _none_in_force(records), Verdict.INDETERMINATE),
        *looked_at(ChainCheck.NAMED, _not_there(links, facts), Verdict.INDETERMINATE),
        *_schooling_findings(links, records, facts),
    ]


def _is_woven(file: ChainFile) -> bool:
    done = woven(file.chain.found)
    return done == file.chain.links and file.chain.head == (done[-1].sha256 if done else "")


def _is_in_order(links: Sequence[Link]) -> bool:
    places = [place_of(each) for each in links]
    return all(before < after for before, after in pairwise(places))


def _strays(file: ChainFile) -> Iterator[str]:
    """Papers and entries that no link speaks of, or two do; papers that are missing are their link's matter."""
    links = [each for each in file.chain.found if isinstance(each, PaperLink | TermLink)]
    spoken = [each.sha256 for each in papers_of(links)]
    yield from ({each.sha256 for each in file.papers} - set(spoken)) | {
        each for each in spoken if spoken.count(each) > 1
    }
    places = [event.position for link in links for event in link.events]
    held = [entry.position for entry in file.chain.log.entries]
    if sorted(places) != held or len(set(places)) != len(places):
        yield "log"


def _version_faults(records: Sequence[PaperLink]) -> Iterator[str]:
    """Years whose versions do not count up from 1, one closed before the next is issued, all of one record."""
    by_year: dict[str, list[PaperLink]] = defaultdict(list)
    for each in records:
        by_year[each.school_year].append(each)
    uids = [uid for found in by_year.values() for uid in {each.record_uid for each in found}]
    for year, found in by_year.items():
        found.sort(key=lambda each: each.version)
        is_one = len({each.record_uid for each in found}) == 1 and uids.count(found[0].record_uid) == 1
        if not (is_one and _is_counted(found)):
            yield year


def _page_faults(links: Sequence[Link]) -> Iterator[str]:
    """Schools whose identity pages do not count up from 1, one closed before the next."""
    by_school: dict[tuple[str, ...], list[PaperLink]] = defaultdict(list)
    for each in papers_of(links):
        if each.kind is LinkKind.IDENTITY_PAGE:
            by_school[series_of(each)].append(each)
    yield from (
        found[0].school_name
        for found in by_school.values()
        if not _is_counted(sorted(found, key=lambda each: each.version))
    )


def _is_counted(versions: Sequence[PaperLink]) -> bool:
    counted = [each.version for each in versions] == list(range(1, len(versions) + 1))
    return counted and all(_follows(a, b) for a, b in pairwise(versions))


def _follows(before: PaperLink, after: PaperLink) -> bool:
    recalled = before.at(Happened.RECALLED)
    return before.state in _CLOSED and recalled <= after.at(Happened.ISSUED)


def _twice_in_force(records: Sequence[PaperLink]) -> Iterator[str]:
    years = [each.school_year for each in records if each.state is LinkState.IN_FORCE]
    yield from (year for year in dict.fromkeys(years) if years.count(year) > 1)


def _none_in_force(records: Sequence[PaperLink]) -> Iterator[str]:
    stands = {each.school_year for each in records if each.state is LinkState.IN_FORCE}
    yield from (each.school_year for each in records if each.school_year not in stands)


def _not_there(links: Sequence[Link], facts: Facts) -> Iterator[str]:
    """Hashes of papers that a paper of the chain speaks of, and that have no link."""
    held = {each.sha256 for each in links if isinstance(each, PaperLink | TermLink)}
    yield from (sha256 for each in facts.values() for sha256 in each.names if sha256 not in held)


def _schooling_findings(links: Sequence[Link], records: Sequence[PaperLink], facts: Facts) -> list[ChainFinding]:
    newest = newest_record(records)
    schooling = facts[newest.sha256].schooling if newest and newest.sha256 in facts else ()
    expected = sorted(between(schooling, (each.school_year for each in records)), key=place_of)
    said = [each for each in links if not isinstance(each, PaperLink | TermLink)]
    return [
        *looked_at(ChainCheck.YEARS_NAMED, _not_named(records, facts), Verdict.INDETERMINATE),
        *looked_at(ChainCheck.YEARS_PRESENT, _not_present(links, records, facts)),
        *only_if(ChainCheck.BETWEEN, expected == said),
        *looked_at(ChainCheck.OVERLAP, _overlaps(records, facts)),
        *looked_at(ChainCheck.SETTLED, (unsettled(schooling),), Verdict.INDETERMINATE),
    ]


def _not_named(records: Sequence[PaperLink], facts: Facts) -> Iterator[str]:
    """Years of the chain that a later record does not know."""
    for later in records:
        known = facts[later.sha256].years if later.sha256 in facts else set()
        yield from (
            each.school_year
            for each in records
            if each.school_year < later.school_year and each.school_year not in known
        )


def _not_present(links: Sequence[Link], records: Sequence[PaperLink], facts: Facts) -> Iterator[str]:
    """Years that a record knows and the chain does not have: whose link was taken away."""
    present = {each.school_year for each in links}
    for each in records:
        found = facts[each.sha256].years if each.sha256 in facts else set()
        yield from sorted(found - present)


def _overlaps(records: Sequence[PaperLink], facts: Facts) -> Iterator[str | None]:
    """Years with two schools at once, by any record, and those whose record is not of the last school of the year."""
    for each in records:
        schooling = facts[each.sha256].schooling if each.sha256 in facts else ()
        yield overlapping(schooling)
        own = [line for line in schooling if line.school_year == each.school_year]
        yield None if not own or _is_of(own[-1], each) else each.school_year


def _is_of(line: SchoolingLine, record: PaperLink) -> bool:
    return (line.school, line.class_name) == (record.school_name, record.class_name)
