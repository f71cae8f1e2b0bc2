"""The audit: silent about an honest archive, and it names whatever somebody with all rights has done to one."""

import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from activities import auditing, auditing_log
from activities.findings import Progress
from activities.history import leaf_of
from storage import history
from storage.tables import EvidencePath
from tests.activities.archive import Archive, issue
from tests.factories import make_class, make_school, open_book
from tests.matters import make_matter

STAGES = ("log", "checkpoints", "entries", "batches", "documents", "records", "journals", "matters")


# Honest archives.


def test_an_honest_archive_is_clean_and_all_of_it_was_looked_at(archive: Archive) -> None:
    archive.issue_more(2)
    done = archive.auditor().run(Progress(datetime.now(UTC)), lambda _: None)
    assert done.findings == ()
    assert done.finished_at is not None
    assert done.checked == {
        "log": 8, "checkpoints": 2, "entries": 8, "batches": 4, "documents": 8, "records": 6, "journals": 2,
        "matters": 0,
    }  # fmt: skip
    assert tuple(done.checked) == STAGES


def test_an_installation_where_nothing_happened_yet_is_clean(archive: Archive) -> None:
    shutil.rmtree(archive.folder / "history")
    archive.tamper("TRUNCATE documents, log_checkpoints, evidence_batches, term_records CASCADE", counts=False)
    assert archive.audit() == []


def test_what_is_on_its_way_is_no_finding_until_it_is_late(archive: Archive) -> None:
    book = open_book(archive.session, make_class(archive.session, make_school(archive.session, 2)))
    archive.papers = issue(book, archive.objects, archive.keeper, datetime.now(UTC))
    assert archive.audit(datetime.now(UTC)) == []
    assert sorted(archive.audit()) == sorted(("hidden", archive.name(at)) for at in range(4))
    number_only(archive)
    assert archive.audit(datetime.now(UTC)) == []
    assert archive.audit() == [("hidden", f"position {at}") for at in range(4, 8)]


def number_only(archive: Archive) -> None:
    with archive.sessions.begin() as session:
        facts = history.unnumbered(session, 10)
        history.number(session, [(each.event_id, leaf_of(each, archive.log_book.secret)) for each in facts])


def test_a_renewed_time_stamp_is_followed(archive: Archive) -> None:
    archive.tamper("UPDATE evidence_batches SET proves_until = now()")
    assert archive.keeper.renew(datetime.now(UTC)) == 2
    assert archive.audit() == []


# Files.


def test_a_changed_file_is_found(archive: Archive) -> None:
    archive.path_of(archive.papers[1]).write_bytes(b"%PDF-1.7 with better marks")
    assert archive.audit() == [("changed", archive.name(1))]


def test_a_removed_file_is_found(archive: Archive) -> None:
    archive.path_of(archive.papers[1]).unlink()
    assert archive.audit() == [("removed", archive.name(1))]


def test_a_file_with_another_documents_bytes_is_found(archive: Archive) -> None:
    archive.path_of(archive.papers[1]).write_bytes(archive.path_of(archive.papers[2]).read_bytes())
    assert archive.audit() == [("swapped", archive.name(1))]


# Rows of documents.


def test_a_changed_size_is_found(archive: Archive) -> None:
    archive.tamper("UPDATE documents SET size = size + 1 WHERE id = :id", id=archive.papers[0].id)
    assert archive.audit() == [("changed", archive.name())]


def test_a_document_that_points_to_a_forged_file_is_found(archive: Archive) -> None:
    forged = b"%PDF-1.7 forged"
    archive.tamper(
        "UPDATE documents SET sha256 = :sha256, size = :size WHERE id = :id",
        sha256=archive.objects.put(forged), size=len(forged), id=archive.papers[0].id,
    )  # fmt: skip
    assert archive.audit() == [
        ("changed", archive.place()), ("changed", archive.name()), ("unproven", archive.name())
    ]  # fmt: skip


def test_a_document_that_points_to_anothers_file_is_found(archive: Archive) -> None:
    archive.tamper(
        "UPDATE documents SET sha256 = :sha256 WHERE id = :id",
        sha256=archive.papers[1].sha256, id=archive.papers[0].id,
    )  # fmt: skip
    assert archive.audit() == [("swapped", archive.place()), ("swapped", archive.name())]


def test_two_documents_exchanged_in_every_row_are_found_by_the_log(archive: Archive) -> None:
    first, second = ((paper.id, paper.sha256) for paper in archive.papers[:2])
    for (paper_id, _), (_, sha256) in ((first, second), (second, first)):
        archive.tamper("UPDATE documents SET sha256 = :sha256 WHERE id = :id", sha256=sha256, id=paper_id)
        archive.tamper("UPDATE signatures SET sha256 = :sha256 WHERE document_id = :id", sha256=sha256, id=paper_id)
    assert sorted(archive.audit()) == sorted(("swapped", archive.place(at)) for at in (0, 1))


def test_a_removed_seal_is_found(archive: Archive) -> None:
    archive.tamper("DELETE FROM signatures WHERE document_id = :id", id=archive.papers[0].id)
    assert archive.audit() == [("removed", archive.name())]


def test_a_seal_over_another_file_is_found(archive: Archive) -> None:
    archive.tamper("UPDATE signatures SET sha256 = :x WHERE document_id = :id", x="0" * 64, id=archive.papers[0].id)
    assert archive.audit() == [("changed", archive.name())]


def test_a_removed_document_is_found(archive: Archive) -> None:
    archive.tamper("DELETE FROM documents WHERE id = :id", id=archive.papers[0].id)
    assert archive.audit() == [
        ("removed", archive.place()), ("removed", f"record {archive.book.opened.record_ids[0]}")
    ]  # fmt: skip


@pytest.mark.parametrize("change", ["version = 2", "version = 0"], ids=["possible", "impossible"])
def test_a_changed_version_is_found(archive: Archive, change: str) -> None:
    archive.tamper(f"UPDATE documents SET {change} WHERE id = :id", id=archive.papers[0].id)  # noqa: S608
    assert archive.audit() == [("changed", archive.place())]


# Evidence of time.


def batch_of(archive: Archive) -> UUID:
    return archive.session.query(EvidencePath).filter_by(sha256=archive.papers[0].sha256).one().batch_id


def test_a_changed_time_of_a_batch_is_found(archive: Archive) -> None:
    batch = batch_of(archive)
    archive.tamper("UPDATE evidence_batches SET stamped_at = stamped_at - interval '1 hour' WHERE id = :id", id=batch)
    assert archive.audit() == [("changed", f"batch {batch}")]


def test_a_time_stamp_over_something_else_is_found(archive: Archive) -> None:
    batch = batch_of(archive)
    archive.tamper("UPDATE evidence_batches SET root = :root WHERE id = :id", root=bytes(32), id=batch)
    faults = archive.audit()
    assert faults[0] == ("unproven", f"batch {batch}")
    assert sorted(faults[1:]) == sorted(("unproven", archive.name(at)) for at in range(4))


def test_a_renewal_that_does_not_cover_the_old_time_stamp_is_found(archive: Archive) -> None:
    archive.tamper("UPDATE evidence_batches SET proves_until = now()")
    archive.keeper.renew(datetime.now(UTC))
    batch = batch_of(archive)
    archive.tamper("UPDATE evidence_batches SET renewal_path = '' WHERE id = :id", id=batch)
    assert archive.audit() == [("unproven", f"batch {batch}")]


@pytest.mark.parametrize("statement", ["DELETE FROM evidence_paths", "UPDATE evidence_paths SET path = ''"])
def test_a_removed_or_broken_path_to_the_evidence_is_found(archive: Archive, statement: str) -> None:
    archive.tamper(f"{statement} WHERE sha256 = :sha256", sha256=archive.papers[0].sha256)
    assert archive.audit() == [("unproven", archive.name())]


def test_evidence_that_lapsed_proves_nothing(archive: Archive) -> None:
    decades_later = datetime.now(UTC) + timedelta(days=10_000)
    assert {fault for fault, _ in archive.audit(decades_later)} == {"unproven"}


# Records and journals.


def test_an_issued_record_without_a_sealed_paper_is_found(archive: Archive) -> None:
    archive.tamper("UPDATE documents SET sealed_at = NULL WHERE id = :id", id=archive.papers[0].id)
    assert archive.audit() == [("removed", f"record {archive.book.opened.record_ids[0]}")]


def test_a_changed_journal_is_found(archive: Archive) -> None:
    archive.tamper(
        "UPDATE audit_entries SET detail = '{}' WHERE class_term_id = :id AND wf_seq = 2", id=archive.book.id
    )
    [found] = archive.findings()
    assert (found.fault, found.subject) == ("changed", f"class-term {archive.book.id}")
    assert found.sentence.endswith("ở bước 2.")


def test_a_changed_step_of_a_matter_is_found(archive: Archive) -> None:
    matter = make_matter(archive.session, archive.book.cast)
    archive.session.commit()
    assert archive.audit() == []
    archive.tamper("UPDATE matter_events SET deed = 'closed' WHERE matter_id = :id", id=matter.id)
    assert archive.audit() == [("changed", f"matter {matter.id}")]


# Going on.


class Interrupted(Exception):
    pass


def test_an_audit_interrupted_anywhere_goes_on_to_the_same_result(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (auditing, auditing_log):
        monkeypatch.setattr(module, "AT_ONCE", 1)
    archive.issue_more(2)
    archive.path_of(archive.papers[0]).unlink()
    archive.tamper("UPDATE log_events SET leaf = 'forged' WHERE position = 2")
    begun = Progress(datetime.now(UTC))
    whole = archive.auditor().run(begun, lambda _: None)
    saved, runs = [begun], 0

    def interrupt(progress: Progress) -> None:
        saved.append(progress)
        if progress.finished_at is None:
            raise Interrupted

    while saved[-1].finished_at is None:
        runs += 1
        with suppress(Interrupted):
            archive.auditor().run(saved[-1], interrupt)
    assert runs > 30
    assert (saved[-1].findings, saved[-1].checked) == (whole.findings, whole.checked)
    assert len(whole.findings) == 2
