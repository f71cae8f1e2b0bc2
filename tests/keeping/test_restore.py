"""Backup and restore of a small installation: what comes back, and every refusal before anything is touched."""

import json
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyrage
import pytest

from cli.keeping import manifest, places, rows, unfinished
from cli.keeping.restoring import checked
from cli.keeping.sealing import Key, check_recipients
from cli.keeping.shelf import Shelf
from cli.main import exit_status
from cli.services.services import database_only, everything
from cli.trouble import Trouble
from config.settings import Settings
from storage.database import make_engine, make_sessions
from storage.objects import Objects
from storage.tables import School
from tests.keeping.small import PAPERS, Small, bring_back


@pytest.fixture
def backup(small: Small) -> Path:
    return small.back_up().folder


def copy_of(backup: Path, folder: Path) -> Path:
    """With its documents, to be damaged."""
    shutil.copytree(backup.parent / "objects", folder / "objects")
    shutil.copytree(backup, folder / backup.name)
    return folder / backup.name


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def codes_of_schools(settings: Settings) -> list[str]:
    async with database_only(settings):
        engine = make_engine(settings.database_url)
        with make_sessions(engine)() as session:
            found = [school.code for school in session.query(School)]
        engine.dispose()
    return found


async def test_everything_comes_back_under_the_same_rights(small: Small, backup: Path, elsewhere: Settings) -> None:
    await bring_back(elsewhere, backup)
    assert await codes_of_schools(elsewhere) == ["79760001"]
    objects = Objects(places.local(elsewhere.object_store))
    assert [objects.get(name) for name in small.names] == list(PAPERS)
    with closing(sqlite3.connect(elsewhere.var_dir / places.TEMPORAL)) as temporal:
        assert temporal.execute("SELECT count(*) FROM executions").fetchone() == (0,)
    history = places.local(elsewhere.history_dir)
    key, checkpoint = elsewhere.key_store / "school.p12", history / "checkpoint"
    assert (key.read_bytes(), checkpoint.read_bytes()) == (b"a key", b"a checkpoint")
    assert (elsewhere.var_dir / "demo-accounts.json").read_text() == "{}"
    assert [mode(path) for path in (key, elsewhere.key_store)] == [0o600, 0o700]
    assert [mode(path) for path in (checkpoint, history)] == [0o644, 0o755]
    assert unfinished.is_fresh(elsewhere.var_dir)


async def test_an_encrypted_one_shows_nothing_and_opens_with_its_key(
    small: Small, tmp_path: Path, elsewhere: Settings
) -> None:
    identity = pyrage.x25519.Identity.generate()
    taken = small.back_up(check_recipients([str(identity.to_public())]))
    stored = [path for path in taken.folder.parent.rglob("*.age") if path.is_file()]
    assert len(stored) == len(PAPERS) + len(taken.manifest.files) - 2  # the lists of documents name hashes only
    assert not [path for path in stored if any(word in path.read_bytes() for word in (b"a key", *PAPERS))]
    assert not any((small.settings.var_dir / "run").glob("backup-*"))
    (tmp_path / "key.txt").write_text(f"# created: today\n{identity}\n")
    await bring_back(elsewhere, taken.folder, Key.read(tmp_path / "key.txt"))
    assert await codes_of_schools(elsewhere) == ["79760001"]
    with pytest.raises(Trouble, match=r"The backup is encrypted: name the file of the age key"):
        checked(taken.folder, Key())
    with pytest.raises(Trouble, match="cannot be opened with this key, or is damaged"):
        checked(taken.folder, Key((pyrage.x25519.Identity.generate(),)))


def test_documents_are_copied_once(small: Small) -> None:
    small.back_up()
    assert small.back_up().new_documents == 0


def test_a_damaged_document_is_left_out_and_named(small: Small, tmp_path: Path) -> None:
    apart = Small(small.settings, small.names, Shelf(tmp_path / "backups"))
    path = places.local(small.settings.object_store) / small.names[0][:2] / small.names[0]
    path.write_bytes(b"something else")
    try:
        taken = apart.back_up()
    finally:
        path.write_bytes(PAPERS[0])
    assert (taken.manifest.damaged, taken.manifest.documents) == ((small.names[0],), len(PAPERS) - 1)
    checked(taken.folder, Key())


def lose(backup: Path, name: str) -> None:
    (backup / name).unlink()


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def edit(backup: Path, **changes: object) -> None:
    made = json.loads((backup / manifest.NAME).read_bytes())
    (backup / manifest.NAME).write_text(json.dumps(made | changes))


def a_document(backup: Path) -> Path:
    return next((backup.parent / "objects").glob("*/*"))


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "no manifest": (lambda at: lose(at, manifest.NAME), "is no backup: it has no manifest"),
    "a torn manifest": (lambda at: (at / manifest.NAME).write_text('{"format": 1'), r"manifest\.json is damaged"),
    "a newer format": (lambda at: edit(at, format=2), r"was made by a newer hocba \(format 2\)"),
    "newer tables": (lambda at: edit(at, heads=["f00"]), r"was made by a newer hocba \(tables f00\)"),
    "a missing file": (lambda at: lose(at, "temporal.db"), r"The backup lacks temporal\.db"),
    "a damaged file": (lambda at: damage(at / "database.dump"), r"database\.dump is damaged"),
    "a missing document": (lambda at: a_document(at).unlink(), "The document .* is missing in the backup"),
    "a damaged document": (lambda at: damage(a_document(at)), "The document .* is damaged in the backup"),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_not_whole_is_refused_before_anything_is_touched(
    what: str, backup: Path, tmp_path: Path, elsewhere: Settings
) -> None:
    spoil, words = REFUSED[what]
    spoilt = copy_of(backup, tmp_path / "backups")
    spoil(spoilt)
    with pytest.raises(Trouble, match=words):
        await bring_back(elsewhere, spoilt)
    assert not elsewhere.var_dir.exists()


async def test_a_document_that_changes_while_it_is_restored_is_refused(
    backup: Path, tmp_path: Path, elsewhere: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing = copy_of(backup, tmp_path / "backups")
    damage(a_document(changing))
    monkeypatch.setattr("cli.keeping.documents.check", lambda *_: None)
    with pytest.raises(Trouble, match=r"The document .* is damaged in the backup"):
        await bring_back(elsewhere, changing)


@pytest.mark.parametrize("where", ["var", "objects", "secrets"])
def test_nothing_is_restored_over_what_is_there(where: str, tmp_path: Path) -> None:
    places_of = {name: tmp_path / name for name in ("var", "objects", "secrets")}
    settings = Settings(
        var_dir=places_of["var"], object_store=places_of["objects"], secrets_dir=places_of["secrets"]
    )  # fmt: skip
    places.require_empty(settings)
    places_of[where].mkdir()
    places.require_empty(settings)
    (places_of[where] / "mine.txt").write_text("mine")
    with pytest.raises(Trouble, match="is not empty: restore into a state folder that is not there yet"):
        places.require_empty(settings)


async def test_rows_that_are_lacking_are_noticed_and_the_folder_cannot_be_started(
    backup: Path, tmp_path: Path, elsewhere: Settings
) -> None:
    spoilt = copy_of(backup, tmp_path / "backups")
    edit(spoilt, tables={"schools": 2})
    with pytest.raises(Trouble, match="After the restore these tables lack rows: schools"):
        await bring_back(elsewhere, spoilt)
    with pytest.raises(Trouble, match="was interrupted: remove the folder, and restore again"):
        everything(elsewhere)


def test_a_dump_of_postgresql_that_it_cannot_read_is_told_in_a_sentence(small: Small, tmp_path: Path) -> None:
    (tmp_path / "dump").write_bytes(b"no dump")
    with pytest.raises(Trouble, match="pg_restore failed: "):
        rows.fill(small.dsn, tmp_path / "dump")


def test_keys_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="age1x is no public key of age"):
        check_recipients(["age1x"])
    (tmp_path / "key").write_text("nothing")
    with pytest.raises(Trouble, match="holds no age key"):
        Key.read(tmp_path / "key")
    (tmp_path / "key").write_text("AGE-SECRET-KEY-1X")
    with pytest.raises(Trouble, match="holds no age key"):
        Key.read(tmp_path / "key")


@dataclass(frozen=True)
class Command:
    """`hocba` as an operator types it, on a state folder."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    var_dir: Path

    def __call__(self, *arguments: str, **settings: str) -> tuple[int, str]:
        self.monkeypatch.setattr("sys.argv", ["hocba", *arguments])
        for name, value in {"HOCBA_VAR_DIR": str(self.var_dir), **settings}.items():
            self.monkeypatch.setenv(name, value)
        status = exit_status()
        said = self.capsys.readouterr()
        return status, said.out + said.err


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    return Command(monkeypatch, capsys, tmp_path / "var")


def test_a_cluster_is_told_that_this_is_not_for_it(command: Command, tmp_path: Path) -> None:
    for name in ("backup", "restore"):
        status, said = command(name, str(tmp_path / "to"), HOCBA_DATABASE_URL="postgresql://db/hocba")
        assert status == 1
        assert "names a database that hocba does not run" in said


def test_documents_in_a_bucket_are_kept_where_they_are(command: Command, tmp_path: Path) -> None:
    keys = {"HOCBA_S3_ACCESS_KEY_ID": "id", "HOCBA_S3_SECRET_ACCESS_KEY": "secret"}
    for place in ("HOCBA_OBJECT_STORE", "HOCBA_HISTORY_DIR"):
        status, said = command("backup", str(tmp_path / "to"), **keys | {place: "s3://hocba/here"})
        assert (status, "s3://hocba/here lies in a store that keeps versions" in said) == (1, True)


def test_a_folder_without_state_is_no_installation(command: Command, tmp_path: Path) -> None:
    status, said = command("backup", str(tmp_path / "to"))
    assert (status, "holds no state of hocba: postgres/PG_VERSION is missing" in said) == (1, True)


def test_a_backup_in_what_it_is_of_is_refused(small: Small, command: Command) -> None:
    inside = small.settings.var_dir / "backups"
    status, said = command("backup", str(inside), HOCBA_VAR_DIR=str(small.settings.var_dir))
    assert (status, "which the backup is of: name a folder elsewhere" in said) == (1, True)


def test_a_backup_can_be_checked_by_itself(backup: Path, command: Command) -> None:
    status, said = command("restore", "--only-check", str(backup.parent))
    assert (status, f"{backup.name}: whole." in said) == (0, True)
    assert not command.var_dir.exists()
