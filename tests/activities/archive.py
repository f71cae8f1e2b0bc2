"""A small archive: sealed papers with bytes in a store, evidence by a real authority, and a published history log."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography import x509
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from activities.auditing import Auditor
from activities.auditing_log import LogAudit
from activities.evidence import EvidenceKeeper
from activities.findings import Finding, Progress
from activities.history import KEY_FILE, HistoryKeeper, LogBook, open_log_book
from domain.assessment import Term
from domain.decisions import Action
from domain.documents import DocumentKind
from signing.log.signers import NoteSigner
from storage import history
from storage.database import Sessions
from storage.objects import Objects
from storage.tables import LogEvent, SignatureRow, TermRecord
from tests.factories import OpenBook, make_class, make_school, open_book
from tests.storage.papers import make_document, make_order

ORIGIN = "hocba.example/history"


@dataclass(frozen=True)
class Paper:
    id: UUID
    sha256: str


@dataclass
class Archive:
    """`folder` holds `objects`, `history` and `keys`; papers are three year records and their class summary."""

    session: Session
    sessions: Sessions
    folder: Path
    book: OpenBook
    papers: list[Paper]
    log_book: LogBook
    keeper: EvidenceKeeper
    roots: Sequence[x509.Certificate]

    def copied(self, sessions: Sessions, session: Session, folder: Path, keeper: EvidenceKeeper) -> "Archive":
        """The same with files of its own, for a transaction that begins where this one's rows stand."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        book, log_book = replace(self.book, session=session), open_log_book(folder / "history", folder / "keys", ORIGIN)
        return replace(
            self, session=session, sessions=sessions, folder=folder, book=book, papers=[*self.papers],
            log_book=log_book, keeper=keeper,
        )  # fmt: skip

    @property
    def objects(self) -> Objects:
        return Objects(self.folder / "objects")

    def path_of(self, paper: Paper) -> Path:
        return self.folder / "objects" / paper.sha256[:2] / paper.sha256

    def name(self, at: int = 0) -> str:
        """How the audit names a paper."""
        return f"document {self.papers[at].id}"

    def place(self, at: int = 0) -> str:
        """How it names the paper's entry in the log."""
        event = self.session.query(LogEvent).filter_by(document_id=self.papers[at].id).one()
        return f"position {event.position}"

    def publish(self) -> None:
        """Number what happened, put it into the log, and have the log's state stamped."""
        HistoryKeeper(self.sessions, self.log_book).publish()
        self.keeper.stamp_checkpoint()
        self.session.expire_all()

    def issue_more(self, number: int, at: datetime | None = None) -> list[Paper]:
        """Another school's class, published."""
        book = open_book(self.session, make_class(self.session, make_school(self.session, number)), Term.YEAR_END)
        papers = issue(book, self.objects, self.keeper, at or datetime.now(UTC))
        self.publish()
        return papers

    def auditor(self, now: datetime | None = None) -> Auditor:
        """By default two days later, when nothing can be on its way any more."""
        now = now or datetime.now(UTC) + timedelta(days=2)
        log_key = NoteSigner.open(self.folder / "keys" / KEY_FILE, ORIGIN).log_key
        log = LogAudit(self.sessions, self.log_book, log_key, now)
        return Auditor(self.sessions, self.objects, log, self.roots, now)

    def audit(self, now: datetime | None = None) -> list[tuple[str, str]]:
        """Faults and their subjects."""
        return [(each.fault.value, each.subject) for each in self.findings(now)]

    def findings(self, now: datetime | None = None) -> tuple[Finding, ...]:
        self.session.expire_all()
        return self.auditor(now).run(Progress(datetime.now(UTC)), lambda _: None).findings

    def tamper(self, statement: str, *, counts: bool = True, **values: Any) -> None:  # noqa: ANN401
        """What somebody with all rights in the database can do: no trigger and no foreign key is asked."""
        self.session.execute(text("SET session_replication_role = replica"))
        try:
            changed = self.session.execute(text(statement), values)
            assert changed.rowcount > 0 or not counts  # type: ignore[attr-defined]
        finally:
            self.session.execute(text("SET session_replication_role = origin"))
        self.session.commit()


def make_archive(
    sessions: Sessions, session: Session, folder: Path, keeper: EvidenceKeeper, roots: Sequence[x509.Certificate]
) -> Archive:
    book = open_book(session, term=Term.YEAR_END)
    book.review_all()
    log_book = open_log_book(folder / "history", folder / "keys", ORIGIN)
    (folder / "objects").mkdir()
    archive = Archive(session, sessions, folder, book, [], log_book, keeper, roots)
    archive.papers = issue(book, archive.objects, keeper, datetime.now(UTC))
    archive.publish()
    return archive


def issue(book: OpenBook, objects: Objects, keeper: EvidenceKeeper, at: datetime) -> list[Paper]:
    """Papers of a class as its seal leaves them, with one time stamp over all; their content is of no matter here."""
    records = range(len(book.records))
    papers = [_sealed(book, objects, at, kind=DocumentKind.YEAR_RECORD.value, record=record) for record in records]
    papers.append(_sealed(book, objects, at, kind=DocumentKind.CLASS_SUMMARY.value))
    order = make_order(book, Action.SEAL, "seal", lease=False)
    book.session.add_all(
        SignatureRow(
            document_id=paper.id, field="seal", order_id=order.id, staff_id=order.staff_id,
            certificate_id=order.certificate_id, signed_at=at, sha256=paper.sha256,
        )
        for paper in papers
    )  # fmt: skip
    mine = update(TermRecord).where(TermRecord.id.in_(book.opened.record_ids))
    book.session.execute(mine.values(stage="issued", issued_at=at))
    history.add_issued(book.session, book.opened.record_ids, at)
    book.session.commit()
    keeper.stamp_orders({order.id: [paper.sha256 for paper in papers]})
    book.session.expire_all()
    return papers


def _sealed(book: OpenBook, objects: Objects, at: datetime, **more: Any) -> Paper:  # noqa: ANN401
    blob = os.urandom(2000)
    sha256 = objects.put(blob)
    return Paper(make_document(book, sha256=sha256, size=len(blob), sealed_at=at, **more).id, sha256)
