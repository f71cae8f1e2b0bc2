"""The object store in a folder, whole files or none; and prepared papers beside signed ones, in folder and bucket."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.buckets import Place, StoreUnavailable
from storage.folders import Folder
from storage.objects import ObjectDamaged, ObjectMissing, Objects
from tests.s3_server import S3Server

BLOB = b"%PDF-1.7 sample"
SOON, LONG_AGO = datetime.now(UTC) + timedelta(days=1), datetime.now(UTC) - timedelta(days=1)


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        return tmp_path / "objects"
    s3_server: S3Server = request.getfixturevalue("s3_server")
    return s3_server.bucket("documents")


def test_what_is_there_stays(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.create("ab/one", b"first")
    folder.create("ab/one", b"second")
    assert folder.read("ab/one") == b"first"
    folder.replace("ab/one", b"third")
    assert folder.read("ab/one") == b"third"
    assert [*folder.paths()] == ["ab/one"]


def test_many_who_store_the_same_at_once_all_succeed(tmp_path: Path) -> None:
    folder, blob = Folder(tmp_path), os.urandom(200_000)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: folder.create("ab/one", blob), range(64)))
    assert folder.read("ab/one") == blob
    assert [path.name for path in (tmp_path / "ab").iterdir()] == ["one"]


def test_what_is_stored_is_on_the_disk_with_its_name(tmp_path: Path, synced: list[str]) -> None:
    sha256 = Objects(tmp_path / "objects").put(BLOB)
    assert synced == [sha256, sha256[:2], "objects"]


def test_of_many_each_file_and_each_folder_is_waited_for_once(tmp_path: Path, synced: list[str]) -> None:
    objects = Objects(tmp_path / "objects")
    names = [objects.put_soon(b"%d" % number) for number in range(300)]
    assert synced == []
    objects.settle(names)
    assert sorted(synced) == sorted([*names, *{each[:2] for each in names}, "objects"])
    assert objects.get(names[7]) == b"7"
    objects.settle(())
    assert len(synced) < 2 * len(names)


def test_what_was_stored_by_somebody_who_was_killed_is_waited_for_again(tmp_path: Path, synced: list[str]) -> None:
    objects = Objects(tmp_path)
    assert objects.put_soon(BLOB) == objects.put(BLOB)
    assert len(synced) == 3


def test_what_is_gone_is_not_called_settled(place: Place) -> None:
    objects = Objects(place)
    if isinstance(place, Path):
        with pytest.raises(ObjectMissing):
            objects.settle(["a" * 64])
    objects.settle([objects.put_soon(BLOB)])
    assert objects.get(hashlib.sha256(BLOB).hexdigest()) == BLOB


def test_a_disk_that_fills_up_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = Objects(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.rename", full)
    with pytest.raises(StoreUnavailable, match="No space left"):
        objects.put(BLOB)
    monkeypatch.undo()
    assert [*objects.names()] == []
    assert not any(path.is_file() for path in tmp_path.rglob("*"))
    assert objects.get(objects.put(BLOB)) == BLOB


def test_what_a_kill_left_behind_is_no_object(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    sha256 = objects.put(BLOB)
    (tmp_path / sha256[:2] / f"{sha256}#0123").write_bytes(BLOB[:3])
    (tmp_path / "stray").write_bytes(b"")
    assert [*objects.names()] == [sha256]


def test_a_prepared_paper_is_read_back_and_is_no_object(place: Place) -> None:
    objects = Objects(place)
    prepared, signed = objects.prepared.put(BLOB), objects.put(b"signed")
    assert Objects(place).prepared.get(prepared) == BLOB
    assert [*objects.names()] == [signed]
    assert [*objects.prepared.names()] == [prepared]
    with pytest.raises(ObjectMissing):
        objects.get(prepared)


def test_of_a_paper_with_earlier_signatures_only_what_was_added_is_stored(place: Place) -> None:
    objects = Objects(place)
    signed, whole = BLOB * 1_000, BLOB * 1_000 + b"one revision more"
    prepared = objects.prepared.put(whole, objects.put(signed), len(signed))
    assert prepared == hashlib.sha256(whole).hexdigest()
    assert Objects(place).prepared.get(prepared) == whole
    assert objects.prepared.found(prepared) == (prepared, len(whole))
    if isinstance(place, Path):
        assert (place / "prepared" / prepared[:2] / prepared).stat().st_size < 100


def test_it_is_damaged_when_what_it_was_added_to_is_another(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    signed = objects.put(BLOB)
    prepared = objects.prepared.put(BLOB + b"added", signed, len(BLOB))
    path = tmp_path / "prepared" / prepared[:2] / prepared
    path.write_bytes(path.read_bytes().replace(b"added", b"other"))
    with pytest.raises(ObjectDamaged):
        objects.prepared.get(prepared)
    (tmp_path / signed[:2] / signed).unlink()
    with pytest.raises(ObjectMissing):
        objects.prepared.get(prepared)


def test_a_paper_that_was_prepared_among_the_signed_ones_is_found(place: Place) -> None:
    objects = Objects(place)
    assert objects.prepared.get(objects.put(BLOB)) == BLOB
    with pytest.raises(ObjectMissing):
        objects.prepared.get("0" * 64)


def test_a_prepared_paper_that_was_changed_is_damaged(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    sha256 = objects.prepared.put(BLOB)
    (tmp_path / "prepared" / sha256[:2] / sha256).write_bytes(b"other")
    with pytest.raises(ObjectDamaged):
        objects.prepared.get(sha256)


def test_only_old_papers_that_nobody_needs_are_deleted(place: Place) -> None:
    objects = Objects(place)
    signed = objects.put(BLOB)
    needed, over = objects.prepared.put(b"needed"), objects.prepared.put(b"over")
    assert objects.prepared.delete_older(LONG_AGO, ()) == 0
    assert objects.prepared.delete_older(SOON, {needed}) == 1
    assert objects.prepared.delete_older(SOON, {needed}) == 0
    assert [*objects.prepared.names()] == [needed]
    assert objects.get(signed) == BLOB
    with pytest.raises(ObjectMissing):
        objects.prepared.get(over)


def test_a_paper_prepared_again_counts_as_new(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    sha256 = objects.prepared.put(BLOB)
    os.utime(tmp_path / "prepared" / sha256[:2] / sha256, (0, 0))
    assert objects.prepared.put(BLOB) == sha256
    assert objects.prepared.delete_older(LONG_AGO, ()) == 0
