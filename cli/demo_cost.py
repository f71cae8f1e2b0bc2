"""Where the demo's processor time goes: CPU seconds by part, with all their child processes."""

from collections.abc import Mapping

import psutil

from cli.services.services import Services


def cpu_seconds(services: Services) -> dict[str, float]:
    """CPU seconds used so far by each part, and by the demo itself."""
    used = {name: _of(psutil.Process(child.pid)) for name, child in services.children.items() if child.pid}
    return used | {"demo": _own(psutil.Process())}


def spent(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """What each part used in between; a part that was restarted starts at nothing."""
    return {name: round(max(0.0, seconds - before.get(name, 0.0)), 2) for name, seconds in after.items()}


def _of(process: psutil.Process) -> float:
    family = [process, *process.children(recursive=True)]
    # Ended children count too: PostgreSQL serves each connection by a process of its own.
    times = [each.cpu_times() for each in family]
    ended = times[0].children_user + times[0].children_system
    return sum(each.user + each.system for each in times) + ended


def _own(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system
