"""A pupil of three years and two schools: real papers, seals, stamps and log, and one version that was recalled."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from uuid import UUID, uuid5

from domain.documents import SchoolContent, SchoolingLine, SignerContent
from domain.matter_papers import PaperExtractContent
from domain.year_records import PrimaryRecordContent
from signing.chain.file import Paper
from signing.chain.history import Trust
from signing.chain.verdicts import ChainVerification
from signing.chain.verify import verify_chain
from signing.chain.writing import ChainPaper, LogState, ProvenEvent, write_chain
from signing.dss import ValidationMaterial
from signing.log.events import EventKind, HistoryEvent, record_tag
from signing.verification.verdicts import Verification
from signing.verification.verify import examine
from tests.documents import samples
from tests.documents.extract_samples import paper_extract
from tests.signing.conftest import Cast
from tests.signing.log.samples import MemoryTiles, entries, history, signer
from tests.signing.verification import papers
from tests.signing.verification.world import HOMEROOM, LATER, PRINCIPAL, SEAL, World, evidence_over, make_world, merged

SECRET = b"a secret of the tests"
A = replace(samples.SCHOOL, code="79000701", name="Trường Tiểu học Mẫu")
B = replace(samples.SCHOOL, code="79000702", name="Trường Tiểu học Mẫu Hai")
LOG_KEY = signer().log_key
ISSUED, RECALLED, SUPERSEDED, MOVED = EventKind.ISSUED, EventKind.RECALLED, EventKind.SUPERSEDED, EventKind.TRANSFERRED
Y1, Y2, Y3 = "2023-2024", "2024-2025", "2025-2026"
LINES = (
    SchoolingLine(Y1, "1A", A.name, A.province),
    SchoolingLine(Y2, "2A", A.name, A.province),
    SchoolingLine(Y3, "3C", B.name, B.province, "2025-09-15"),
)


@dataclass(frozen=True, eq=False)
class Told:
    """A version of a year's record, and what the log says of it on which day of the story."""

    line: int
    version: int
    events: dict[EventKind, int]
    pupil: int = 1
    is_extract: bool = False  # of the years before these
    schooling: tuple[SchoolingLine, ...] | None = None

    @property
    def school(self) -> SchoolContent:
        return A if LINES[self.line].school == A.name else B

    @property
    def uid(self) -> UUID:
        return uuid5(UUID(int=self.pupil), LINES[self.line].school_year)


STORY = (
    Told(0, 1, {ISSUED: 1, RECALLED: 2, SUPERSEDED: 3}),
    Told(0, 2, {ISSUED: 3}),
    Told(1, 1, {ISSUED: 4, MOVED: 5}),
    Told(2, 1, {ISSUED: 6}),
)


@dataclass(frozen=True, eq=False)
class Books:
    """Two schools of one authority; papers are made once."""

    world: World
    other: World

    @cache  # noqa: B019 - for as long as the tests run
    def paper(self, told: Told) -> Paper:
        world = self.world if told.school is A else self.other
        printed = papers.renderer().render(papers.signable(content(told), world)).pdf
        before = (PRINCIPAL,) if told.is_extract else (HOMEROOM, PRINCIPAL)
        pdf = world.sealed(world.signed(printed, *before))
        return Paper(pdf, evidence_over([pdf, b"another"], LATER, world.stamps)[0])

    @cached_property
    def material(self) -> ValidationMaterial:
        signers = [each for world in (self.world, self.other) for each in world.signers()]
        return merged(self.world.material(LATER, *signers))

    def log_of(self, story: Sequence[Told]) -> "StoryLog":
        return StoryLog(self, tuple(story))

    def file(self, story: Sequence[Told] = STORY) -> bytes:
        return self.log_of(story).file(story)

    def read(self, paper: Paper, material: ValidationMaterial, moment: datetime) -> tuple[Verification, bytes]:
        del moment  # one verdict serves every file of a test
        return _read(self, paper, material)

    @property
    def trust(self) -> Trust:
        return Trust(self.world.roots, LOG_KEY)

    def verify(self, data: bytes, trust: Trust | None = None) -> ChainVerification:
        return verify_chain(data, trust or self.trust, self.read)


@cache
def _read(books: Books, paper: Paper, material: ValidationMaterial) -> tuple[Verification, bytes]:
    found = examine(paper.pdf, books.world.roots, evidence=[paper.evidence], archive=material)
    return found.verification, found.record


@dataclass(frozen=True)
class StoryLog:
    """The log of a story among other entries; a part of the story is proven by the same log."""

    books: Books
    story: tuple[Told, ...]

    @property
    def leaves(self) -> list[tuple[Told, HistoryEvent]]:
        found = [(told, event_of(self.books, told, kind)) for told in self.story for kind in told.events]
        return sorted(found, key=lambda each: (each[1].at, each[0].version))

    def written(self, *, until: int | None = None) -> MemoryTiles:
        """The log with these many events of the story, all unless told otherwise; strangers before and after."""
        store = MemoryTiles()
        log = history(store)
        own = [event.to_leaf() for _, event in self.leaves][:until]
        log.append(0, [*entries(3), *own, *entries(2, 50)])
        return store

    def state(self, store: MemoryTiles) -> LogState:
        note = store.files["checkpoint"]
        return LogState(note, evidence_over([note, b"another"], LATER, self.books.world.stamps)[0])

    def chain_paper(self, told: Told, store: MemoryTiles) -> ChainPaper:
        log, size = history(store), history(store).checkpoint().size
        places = {3 + at: event for at, (each, event) in enumerate(self.leaves) if each is told}
        proven = [
            ProvenEvent(at, event.to_leaf(), tuple(log.inclusion_proof(at, size))) for at, event in places.items()
        ]
        return ChainPaper(self.books.paper(told), tuple(proven))

    def file(self, told: Sequence[Told], *, state: LogState | None = None) -> bytes:
        store = self.written()
        held = [self.chain_paper(each, store) for each in told]
        return write_chain(held, state or self.state(store), self.books.material, signer())


def at_day(day: int) -> datetime:
    """Days of the story end before its checkpoint was stamped."""
    return (LATER - timedelta(days=30 - day)).astimezone(UTC)


def event_of(books: Books, told: Told, kind: EventKind) -> HistoryEvent:
    return HistoryEvent(
        kind, record_tag(SECRET, told.uid), told.version, books.paper(told).sha256, told.school.code,
        at_day(told.events[kind]),
    )  # fmt: skip


def content(told: Told) -> PrimaryRecordContent | PaperExtractContent:
    line = LINES[told.line]
    code = (
        hashlib.sha256(f"{told.uid} {told.version}{' extract' if told.is_extract else ''}".encode())
        .hexdigest()[:24]
        .upper()
    )
    pupil = replace(samples.pupil(told.pupil), schooling=told.schooling or LINES[: told.line + 1])
    if told.is_extract:
        extract = paper_extract(1)
        signers = _named(extract.signers, told.school)
        return replace(extract, school=told.school, pupil=pupil, lookup_code=code, signers=signers)
    return replace(
        samples.year_record(told.pupil), record_uid=str(told.uid), version=told.version, lookup_code=code,
        school_year=line.school_year, class_name=line.class_name, school=told.school, pupil=pupil,
        signers=_named(samples.year_record().signers, told.school),
    )  # fmt: skip


def _named(signers: tuple[SignerContent, ...], school: SchoolContent) -> tuple[SignerContent, ...]:
    return tuple(replace(each, name=school.name) if each.field == SEAL else each for each in signers)


def make_books(folder: Path) -> Books:
    world = make_world(folder)
    seal = world.cast.authority.issue_organisation(B.name, B.code)
    return Books(world, World(Cast(world.cast.authority, world.cast.keys | {SEAL: seal})))
