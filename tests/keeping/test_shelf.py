"""The folder of backups: whose it is, what counts as a backup, and what is removed."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.keeping import manifest
from cli.keeping.manifest import FORMAT, Manifest
from cli.keeping.shelf import LIST, PREPARED_LIST, Shelf, find, listed
from cli.trouble import Trouble

AT = datetime(2026, 12, 1, 3, tzinfo=UTC)
ONE, TWO, THREE = ("1" * 64, "2" * 64, "3" * 64)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "backups")


def put(shelf: Shelf, day: int, *names: str, prepared: str = "") -> Path:
    """A finished backup of some documents, which lie beside it."""
    with shelf.held():
        folder = shelf.begin(AT + timedelta(days=day))
        (folder / LIST).write_text("".join(f"{name}\n" for name in names))
        if prepared:
            (folder / PREPARED_LIST).write_text(f"{prepared}\n")
        made = Manifest(FORMAT, AT, "0", (), "", (), "objects", {}, {}, len(names), ())
        manifest.write(folder, made)
        for name in filter(None, (*names, prepared)):
            place = shelf.folder / "objects" / name[:2] / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(name)
        return shelf.finish(folder)


def documents(shelf: Shelf) -> set[str]:
    return {path.name for path in (shelf.folder / "objects").glob("*/*")}


def test_it_is_private(shelf: Shelf) -> None:
    made = put(shelf, 1)
    assert [stat.S_IMODE(each.stat().st_mode) for each in (shelf.folder, made)] == [0o700, 0o700]


def test_a_folder_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir(mode=0o755)
    (tmp_path / "letters" / "one.txt").write_text("Kính gửi")
    with pytest.raises(Trouble, match="holds something else"), Shelf(tmp_path / "letters").held():
        pass
    assert stat.S_IMODE((tmp_path / "letters").stat().st_mode) == 0o755


def test_one_backup_at_a_time(shelf: Shelf) -> None:
    with shelf.held(), pytest.raises(Trouble, match="Another backup is being made"), Shelf(shelf.folder).held():
        pass


def test_a_half_written_one_is_no_backup_and_is_cleared_away(shelf: Shelf) -> None:
    whole = put(shelf, 1)
    with shelf.held():
        half = shelf.begin(AT + timedelta(days=2))
        (half / "database.dump").write_text("half")
    assert shelf.backups() == [whole]
    assert find(shelf.folder) == whole
    with pytest.raises(Trouble, match=r"is no backup: it has no manifest\.json"):
        manifest.read(half)
    put(shelf, 3)
    assert not half.exists()


def test_one_that_lost_its_manifest_is_no_backup(shelf: Shelf) -> None:
    first, second = put(shelf, 1), put(shelf, 2)
    (second / manifest.NAME).unlink()
    assert find(shelf.folder) == first


def test_a_shelf_without_a_whole_backup_says_so(shelf: Shelf) -> None:
    with shelf.held(), pytest.raises(Trouble, match="holds no whole backup"):
        find(shelf.folder)


def test_what_is_kept_keeps_its_documents(shelf: Shelf) -> None:
    put(shelf, 1, ONE, TWO)
    kept = [put(shelf, 2, TWO), put(shelf, 3, TWO, THREE)]
    assert shelf.keep(2) == 1
    assert shelf.backups() == kept
    assert documents(shelf) == {TWO, THREE}
    assert shelf.keep(2) == 0


def test_so_do_papers_that_waited_for_their_signatures(shelf: Shelf) -> None:
    put(shelf, 1, ONE, prepared=TWO)
    kept = put(shelf, 2, ONE, prepared=THREE)
    assert (listed(kept, LIST), listed(kept, PREPARED_LIST)) == ((ONE,), (THREE,))
    shelf.keep(1)
    assert documents(shelf) == {ONE, THREE}


def test_a_backup_of_an_earlier_hocba_lists_none(shelf: Shelf) -> None:
    assert listed(put(shelf, 1, ONE), PREPARED_LIST) == ()
