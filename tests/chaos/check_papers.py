"""Papers after the storm: one that lives for each record and revision, one seal in each, and every one verifies."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.documents import DocumentKind, SignatureField
from storage.database import Sessions
from storage.tables import Document, DocumentRecord, LogEvent, SignatureRow, TermRecord
from tests.chaos.judging import Paper, judge, seals
from tests.chaos.world import World


async def paper_findings(world: World, sessions: Sessions, checked: Counter[str]) -> list[str]:
    with sessions() as session:
        papers = list(_living(session))
        found = list(row_findings(session))
    checked["papers"] += len(papers)
    checked["seals"] += sum(len(seals(paper.fields)) for paper in papers)
    return found + await asyncio.to_thread(_verified, world, papers)


def _living(session: Session) -> Iterator[Paper]:
    for each in session.scalars(select(Document).where(Document.state == "live").order_by(Document.id)):
        fields = session.scalars(select(SignatureRow.field).where(SignatureRow.document_id == each.id)).all()
        yield Paper(str(each.id), each.kind, each.sha256, tuple(sorted(fields)))


def row_findings(session: Session) -> Iterator[str]:
    """What the rows alone tell."""
    yield from _twice(session)
    yield from _events(session)
    missing = (
        select(TermRecord.id, TermRecord.stage)
        .where(TermRecord.class_term_id.is_not(None), TermRecord.stage == "issued")
        .where(~select(1).where(_speaks_of(TermRecord.id, DocumentKind.CLASS_SUMMARY)).exists())
    )
    yield from (
        f"Lost: record {each} is {stage} and has no sealed class summary." for each, stage in session.execute(missing)
    )


def _speaks_of(record_id: object, kind: DocumentKind):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a condition
    sealed = (Document.kind == kind.value) & (Document.state == "live") & Document.sealed_at.is_not(None)
    of_record = (DocumentRecord.record_id == record_id) & DocumentRecord.voided_at.is_(None)
    return sealed & (DocumentRecord.document_id == Document.id) & of_record


def _twice(session: Session) -> Iterator[str]:
    """For each record at its revision at most one living paper of a kind (of a sheet: of each subject)."""
    living = (
        select(DocumentRecord.record_id, Document.kind, Document.slot, func.count())
        .join(Document, Document.id == DocumentRecord.document_id)
        .where(Document.state == "live", DocumentRecord.voided_at.is_(None))
        .group_by(DocumentRecord.record_id, Document.kind, Document.slot)
        .having(func.count() > 1)
    )
    for record_id, kind, slot, count in session.execute(living):
        yield f"Twice: record {record_id} has {count} living papers: {kind} {slot}."
    sealed = (
        select(SignatureRow.document_id, func.count())
        .where(SignatureRow.field.startswith(SignatureField.SEAL))
        .group_by(SignatureRow.document_id)
        .having(func.count() > 1)
    )
    yield from (f"Twice: document {each} has {count} seals." for each, count in session.execute(sealed))


def _events(session: Session) -> Iterator[str]:
    """One entry of the log for each paper that was issued."""
    issued = (
        select(Document.id, func.count(LogEvent.id))
        .outerjoin(LogEvent, (LogEvent.document_id == Document.id) & (LogEvent.kind == "issued"))
        .where(Document.sealed_at.is_not(None))
        .group_by(Document.id)
        .having(func.count(LogEvent.id) != 1)
    )
    yield from (
        f"Document {each} is sealed and has {count} entries in the log." for each, count in session.execute(issued)
    )


def _verified(world: World, papers: list[Paper]) -> list[str]:
    root, objects = world.settings.trust_file, world.settings.object_store
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        findings = pool.map(judge, papers, [objects] * len(papers), [root] * len(papers), chunksize=16)
        return [finding for finding in findings if finding]
