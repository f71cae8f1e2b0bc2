"""What the parts of a running hocba have used of the machine: processors' time and memory, each with its children."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from cli.services.services import Services


def spent(services: Services) -> dict[str, float]:
    """Seconds of processor time by part, with children that have ended; the signer's processes for papers apart."""
    running = {name: psutil.Process(child.pid) for name, child in services.children.items() if child.pid}
    found = {name: _seconds([each, *each.children(recursive=True)]) for name, each in running.items()}
    found["papers"] = _seconds(running["signer"].children(recursive=True))
    found["signer"] -= found["papers"]
    return found


def _seconds(processes: Iterable[psutil.Process]) -> float:
    found = 0.0
    for each in processes:
        with suppress(psutil.NoSuchProcess):  # PostgreSQL's come and go
            times = each.cpu_times()
            found += times.user + times.system + times.children_user + times.children_system
    return found


def memory(services: Services) -> dict[str, float]:
    """Megabytes by part: what its processes have for themselves, and their share of what they have together."""
    return {name: _megabytes(psutil.Process(child.pid)) for name, child in services.children.items() if child.pid}


def seconds_of(pid: int) -> float:
    return _seconds([psutil.Process(pid)])


def together(pids: Sequence[int]) -> float:
    """Megabytes of those of these processes that are still there."""
    found = 0.0
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            found += _megabytes(psutil.Process(pid))
    return found


def _megabytes(process: psutil.Process) -> float:
    found = 0
    for each in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            found += each.memory_full_info().pss
    return found / 1e6


def differences(after: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    return {name: value - before[name] for name, value in after.items()}


def folder_megabytes(folder: Path) -> float:
    """What files take on the disk, in whole blocks."""
    return sum(path.stat().st_blocks for path in folder.rglob("*") if path.is_file()) * 512 / 1e6
