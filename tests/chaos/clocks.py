"""Clocks of single parts that step back and forth while they run, by libfaketime (Debian: libfaketime)."""

from collections.abc import Iterable
from pathlib import Path

from cli.trouble import Trouble
from config.settings import PROJECT

LIBRARY = "faketime/libfaketime.so.1"
PLACES = (Path("/usr/lib"), PROJECT / ".tools" / "unpacked" / "usr" / "lib")


def library() -> Path:
    found = next((path for place in PLACES for path in place.glob(f"*/{LIBRARY}")), None)
    if found is None:
        raise Trouble("The storm needs libfaketime: run 'sh tools/debian_tools.sh'.")
    return found


class Clocks:
    """The clock of each part, as minutes beside the true time; a part looks at its own once in a second."""

    def __init__(self, folder: Path, parts: Iterable[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._library = library()
        self._files = {part: folder / f"clock-{part}" for part in parts}
        for part in self._files:
            self.step([part], 0)

    def environment(self, part: str) -> dict[str, str]:
        """What makes a process read its clock here. Only the time of day steps, as on a real machine."""
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._files[part]),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Without this every wait of a thread with a timeout ends at once, and the process spins.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "NO_FAKE_STAT": "1",
        }

    def step(self, parts: Iterable[str], minutes: int) -> None:
        for part in parts:
            fresh = self._files[part].with_suffix(".new")
            fresh.write_text(f"{minutes * 60:+d}\n")
            fresh.replace(self._files[part])
