"""The installation's key: made once, and what is locked under it opens for its owner and purpose only."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from signing.vault import FILE, KeyDamaged, Vault, VaultDamaged

NOW = datetime(2026, 11, 28, tzinfo=UTC)
VAULT = Vault(bytes(32))


def test_the_key_is_made_once_whoever_starts_first_and_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    with ThreadPoolExecutor(8) as threads:
        macs = set(threads.map(lambda _: Vault.open(folder).mac("x", "y"), range(16)))
    assert len(macs) == 1
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == [FILE]


def test_a_damaged_key_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"short")
    with pytest.raises(KeyDamaged):
        Vault.open(tmp_path)


@pytest.mark.parametrize(("purpose", "owner"), [("totp", "b"), ("channel", "a")])
def test_what_is_locked_opens_for_nobody_else(purpose: str, owner: str) -> None:
    locked = VAULT.lock("totp", "a", b"secret")
    assert VAULT.unlock("totp", "a", locked) == b"secret"
    assert locked != VAULT.lock("totp", "a", b"secret")
    for wrong in (locked, locked[:-1] + bytes([locked[-1] ^ 1]), b"", locked[:5]):
        with pytest.raises(VaultDamaged):
            VAULT.unlock(purpose, owner, wrong)


def test_what_the_browser_brings_back_is_taken_unchanged_and_in_time() -> None:
    sealed = VAULT.seal("once", "a", {"codes": ["x"]}, NOW)
    assert VAULT.unseal("once", "a", sealed, NOW) == {"codes": ["x"]}
    for owner, text, at in (("b", sealed, NOW), ("a", sealed[:-2], NOW), ("a", "đ", NOW), ("a", "", NOW)):
        with pytest.raises(VaultDamaged):
            VAULT.unseal("once", owner, text, at)
    with pytest.raises(VaultDamaged):
        VAULT.unseal("once", "a", sealed, NOW + timedelta(seconds=1))


def test_hashes_do_not_run_into_each_other() -> None:
    assert VAULT.mac("x", "ab", "c") != VAULT.mac("x", "a", "bc")
    assert VAULT.token("x", b"n") == VAULT.token("x", b"n") != VAULT.token("y", b"n")
