"""Compares history log, object store and database, and names what was changed, removed, swapped, back-dated or hidden.

It goes batch by batch in the order of keys, so that an interrupted audit goes on where it was. It writes nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from cryptography import x509

from activities.auditing_log import ALLOWED, GRACE, LogAudit
from activities.findings import Fault, Finding, Progress, Step, fault_of
from signing.evidence.errors import EvidenceInvalid
from signing.evidence.records import renewal_leaf
from signing.evidence.tree import climb
from signing.tokens import TokenInvalid, check_token
from storage import auditing, journal
from storage.auditing import SealedPaper
from storage.database import Sessions
from storage.matters import steps
from storage.objects import ObjectMissing, Objects
from storage.tables import EvidenceBatch

AT_ONCE = 500
THREADS = 4  # reading and hashing leave Python to the others

Owners = set[tuple[str, UUID]]
Found = tuple[str, int] | None  # hash and size of an object, None if there is none


class Auditor:
    """`roots` are those of time-stamp authorities; what is younger than `GRACE` may still be on its way."""

    def __init__(
        self,
        sessions: Sessions,
        objects: Objects,
        log: LogAudit,
        roots: Sequence[x509.Certificate],
        now: datetime,
    ) -> None:
        self._sessions = sessions
        self._objects = objects
        self._roots = roots
        self._now = now
        self._stages: Mapping[str, Callable[[str], Step]] = {
            "log": log.whole,
            "checkpoints": log.checkpoints,
            "entries": log.entries,
            "batches": self._batches,
            "documents": self._documents,
            "records": self._records,
            "journals": self._journals,
            "matters": self._matters,
        }

    def run(self, progress: Progress, save: Callable[[Progress], None]) -> Progress:
        """Go on to the end; `save` is given every state from which this may be called again."""
        names = list(self._stages)
        for name, following in pairwise([*names[names.index(progress.stage or names[0]) :], ""]):
            step = Step([], 0, progress.after)
            while step.last is not None:
                step = self._stages[name](step.last)
                progress = progress.with_step(name, step, following if step.last is None else name)
                save(progress)
        return progress

    def _batches(self, after: str) -> Step:
        """Each time stamp over a batch, once, and the one that renews it."""
        with self._sessions() as session:
            rows = auditing.batches(session, after, AT_ONCE)
        findings = [finding for row in rows for finding in self._batch(*row)]
        return Step(findings, len(rows), str(rows[-1][0].id) if rows else None)

    def _batch(self, batch: EvidenceBatch, newer: EvidenceBatch | None) -> Iterator[Finding]:
        subject = f"batch {batch.id}"
        try:
            token = check_token(batch.token, batch.root, self._roots, at=newer.stamped_at if newer else self._now)
            if token.gen_time != batch.stamped_at:
                yield Finding(Fault.CHANGED, subject, "Thời điểm đã lưu không phải thời điểm trong dấu thời gian.")
            if newer is not None:
                leaf = renewal_leaf(batch.token, batch.algorithm)
                _check_path(batch.renewal_path or b"", leaf, newer)
        except (TokenInvalid, EvidenceInvalid) as error:
            yield Finding(Fault.UNPROVEN, subject, error.message)

    def _documents(self, after: str) -> Step:
        """Each sealed document: its bytes, its rows, its event, its evidence of time."""
        with self._sessions() as session:
            papers = auditing.sealed_papers(session, after, AT_ONCE)
            with ThreadPoolExecutor(THREADS) as threads:
                found = list(threads.map(self._found, [paper.document.sha256 for paper in papers]))
            owners = auditing.owners(session, set(_suspects(papers, found)))
        findings = [
            finding
            for paper, file in zip(papers, found, strict=True)
            for check in (_check_file(paper, file, owners), self._check_event(paper), self._check_evidence(paper))
            for finding in check
        ]
        return Step(findings, len(papers), str(papers[-1].document.id) if papers else None)

    def _found(self, sha256: str) -> Found:
        try:
            return self._objects.found(sha256)
        except ObjectMissing:
            return None

    def _check_event(self, paper: SealedPaper) -> Iterator[Finding]:
        since = paper.event.happened_at if paper.event else paper.sealed_at
        if self._is_due(since) and (paper.event is None or paper.event.position is None):
            yield _about(paper, Fault.HIDDEN, "Văn bản đã đóng dấu nhưng không có trong nhật ký.")

    def _is_due(self, since: datetime | None) -> bool:
        return since is not None and since < self._now - GRACE

    def _check_evidence(self, paper: SealedPaper) -> Iterator[Finding]:
        if paper.path is None or paper.batch is None:
            if self._is_due(paper.sealed_at):
                yield _about(paper, Fault.UNPROVEN, "Văn bản đã đóng dấu nhưng không có bằng chứng thời gian.")
            return
        try:
            _check_path(paper.path, bytes.fromhex(paper.document.sha256), paper.batch)
        except EvidenceInvalid as error:
            yield _about(paper, Fault.UNPROVEN, error.message)
        if paper.event is not None and paper.event.happened_at < paper.batch.stamped_at - ALLOWED:
            yield _about(paper, Fault.BACK_DATED, "Sự kiện ghi sớm hơn nhiều so với lúc văn bản được chứng minh là có.")

    def _records(self, after: str) -> Step:
        """Each issued record has its paper, and the paper its event."""
        with self._sessions() as session:
            records = auditing.issued_records(session, after, AT_ONCE)
        findings = []
        for record in records:
            if not record.has_paper:
                sentence = "Học bạ đã ban hành nhưng không có văn bản đóng dấu."
                findings.append(Finding(Fault.REMOVED, f"record {record.id}", sentence))
            elif not record.has_event:
                sentence = "Học bạ đã ban hành nhưng không có sự kiện của nhật ký."
                findings.append(Finding(Fault.HIDDEN, f"record {record.id}", sentence))
        return Step(findings, len(records), str(records[-1].id) if records else None)

    def _journals(self, after: str) -> Step:
        """The audit chain of each class-term."""
        with self._sessions() as session:
            ids = auditing.class_terms(session, after, AT_ONCE)
            broken = {each: journal.first_broken_link(session, each) for each in ids}
        return _chains("class-term", "Nhật ký duyệt của lớp", broken)

    def _matters(self, after: str) -> Step:
        """The diary of each matter."""
        with self._sessions() as session:
            ids = auditing.matters(session, after, AT_ONCE)
            broken = {each: steps.first_broken_step(session, each) for each in ids}
        return _chains("matter", "Nhật ký của một việc", broken)


def _chains(kind: str, name: str, broken: Mapping[UUID, int | None]) -> Step:
    """By the first broken link of each chain, None of a sound one; in the order in which they were read."""
    findings = [
        Finding(Fault.CHANGED, f"{kind} {each}", f"{name} bị sửa hoặc thiếu ở bước {link}.")
        for each, link in broken.items()
        if link is not None
    ]
    return Step(findings, len(broken), str([*broken][-1]) if broken else None)


def _suspects(papers: Sequence[SealedPaper], found: Sequence[Found]) -> Iterator[str]:
    """Hashes in places where they should not be: somebody else's, perhaps."""
    for paper, file in zip(papers, found, strict=True):
        if file is not None and file[0] != paper.document.sha256:
            yield file[0]
        if paper.seal_sha256 != paper.document.sha256:
            yield paper.document.sha256


def _check_file(paper: SealedPaper, file: Found, owners: Owners) -> Iterator[Finding]:
    document = paper.document
    if file is None:
        yield _about(paper, Fault.REMOVED, "Tệp của văn bản không còn trong kho.")
    elif file[0] != document.sha256:
        yield _about(paper, fault_of(file[0], document.id, owners), "Tệp trong kho không phải tệp đã đóng dấu.")
    elif file[1] != document.size:
        yield _about(paper, Fault.CHANGED, "Kích thước đã lưu không phải của tệp đã đóng dấu.")
    if paper.seal_sha256 is None:
        yield _about(paper, Fault.REMOVED, "Chữ ký của con dấu không còn trong cơ sở dữ liệu.")
    elif paper.seal_sha256 != document.sha256:
        fault = fault_of(document.sha256, document.id, owners)
        yield _about(paper, fault, "Văn bản trỏ tới tệp khác với tệp mà con dấu đã ký.")


def _check_path(path: bytes, leaf: bytes, batch: EvidenceBatch) -> None:
    if climb(path, leaf, batch.algorithm) != batch.root:
        raise EvidenceInvalid("Đường dẫn trong cây băm không dẫn tới dấu thời gian của đợt.")


def _about(paper: SealedPaper, fault: Fault, sentence: str) -> Finding:
    return Finding(fault, f"document {paper.document.id}", sentence)
