"""An append that was cut off at any write: the log stays what it was, and the same call finishes it."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from signing.log.log import HistoryLog
from signing.log.signers import NoteSigner
from signing.log.store import LocalTiles
from tests.signing.log.samples import ORIGIN, MemoryTiles, entries, history, written

BEFORE, AFTER = 250, 800
WRITES = len(written(entries(AFTER)).files)  # three full bundles and tiles, the partial ones, the checkpoint


def interrupted(writes: int) -> MemoryTiles:
    """A log of 250 entries after an append of 550 more that could write so many files only."""
    store = written(entries(BEFORE))
    store.writes_left = writes
    with pytest.raises(OSError, match="No space left"):
        history(store).append(BEFORE, entries(AFTER - BEFORE, BEFORE))
    store.writes_left = 1 << 30
    return store


@pytest.mark.parametrize("writes", range(WRITES))
def test_until_the_checkpoint_is_written_the_log_is_the_old_one(writes: int) -> None:
    store = interrupted(writes)
    assert history(store).check().size == BEFORE
    assert history(store).entries(0, BEFORE) == entries(BEFORE)


@pytest.mark.parametrize("writes", range(WRITES))
def test_the_same_append_made_again_finishes_it(writes: int) -> None:
    store = interrupted(writes)
    history(store).append(BEFORE, entries(AFTER - BEFORE, BEFORE))
    assert history(store).check().size == AFTER
    assert store.files == written(entries(BEFORE)).files | written(entries(AFTER)).files


@pytest.mark.parametrize("writes", range(WRITES))
@pytest.mark.parametrize("count", [1, 100, 600])
def test_what_was_not_signed_may_still_become_something_else(writes: int, count: int) -> None:
    store = interrupted(writes)
    history(store).append(BEFORE, [b"other %d" % index for index in range(count)])
    assert history(store).check().size == BEFORE + count
    assert history(store).entries(BEFORE, BEFORE + 1) == [b"other 0"]


def test_no_write_fails_when_there_is_room_for_all_of_them() -> None:
    store = written(entries(BEFORE))
    store.writes_left = WRITES
    assert history(store).append(BEFORE, entries(AFTER - BEFORE, BEFORE)).size == AFTER


APPENDER = """
import sys
from itertools import count
from pathlib import Path
from signing.log.log import HistoryLog
from signing.log.signers import NoteSigner
from signing.log.store import LocalTiles
from tests.signing.log.samples import ORIGIN, entries

folder = Path(sys.argv[1])
log = HistoryLog(LocalTiles(folder / "log"), NoteSigner.open(folder / "log.pem", ORIGIN), ORIGIN)
for start in count(0, 100):
    log.append(start, entries(100, start))
"""


def test_a_killed_writer_leaves_a_log_that_is_whole_and_goes_on(tmp_path: Path) -> None:
    checkpoint = tmp_path / "log" / "checkpoint"
    with subprocess.Popen([sys.executable, "-c", APPENDER, str(tmp_path)]) as writer:
        while not (checkpoint.exists() and int(checkpoint.read_text().split("\n")[1]) >= 1000):
            assert writer.poll() is None
            time.sleep(0.005)
        writer.send_signal(signal.SIGKILL)
    log = HistoryLog(LocalTiles(tmp_path / "log"), NoteSigner.open(tmp_path / "log.pem", ORIGIN), ORIGIN)
    size = log.check().size
    assert size >= 1000
    assert log.append(size, entries(300, size)).size == size + 300
    assert log.check().size == size + 300
    assert log.entries(0, size + 300) == entries(size + 300)
