"""The audit of the history log: entries, events and checkpoints that somebody with all rights has changed."""

import shutil
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from activities.auditing_log import ALLOWED, is_back_dated
from activities.history import KEY_FILE
from signing.log.log import HistoryLog
from signing.log.signers import NoteSigner
from signing.log.tiles import tile_path
from storage.auditing import NumberedEvent
from storage.tables import LogEvent
from tests.activities.archive import ORIGIN, Archive


def leaves(archive: Archive) -> list[bytes]:
    return list(archive.log_book.log.entries(0, archive.log_book.log.checkpoint().size))


def rewrite(archive: Archive, entries: list[bytes], key: str = KEY_FILE) -> None:
    """What somebody does who holds the log's key: another history under the same name."""
    shutil.rmtree(archive.folder / "history")
    signer = NoteSigner.open(archive.folder / "keys" / key, ORIGIN)
    HistoryLog(archive.log_book.files, signer, ORIGIN).append(0, entries)


# Events.


def test_a_removed_event_is_found_in_the_log_and_missed_by_its_paper_and_record(archive: Archive) -> None:
    lost = archive.place()
    archive.tamper("DELETE FROM log_events WHERE document_id = :id", id=archive.papers[0].id)
    assert archive.audit() == [
        ("removed", lost), ("hidden", archive.name()), ("hidden", f"record {archive.book.opened.record_ids[0]}")
    ]  # fmt: skip


def test_a_changed_entry_is_found(archive: Archive) -> None:
    archive.tamper("UPDATE log_events SET leaf = 'forged' WHERE document_id = :id", id=archive.papers[0].id)
    assert archive.audit() == [("changed", archive.place())]


def test_an_event_that_claims_to_be_older_is_found(archive: Archive) -> None:
    archive.tamper("UPDATE log_events SET happened_at = happened_at - interval '90 days' WHERE position = 0")
    about = archive.session.query(LogEvent).filter_by(position=0).one().document_id
    assert archive.audit() == [
        ("back_dated", "position 0"), ("changed", "position 0"), ("back_dated", f"document {about}")
    ]  # fmt: skip


def test_papers_issued_with_an_old_date_are_found_though_log_and_rows_agree(archive: Archive) -> None:
    archive.papers = archive.issue_more(2, datetime.now(UTC) - ALLOWED - timedelta(hours=1))
    late = {("back_dated", archive.place(at)) for at in range(4)} | {
        ("back_dated", archive.name(at)) for at in range(4)
    }
    assert set(archive.audit()) == late


def test_an_event_dated_after_its_proof_is_found(archive: Archive) -> None:
    archive.papers = archive.issue_more(2, datetime.now(UTC) + timedelta(hours=1))
    assert sorted(archive.audit()) == sorted(("back_dated", archive.place(at)) for at in range(4))


def test_an_event_is_judged_by_the_time_stamps_around_its_place() -> None:
    first, second = datetime(2027, 6, 1, tzinfo=UTC), datetime(2027, 6, 20, tzinfo=UTC)
    stamped = [(10, first), (20, second)]

    def judged(position: int, at: datetime) -> bool:
        return is_back_dated(NumberedEvent(position, uuid4(), at, b"", None), stamped)

    assert [judged(9, first), judged(10, first), judged(10, second)] == [False, True, False]
    assert [judged(19, second - ALLOWED), judged(9, second)] == [False, True]
    assert [judged(20, second), judged(20, first)] == [False, True]  # not covered yet, but after the second
    stamped.clear()
    assert not judged(0, first)


# The log.


def test_a_log_written_anew_is_a_fork(archive: Archive) -> None:
    rewrite(archive, [*leaves(archive)[:3], b"another"])
    assert archive.audit() == [("forked", "checkpoint 4"), ("changed", "position 3")]


def test_a_log_that_grew_from_another_past_is_a_fork(archive: Archive) -> None:
    archive.issue_more(2)
    rewrite(archive, [b"another", *leaves(archive)[1:], b"one more"])
    assert [each for each in archive.audit() if each[0] == "forked"] == [
        ("forked", "checkpoint 4"), ("forked", "checkpoint 8")
    ]  # fmt: skip


def test_a_shortened_log_is_a_fork_and_hides_what_it_lacks(archive: Archive) -> None:
    rewrite(archive, leaves(archive)[:3])
    assert archive.audit() == [("forked", "checkpoint 4"), ("hidden", "position 3")]


def test_a_log_under_another_key_holds_nothing(archive: Archive) -> None:
    rewrite(archive, leaves(archive), "other.key")
    assert archive.audit() == [
        ("changed", "log"), ("forked", "checkpoint 4"), *(("hidden", f"position {at}") for at in range(4))
    ]  # fmt: skip


def test_a_changed_file_of_the_log_is_found(archive: Archive) -> None:
    tile = archive.folder / "history" / tile_path(0, 0, 4)
    tile.write_bytes(bytes(len(tile.read_bytes())))
    assert archive.audit() == [("changed", "log")]


def test_a_removed_file_of_the_log_is_found(archive: Archive) -> None:
    archive.issue_more(2)
    (archive.folder / "history" / tile_path("entries", 0, 8)).unlink()
    assert archive.audit() == [("changed", "log"), ("changed", "positions 0-7")]
    (archive.folder / "history" / tile_path(0, 0, 8)).unlink()
    assert archive.audit() == [("changed", "log"), ("changed", "checkpoint 4"), ("changed", "positions 0-7")]


@pytest.mark.parametrize(
    "change",
    ["sha256 = repeat('0', 64)", "size = 3", "note = 'forged'", "note = replace(note, '4', '5')"],
    ids=["hash", "size", "no note", "not signed"],
)
def test_a_changed_checkpoint_is_found(archive: Archive, change: str) -> None:
    archive.tamper(f"UPDATE log_checkpoints SET {change}")  # noqa: S608
    [(fault, subject)] = archive.audit()
    assert (fault, subject.split()[0]) == ("changed", "checkpoint")
