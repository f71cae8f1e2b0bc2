"""Keys that several processes would make at once: the first one's stays, whole."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from signing.log.secret import log_secret
from signing.log.signers import NoteSigner


def test_whoever_starts_first_makes_the_logs_key_and_secret(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: str(NoteSigner.open(folder / "history.key", "log").log_key), range(16)))
        found = set(threads.map(lambda _: log_secret(folder / "history.secret"), range(16)))
    assert (len(keys), len(found)) == (1, 1)
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        "history.key": 0o600, "history.secret": 0o600,
    }  # fmt: skip
