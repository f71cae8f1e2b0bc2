"""The history log: appending once or twice, what is refused, proofs for any size, cosignatures in the checkpoint."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.log.checkpoint import Checkpoint, open_checkpoint
from signing.log.errors import AppendRefused, LogDamaged, NoSuchEntry, NoteInvalid
from signing.log.log import HistoryLog
from signing.log.merkle import EMPTY_ROOT, continues, includes, root_hash
from signing.log.notes import Note, SignatureLine
from signing.log.store import LocalTiles
from tests.signing.log.samples import ORIGIN, MemoryTiles, entries, hashes, history, signer, written

AT = datetime(2027, 6, 15, 3, 4, 5, tzinfo=UTC)
OFFICE = signer("office.example", seed=2)


def published(store: MemoryTiles) -> Note:
    return Note.parse(store.files["checkpoint"])


def cosigned(store: MemoryTiles, at: datetime = AT) -> SignatureLine:
    return OFFICE.cosign(published(store).text, at)


def test_a_log_that_was_never_written_is_empty() -> None:
    store = MemoryTiles()
    assert history(store).checkpoint() == Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert history(store).append(0, []) == Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert store.files == {}


@given(st.lists(st.integers(0, 300), max_size=5))
def test_the_checkpoint_is_signed_over_all_entries(pieces: list[int]) -> None:
    store, size = MemoryTiles(), 0
    for piece in pieces:
        checkpoint = history(store).append(size, entries(piece, size))
        size += piece
        assert checkpoint == Checkpoint(ORIGIN, size, root_hash(hashes(entries(size))))
        assert size == 0 or open_checkpoint(store.files["checkpoint"], signer().log_key, ORIGIN) == checkpoint
    assert history(store).entries(0, size) == entries(size)
    assert history(store).check().size == size


def test_the_same_append_made_again_changes_nothing() -> None:
    store = written(entries(300))
    before = dict(store.files)
    assert history(store).append(0, entries(300)) == history(store).checkpoint()
    assert history(store).append(290, entries(10, 290)).size == 300
    assert store.files == before


def test_an_append_that_begins_within_the_log_adds_only_the_rest() -> None:
    store = written(entries(300))
    history(store).append(250, entries(100, 250))
    assert store.files["checkpoint"] == written(entries(350)).files["checkpoint"]


@pytest.mark.parametrize("start", [-1, 301])
def test_a_gap_is_refused(start: int) -> None:
    with pytest.raises(AppendRefused, match=f"có 300 mục, không thể ghi từ mục {start}"):
        history(written(entries(300))).append(start, entries(5))


def test_other_content_at_a_written_place_is_refused_and_named() -> None:
    store = written(entries(300))
    before = dict(store.files)
    with pytest.raises(AppendRefused, match="Mục 299 đã ghi với nội dung khác"):
        history(store).append(298, [b"entry 298", b"changed", b"new"])
    assert store.files == before


def test_an_entry_may_have_65535_bytes_and_no_more() -> None:
    store = written([b"a" * 65_535])
    assert history(store).entries(0, 1) == [b"a" * 65_535]
    with pytest.raises(AppendRefused, match="dài tối đa 65535 byte"):
        history(store).append(1, [b"fits", b"a" * 65_536])
    assert history(store).check().size == 1


def test_appending_reads_only_the_right_edge() -> None:
    store = written(entries(70_000))
    store.reads.clear()
    history(store).append(70_000, entries(10, 70_000))
    partial = {"tile/entries/273.p/112", "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"}
    assert set(store.reads) == {"checkpoint", *partial}


@pytest.mark.parametrize("path", ["tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"])
def test_nothing_is_signed_on_top_of_a_damaged_edge(path: str) -> None:
    store = written(entries(300))
    store.files[path] = store.files[path][:-1] + b"?"
    before = dict(store.files)
    with pytest.raises(LogDamaged, match="không khớp"):
        history(store).append(300, [b"new"])
    assert store.files == before


def test_hashes_and_entries_changed_alike_do_not_fit_the_checkpoint() -> None:
    store, other = written(entries(300)), written([*entries(299), b"changed"])
    for path in ("tile/0/001.p/44", "tile/entries/001.p/44"):
        store.files[path] = other.files[path]
    with pytest.raises(LogDamaged, match="không khớp điểm chốt đã ký; không ghi thêm"):
        history(store).append(300, [b"new"])


@given(st.data(), st.integers(1, 600))
def test_proofs_are_given_for_any_size_the_log_had(data: st.DataObject, size: int) -> None:
    log = history(written(entries(600)))
    leaves, old = hashes(entries(size)), data.draw(st.integers(0, size))
    index = data.draw(st.integers(0, size - 1))
    assert includes(leaves[index], index, (size, root_hash(leaves)), log.inclusion_proof(index, size))
    heads = (old, root_hash(leaves[:old])), (size, root_hash(leaves))
    assert continues(heads[0], heads[1], log.consistency_proof(old, size))


@pytest.mark.parametrize(("index", "size"), [(300, 301), (5, 5), (-1, 300), (0, 0)])
def test_no_entry_is_proved_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(NoSuchEntry, match="Nhật ký có 300 mục, không có đoạn"):
        history(written(entries(300))).inclusion_proof(index, size)


@pytest.mark.parametrize(("begin", "end"), [(300, 301), (5, 4), (-1, 300)])
def test_no_growth_is_proved_and_no_entry_read_beyond_the_log(begin: int, end: int) -> None:
    log = history(written(entries(300)))
    for asked in (log.consistency_proof, log.entries):
        with pytest.raises(NoSuchEntry, match=f"Nhật ký có 300 mục, không có đoạn từ {begin} đến {end}"):
            asked(begin, end)


def test_a_checkpoint_by_another_key_is_not_continued() -> None:
    store = written(entries(5))
    with pytest.raises(NoteInvalid, match="không có chữ ký"):
        history(store, seed=3).append(5, entries(1, 5))


def test_a_cosignature_is_published_with_the_checkpoint() -> None:
    store = written(entries(5))
    line = cosigned(store)
    history(store).add_cosignature(line, OFFICE.cosigner_key)
    assert OFFICE.cosigner_key.find(published(store)) == line
    assert history(store).checkpoint().size == 5


def test_a_later_cosignature_takes_the_place_of_an_earlier_one_by_the_same_office() -> None:
    store, other = written(entries(5)), signer("other.example", seed=4)
    text = published(store).text
    first, second, others = cosigned(store), cosigned(store, AT.replace(hour=4)), other.cosign(text, AT)
    for line, key in ((first, OFFICE.cosigner_key), (others, other.cosigner_key), (second, OFFICE.cosigner_key)):
        history(store).add_cosignature(line, key)
    assert published(store).signatures == (signer().sign(text), others, second)


def test_a_cosignature_of_an_older_checkpoint_is_refused() -> None:
    store = written(entries(5))
    line = cosigned(store)
    history(store).append(5, entries(1, 5))
    with pytest.raises(NoteInvalid, match="không đúng"):
        history(store).add_cosignature(line, OFFICE.cosigner_key)
    assert len(published(store).signatures) == 1


def test_a_cosignature_by_an_unknown_office_is_refused() -> None:
    store = written(entries(5))
    line = signer("office.example", seed=5).cosign(published(store).text, AT)
    with pytest.raises(NoteInvalid, match="không đúng"):
        history(store).add_cosignature(line, OFFICE.cosigner_key)


def test_an_empty_log_and_a_checkpoint_by_another_key_take_no_cosignature() -> None:
    with pytest.raises(NoteInvalid, match="sai định dạng"):
        history(MemoryTiles()).add_cosignature(OFFICE.cosign("text\n", AT), OFFICE.cosigner_key)
    store = written(entries(5))
    with pytest.raises(NoteInvalid, match="không có chữ ký"):
        history(store, seed=3).add_cosignature(cosigned(store), OFFICE.cosigner_key)


def test_a_log_in_a_folder_has_the_files_of_a_log_in_memory(tmp_path: Path) -> None:
    HistoryLog(LocalTiles(tmp_path), signer(), ORIGIN).append(0, entries(300))
    files = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert files == written(entries(300)).files
