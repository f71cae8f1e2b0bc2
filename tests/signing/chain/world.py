"""A pupil of three years and two schools: real papers, seals, stamps and log, and one version that was recalled."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from domain.documents import DocumentKind, SchoolContent, SchoolingLine, SignerContent
from domain.matter_papers import (
    IdentityPageContent,
    PaperExtractContent,
    RecordReference,
    SealedTerm,
    TransferResultContent,
)
from domain.year_records import PrimaryRecordContent
from signing.chain.file import Paper
from signing.chain.history import Trust
from signing.chain.verdicts import ChainVerification
from signing.chain.verify import verify_chain
from signing.chain.writing import ChainPaper, ChainTerm, LogState, ProvenEvent, write_chain
from signing.dss import ValidationMaterial
from signing.log.events import EventKind, HistoryEvent, record_tag
from signing.verification.verdicts import Verification
from signing.verification.verify import examine
from tests.documents import matter_samples, samples
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
    """A version of a paper, of a year's record unless told otherwise, and what the log says of it on which day."""

    line: int
    version: int
    events: dict[EventKind, int]
    pupil: int = 1
    schooling: tuple[SchoolingLine, ...] | None = None
    kind: DocumentKind = DocumentKind.YEAR_RECORD
    at: SchoolContent | None = None
    names: tuple["Told", ...] = ()  # papers that it speaks of
    personal_id: str = ""

    @property
    def school(self) -> SchoolContent:
        return self.at or (A if LINES[self.line].school == A.name else B)

    @property
    def is_own(self) -> bool:
        return self.kind is not DocumentKind.CLASS_SUMMARY

    @property
    def uid(self) -> UUID:
        return uuid5(UUID(int=self.pupil), LINES[self.line].school_year)


STORY = (
    Told(0, 1, {ISSUED: 1, RECALLED: 2, SUPERSEDED: 3}),
    Told(0, 2, {ISSUED: 3}),
    Told(1, 1, {ISSUED: 4, MOVED: 5}),
    Told(2, 1, {ISSUED: 6}),
)
PAGE, TERM = DocumentKind.IDENTITY_PAGE, DocumentKind.CLASS_SUMMARY
FIRST_PAGE = Told(0, 1, {ISSUED: 1, SUPERSEDED: 4}, kind=PAGE)
NEXT_PAGE = Told(1, 2, {ISSUED: 4}, kind=PAGE, names=STORY[1:2])
TERM_BEFORE = Told(2, 1, {ISSUED: 5}, kind=TERM, at=A)
RESULT = Told(2, 1, {ISSUED: 5}, kind=DocumentKind.TRANSFER_RESULT, at=A, names=(*STORY[1:3], TERM_BEFORE))
PAGE_AT_B = Told(2, 1, {ISSUED: 6}, kind=PAGE, names=STORY[1:3])
WHOLE = (*STORY, FIRST_PAGE, NEXT_PAGE, TERM_BEFORE, RESULT, PAGE_AT_B)


@dataclass(frozen=True, eq=False)
class Books:
    """Two schools of one authority; papers are made once."""

    world: World
    other: World

    @cache  # noqa: B019 - for as long as the tests run
    def paper(self, told: Told) -> Paper:
        world = self.world if told.school is A else self.other
        shown = content(told) if told.kind is DocumentKind.YEAR_RECORD else matter_content(self, told)
        signers = [each for each in (HOMEROOM, PRINCIPAL) if each in {signer.field for signer in shown.signers}]
        rendered = papers.renderer().render(papers.signable(shown, world)).pdf
        pdf = world.sealed(world.signed(rendered, *signers))
        return Paper(pdf, evidence_over([pdf, b"another"], LATER, world.stamps)[0])

    def sha256(self, told: Told) -> str:
        """Of a class summary nobody has the bytes."""
        return self.paper(told).sha256 if told.is_own else hashlib.sha256(b"a summary").hexdigest()

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

    def proven(self, told: Told, store: MemoryTiles) -> tuple[ProvenEvent, ...]:
        log, size = history(store), history(store).checkpoint().size
        places = {3 + at: event for at, (each, event) in enumerate(self.leaves) if each is told}
        return tuple(
            ProvenEvent(at, event.to_leaf(), tuple(log.inclusion_proof(at, size))) for at, event in places.items()
        )

    def file(self, told: Sequence[Told], *, state: LogState | None = None) -> bytes:
        store = self.written()
        held = [ChainPaper(self.books.paper(each), self.proven(each, store)) for each in told if each.is_own]
        terms = [ChainTerm(year_of(each), self.proven(each, store)) for each in told if not each.is_own]
        return write_chain(held, state or self.state(store), self.books.material, signer(), terms)


def at_day(day: int) -> datetime:
    """Days of the story end before its checkpoint was stamped."""
    return (LATER - timedelta(days=30 - day)).astimezone(UTC)


def event_of(books: Books, told: Told, kind: EventKind) -> HistoryEvent:
    return HistoryEvent(
        kind, record_tag(SECRET, told.uid), told.version, books.sha256(told), told.school.code,
        at_day(told.events[kind]),
    )  # fmt: skip


def year_of(told: Told) -> str:
    """The school year in which a class summary was issued: days of the story are close to now."""
    day = at_day(told.events[ISSUED])
    first = day.year if day.month > 8 else day.year - 1
    return f"{first}-{first + 1}"


def matter_content(books: Books, told: Told) -> IdentityPageContent | TransferResultContent | PaperExtractContent:
    if told.kind is DocumentKind.PAPER_EXTRACT:
        return extract(told)
    line = LINES[told.line]
    sample = matter_samples.identity_page() if told.kind is PAGE else matter_samples.transfer_result()
    pupil = replace(samples.pupil(told.pupil), schooling=LINES[: told.line + 1])
    named = [(each, books.sha256(each)) for each in told.names]
    past = tuple(
        RecordReference(LINES[each.line].school_year, each.school.name, matter_samples.OTHER_CODE, sha256)
        for each, sha256 in named
        if each.is_own
    )
    facts: dict[str, Any] = {
        "lookup_code": code_of(told), "school": told.school, "signers": _named(sample.signers, told.school),
        "past_years": past,
        "pupil": replace(pupil, personal_id=told.personal_id or pupil.personal_id),
    }  # fmt: skip
    if isinstance(sample, IdentityPageContent):
        return replace(sample, version=told.version, **facts)
    terms = [SealedTerm("Học kì I", (), matter_samples.OTHER_CODE, sha256) for each, sha256 in named if not each.is_own]
    return replace(
        sample, school_year=line.school_year, class_name="3A", grade=3, sealed_term=terms[0] if terms else None, **facts
    )  # fmt: skip


def extract(told: Told) -> PaperExtractContent:
    found, pupil = paper_extract(1), replace(samples.pupil(told.pupil), schooling=LINES[: told.line + 1])
    signers = _named(found.signers, told.school)
    return replace(found, school=told.school, pupil=pupil, lookup_code=code_of(told), signers=signers)


def code_of(told: Told) -> str:
    said = f"{told.uid} {told.version}" if told.kind is DocumentKind.YEAR_RECORD else repr((told.kind, told.at, told))
    return hashlib.sha256(said.encode()).hexdigest()[:24].upper()


def content(told: Told) -> PrimaryRecordContent:
    line = LINES[told.line]
    pupil = replace(samples.pupil(told.pupil), schooling=told.schooling or LINES[: told.line + 1])
    return replace(
        samples.year_record(told.pupil), record_uid=str(told.uid), version=told.version, lookup_code=code_of(told),
        school_year=line.school_year, class_name=line.class_name, school=told.school, pupil=pupil,
        signers=_named(samples.year_record().signers, told.school),
    )  # fmt: skip


def _named(signers: tuple[SignerContent, ...], school: SchoolContent) -> tuple[SignerContent, ...]:
    return tuple(replace(each, name=school.name) if each.field == SEAL else each for each in signers)


def make_books(folder: Path) -> Books:
    world = make_world(folder)
    seal = world.cast.authority.issue_organisation(B.name, B.code)
    return Books(world, World(Cast(world.cast.authority, world.cast.keys | {SEAL: seal})))
