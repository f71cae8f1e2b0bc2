"""The checks of papers and of Temporal find a second seal, a missing one, and a workflow that does not go on."""

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from documents.form import place_fields
from domain.deadlines import Deadline
from domain.documents import FIELDS, DocumentKind, SignatureField
from domain.record_states import RecordState
from domain.stages import Stage
from signing.authority import KeyKind
from storage.objects import Objects
from storage.tables import ClassTermRow, Document, TermRecord
from tests.chaos.check_engine import differences, ends
from tests.chaos.check_papers import row_findings
from tests.chaos.judging import Paper, judge
from tests.factories import NOW, open_book
from tests.issued import issued_book
from tests.signing import samples
from tests.signing.conftest import Cast, issue_cast, signed_by
from tests.storage.papers import make_document, make_signature
from tests.workflows.playing import FAR, start_book
from workflows.messages import Snapshot

YEAR = DocumentKind.YEAR_RECORD


def twice(session: Session) -> list[str]:
    return [each for each in row_findings(session) if each.startswith("Twice")]


def test_a_second_seal_and_a_second_paper_are_found(db: Session) -> None:
    book = issued_book(db)
    [summary] = db.scalars(select(Document).where(Document.kind == "class_summary"))
    for field in ("seal", "seal_again"):
        assert twice(db) == []
        make_signature(db, summary, book, field)
    assert twice(db) == [f"Twice: document {summary.id} has 2 seals."]
    make_document(book, part=2, records=book.records[:1])
    assert f"Twice: record {book.records[0]} has 2 living papers: class_summary ." in twice(db)


def test_a_record_issued_without_a_sealed_paper_is_lost(db: Session) -> None:
    book = open_book(db)
    assert list(row_findings(db)) == []
    db.execute(
        update(TermRecord).where(TermRecord.class_term_id == book.id).values(stage="issued", part=1, issued_at=NOW)
    )
    assert sorted(row_findings(db)) == sorted(
        f"Lost: record {each} is issued and has no sealed class summary." for each in book.records
    )


def test_a_sealed_paper_that_the_log_does_not_know_is_found(db: Session) -> None:
    sealed = make_document(open_book(db), sealed_at=NOW)
    assert list(row_findings(db)) == [f"Document {sealed.id} is sealed and has 0 entries in the log."]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Cast:
    return issue_cast(tmp_path_factory.mktemp("pki"), KeyKind.P_256)


def judged(keys: Cast, pdf: bytes, folder: Path, *fields: str) -> str:
    """What is said of these bytes when the database knows of these signatures."""
    (folder / "root.pem").write_bytes(keys.authority.root.public_bytes(Encoding.PEM))
    paper = Paper("p", YEAR, Objects(folder).put(pdf), tuple(sorted(fields)))
    return judge(paper, folder, folder / "root.pem")


def test_seals_in_the_file_itself_are_counted(keys: Cast, tmp_path: Path) -> None:
    first = [*FIELDS[YEAR][:-1]]
    assert judged(keys, keys.signed(keys.placed(), *first), tmp_path, *first) == "Lost: document p bears 0 seals."


def test_a_second_seal_in_the_file_is_counted_whatever_it_is_called(keys: Cast, tmp_path: Path) -> None:
    again = replace(samples.places(YEAR)[0], field="seal_again")
    pdf = place_fields(keys.unsigned(), [again, *samples.places(YEAR)])
    pdf = signed_by(keys.keys[SignatureField.SEAL], pdf, again.field)
    pdf = keys.signed(pdf, *FIELDS[YEAR])
    assert judged(keys, pdf, tmp_path, again.field, *FIELDS[YEAR]) == "Twice: document p bears 2 seals."


def test_a_signature_that_the_database_does_not_know_is_found(keys: Cast, tmp_path: Path) -> None:
    assert "the database says ('seal',)" in judged(keys, keys.finished(), tmp_path, "seal")


async def test_a_workflow_that_goes_on_or_was_ended_is_found(temporal_env: WorkflowEnvironment) -> None:
    book = await start_book(temporal_env.client)
    await seen(temporal_env.client, f"Workflow {book.handle.id} still runs.")
    await book.handle.terminate()
    await seen(temporal_env.client, f"Workflow {book.handle.id} is TERMINATED.")


async def seen(client: Client, finding: str) -> None:
    """Temporal's list of workflows follows a moment later."""
    async with asyncio.timeout(30):
        while finding not in await ends(client, Counter()):  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.1)


def test_where_database_and_workflow_differ_is_found() -> None:
    state = RecordState(Stage.ISSUED, 1, (), (), part=1)
    known = Snapshot(7, Stage.ISSUED, 1, {"r1": state}, Deadline(1, FAR), (), is_late=False)
    row = ClassTermRow(id=uuid4(), wf_seq=7, stage="issued", parts=1)
    assert differences(row, known, {"r1": ("issued", 1, 1, False)}) == []
    assert len(differences(row, known, {"r1": ("sealed", 1, 1, False)})) == 1
    assert len(differences(row, known, {})) == 1
    row.wf_seq = 6
    assert len(differences(row, known, {"r1": ("issued", 1, 1, False)})) == 1
