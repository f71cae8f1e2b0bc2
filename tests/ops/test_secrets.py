"""ops/secrets.sh: made by chance, once, and readable by whom they are handed to alone."""

from pathlib import Path

from tests.ops.composed import BROUGHT, make_secrets


def test_secrets_are_made_once(tmp_path: Path) -> None:
    said = make_secrets(tmp_path / "secrets")
    first = {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()}
    assert all(f"still missing in {tmp_path}/secrets: {name}" in said for name in BROUGHT)
    (tmp_path / "secrets" / "history.secret").unlink()
    make_secrets(tmp_path / "secrets")
    second = {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()}
    assert {name for name in first if first[name] != second[name]} == {"history.secret"}


def test_no_two_installations_have_the_same(tmp_path: Path) -> None:
    for name in ("one", "other"):
        make_secrets(tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() != (tmp_path / "other" / path.name).read_bytes()


def test_the_folder_is_its_owners_and_no_file_can_be_written(tmp_path: Path) -> None:
    make_secrets(tmp_path / "secrets")
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()} == {0o444}
