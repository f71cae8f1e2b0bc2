"""Writes the file of a chain: its links are what the signed papers and the log's entries say."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from domain.chains import (
    Happened,
    Link,
    LinkEvent,
    LinkKind,
    PaperLink,
    TermLink,
    between,
    newest_record,
    place_of,
    records_of,
    replacement,
    state_of,
)  # fmt: skip
from signing.archival import ArchivalReader
from signing.attached_record import read_record
from signing.chain.errors import ChainInvalid
from signing.chain.facts import PaperFacts, read_facts
from signing.chain.file import ChainFile, Paper, pack_chain, stated
from signing.chain.form import Entry, LogPart, make_chain
from signing.dss import ValidationMaterial
from signing.log.checkpoint import Checkpoint
from signing.log.events import HistoryEvent
from signing.log.notes import Note, to_base64
from signing.log.signers import NoteSigner


@dataclass(frozen=True)
class ProvenEvent:
    """An entry of the log and the hashes that prove it under the checkpoint."""

    position: int
    leaf: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True)
class ChainPaper:
    """A paper with what became of it."""

    paper: Paper
    events: tuple[ProvenEvent, ...]


@dataclass(frozen=True)
class ChainTerm:
    """The sealed class summary of a first term, by what became of it: the log says which file it is."""

    school_year: str
    events: tuple[ProvenEvent, ...]


@dataclass(frozen=True)
class LogState:
    """A signed checkpoint and the evidence record over it with the log's own signature alone."""

    checkpoint: bytes = field(repr=False)
    evidence: bytes = field(repr=False)


def write_chain(
    papers: Sequence[ChainPaper],
    log: LogState,
    material: ValidationMaterial,
    signer: NoteSigner,
    terms: Sequence[ChainTerm] = (),
) -> bytes:
    """The file of these papers, and of terms whose papers are not in it, signed as a whole by the log's key.

    Raises ChainInvalid for none, for papers of several pupils, and for one without a record of ours.
    """
    facts = {each.paper.sha256: _facts(each.paper) for each in papers}
    pupils = {each.pupil_code for each in facts.values()}
    if len(pupils) != 1:
        raise ChainInvalid("Chuỗi học bạ phải có văn bản, và của đúng một học sinh.")
    links = chain_links([(facts[each.paper.sha256], each) for each in papers], terms)
    checkpoint = Checkpoint.parse(Note.parse(log.checkpoint).text)
    logged: list[ChainPaper | ChainTerm] = [*papers, *terms]
    entries = sorted((each for held in logged for each in held.events), key=lambda each: each.position)
    part = LogPart(checkpoint.origin, checkpoint.size, tuple(map(_entry, entries)))
    chain = make_chain(pupils.pop(), links, part)
    text = stated(chain.dumps())
    statement = Note(text, (signer.sign(text),)).encode()
    files = tuple(each.paper for each in papers)
    return pack_chain(ChainFile(chain, statement, log.checkpoint, log.evidence, files, material))


def chain_links(papers: Sequence[tuple[PaperFacts, ChainPaper]], terms: Sequence[ChainTerm]) -> list[Link]:
    """The links of these papers and terms, and of what lies between them, in their order."""
    bare = [_link(facts, paper) for facts, paper in papers]
    links: list[Link] = [replace(link, replaced_by=replacement(link, bare)) for link in bare]
    records = records_of(links)
    newest = newest_record(links)
    schooling = next((facts.schooling for facts, paper in papers if newest and paper.paper.sha256 == newest.sha256), ())
    links += between(schooling, (each.school_year for each in records))
    links += map(_term_link, terms)
    return sorted(links, key=place_of)


def _facts(paper: Paper) -> PaperFacts:
    record = read_record(ArchivalReader(paper.pdf))
    if record is None:
        raise ChainInvalid("Một văn bản của chuỗi không có dữ liệu đính kèm.")
    return read_facts(record.data)


def _link(facts: PaperFacts, paper: ChainPaper) -> PaperLink:
    events = tuple(sorted(map(_event, paper.events), key=lambda each: each.position))
    return PaperLink(
        kind=LinkKind(facts.kind),  # type: ignore[arg-type]  # a move and a gap have no paper
        school_year=facts.school_year,
        record_uid=facts.record_uid,
        version=facts.version,
        class_name=facts.class_name,
        school_code=facts.school_code,
        school_name=facts.school_name,
        lookup_code=facts.lookup_code,
        sha256=paper.paper.sha256,
        state=state_of(each.event for each in events),
        replaced_by="",
        events=events,
    )


def _term_link(term: ChainTerm) -> TermLink:
    events = tuple(sorted(map(_event, term.events), key=lambda each: each.position))
    said = HistoryEvent.from_leaf(term.events[0].leaf)
    return TermLink(
        kind=LinkKind.TERM_SUMMARY,
        school_year=term.school_year,
        version=said.version,
        school_code=said.school,
        sha256=said.sha256,
        state=state_of(each.event for each in events),
        events=events,
    )


def _event(proven: ProvenEvent) -> LinkEvent:
    event = HistoryEvent.from_leaf(proven.leaf)
    return LinkEvent(Happened(event.kind.value), event.at.strftime("%Y-%m-%dT%H:%M:%SZ"), proven.position)


def _entry(event: ProvenEvent) -> Entry:
    return Entry(event.position, event.leaf.decode(), tuple(map(to_base64, event.proof)))
