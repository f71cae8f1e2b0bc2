"""Whoever changes the history: from outside any changed file is found, from inside every earlier checkpoint."""

from collections.abc import Callable

import pytest

from signing.log.checkpoint import Checkpoint
from signing.log.errors import LogDamaged, LogForked, NoteInvalid
from signing.log.log import check_log
from tests.signing.log.samples import MemoryTiles, entries, history, written

ENTRIES = entries(600)
FILES = sorted(written(ENTRIES).files)
SEEN = [history(written(ENTRIES[:size])).checkpoint() for size in (1, 256, 300, 600)]

Rewriting = Callable[[list[bytes]], list[bytes]]
REWRITINGS: dict[str, Rewriting] = {
    "an entry is deleted": lambda held: held[:100] + held[101:],
    "the last entry is deleted": lambda held: held[:-1],
    "an entry is changed": lambda held: [*held[:100], b"changed", *held[101:]],
    "an entry is put in with an earlier date": lambda held: [*held[:100], b"back-dated", *held[100:]],
    "two entries change places": lambda held: [*held[:100], held[101], held[100], *held[102:]],
    "an entry is repeated": lambda held: [*held[:100], held[100], *held[100:]],
    "everything is deleted": lambda _: [],
}


def test_an_untouched_log_fits_every_checkpoint_seen_before() -> None:
    assert history(written(ENTRIES)).check(*SEEN) == SEEN[-1]


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("place", [0, 2, -1])
def test_one_changed_byte_in_any_file_is_found(path: str, place: int) -> None:
    store = written(ENTRIES)
    data = bytearray(store.files[path])
    data[place] ^= 1
    store.files[path] = bytes(data)
    with pytest.raises((LogDamaged, NoteInvalid)):
        history(store).check()


@pytest.mark.parametrize("path", [path for path in FILES if path != "checkpoint"])
def test_any_missing_file_is_found(path: str) -> None:
    store = written(ENTRIES)
    del store.files[path]
    with pytest.raises(LogDamaged, match=path):
        history(store).check()


def test_a_changed_entry_is_found_even_with_its_hashes_made_to_fit() -> None:
    store = written([*ENTRIES[:100], b"changed", *ENTRIES[101:]])
    store.files["checkpoint"] = written(ENTRIES).files["checkpoint"]
    with pytest.raises(LogDamaged, match="Nội dung nhật ký không khớp điểm chốt đã ký"):
        history(store).check()


@pytest.mark.parametrize("rewriting", REWRITINGS.values(), ids=REWRITINGS)
def test_a_history_rewritten_and_signed_anew_does_not_fit_an_earlier_checkpoint(rewriting: Rewriting) -> None:
    store = written(rewriting(ENTRIES))
    history(store).check()
    with pytest.raises(LogForked, match=r"rút ngắn|rẽ nhánh"):
        history(store).check(SEEN[-1])


def test_an_older_log_put_back_is_shorter_than_what_was_seen() -> None:
    with pytest.raises(LogForked, match="trước đây có 600 mục, nay chỉ còn 300"):
        history(written(ENTRIES[:300])).check(SEEN[-1])


def test_of_two_versions_of_a_log_each_is_refused_by_who_saw_the_other() -> None:
    ours, theirs = written([*ENTRIES, b"ours"]), written([*ENTRIES, b"theirs"])
    for store, other in ((ours, theirs), (theirs, ours)):
        assert history(store).check(SEEN[-1]).size == 601
        with pytest.raises(LogForked, match="601 mục đầu không còn đúng"):
            history(store).check(history(other).checkpoint())


def test_a_copy_is_checked_without_the_key() -> None:
    copy = MemoryTiles(dict(written(ENTRIES).files))
    check_log(copy, SEEN[-1], SEEN)
    with pytest.raises(LogDamaged):
        check_log(copy, Checkpoint(SEEN[-1].origin, 600, SEEN[0].root))
