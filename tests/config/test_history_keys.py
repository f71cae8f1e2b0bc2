"""The keys of histories: made once, rotated while others read, refused when damaged."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.history_keys import FILE, HistoryKeyMissing, HistoryKeys, HistoryKeysDamaged, KeySet, load, store


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_first_key_is_made_once_whoever_starts_first_and_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    with ThreadPoolExecutor(8) as threads:
        found = {keys.current() for keys in threads.map(lambda _: HistoryKeys.open(folder), range(16))}
    assert len(found) == 1
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == [FILE]


def test_a_running_process_takes_up_a_rotation(tmp_path: Path) -> None:
    clock = Clock()
    running, old = HistoryKeys.open(tmp_path, clock), load(tmp_path)
    both = old.with_another()
    (new,) = set(both.keys) - set(old.keys)
    store(tmp_path, both.using(new))
    assert running.of(new) == both.keys[new]  # at once, since somebody wrote with it
    store(tmp_path, both)
    clock.now = 31
    assert running.current()[0] == old.current
    store(tmp_path, both.using(new))
    assert running.current()[0] == old.current
    clock.now = 62
    assert running.current() == (new, both.keys[new])
    assert running.of(old.current) == old.keys[old.current]


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(HistoryKeyMissing, match="20250101-x"):
        HistoryKeys.open(tmp_path).of("20250101-x")
    with pytest.raises(HistoryKeyMissing):
        load(tmp_path).using("20250101-x")


def test_the_key_in_use_cannot_be_dropped() -> None:
    both = KeySet.of_one().with_another()
    (spare,) = set(both.keys) - {both.current}
    assert set(both.without(spare).keys) == {both.current}
    with pytest.raises(ValueError, match=both.current):
        both.without(both.current)


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"current": "a", "keys": {}}', b'{"current": "a", "keys": {"a": "AAAA"}}', b'{"current": 1'],
)
def test_a_damaged_file_is_named_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(HistoryKeysDamaged, match=FILE):
        HistoryKeys.open(tmp_path)
    assert (tmp_path / FILE).read_bytes() == content
