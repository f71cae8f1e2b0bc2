"""The secret under which the log names records."""

from pathlib import Path

import pytest

from signing.log.errors import LogDamaged
from signing.log.secret import BYTES, log_secret


def test_it_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "history.secret"
    secret = log_secret(path)
    assert (len(secret), log_secret(path)) == (BYTES, secret)
    assert path.stat().st_mode & 0o077 == 0
    assert log_secret(tmp_path / "other") != secret


def test_a_damaged_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"short")
    with pytest.raises(LogDamaged, match="bị hỏng"):
        log_secret(tmp_path / "secret")
