"""What the machine must offer before anything is started: disk space and free ports."""

import shutil
import socket
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path

from cli.trouble import Trouble
from config.settings import LOOPBACK, Settings

MEGABYTE = 1_000_000
SPACE_NEEDED = 500 * MEGABYTE


def free_space(folder: Path) -> int:
    """Return the free bytes of the disk that holds `folder`, or will hold it."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def require_space(folder: Path, needed: int = SPACE_NEEDED) -> None:
    """Raise Trouble when fewer than `needed` bytes are free."""
    free = free_space(folder)
    if free < needed:
        raise Trouble(
            f"The disk of {folder} is nearly full: {free // MEGABYTE} MB are free, hocba needs {needed // MEGABYTE} MB."
        )


def port_is_free(host: str, port: int) -> bool:
    """Tell whether a server could listen there now."""
    with socket.socket(_family(host)) as probe:
        # As servers do: a port whose last connections are only closing down counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def require_ports(settings: Settings, parts: Collection[str] = ("api", "temporal", "worker", "signer")) -> None:
    """Raise Trouble for the first port of `parts` that another program holds, with the setting that moves it."""
    wanted = [
        ("api", "the web address", settings.api_host, settings.api_port, "HOCBA_API_PORT"),
        ("authority", "the development authority", LOOPBACK, settings.pki_port, "HOCBA_PKI_PORT"),
        ("temporal", "Temporal", settings.temporal_host, settings.temporal_port, "HOCBA_TEMPORAL_PORT"),
        ("temporal", "Temporal's pages", settings.temporal_host, settings.temporal_ui_port, "HOCBA_TEMPORAL_UI_PORT"),
    ]
    for part, port in metrics_ports(settings).items():
        wanted.append((part, f"metrics of {part}", settings.metrics_host, port, "HOCBA_METRICS_PORT"))
    for part, purpose, host, port, setting in wanted:
        if part in parts and not port_is_free(host, port):
            raise Trouble(f"Port {port} ({purpose}) is in use by another program: stop it, or set {setting}.")


def metrics_ports(settings: Settings) -> dict[str, int]:
    """Where each part of one machine answers Prometheus; none where that is off."""
    first = settings.metrics_port
    return {} if first is None else {part: first + at for at, part in enumerate(("api", "worker", "signer"))}


def free_ports(host: str, count: int) -> list[int]:
    """Return `count` different ports nobody listens on, and which the system gives to nobody for a minute."""
    with ExitStack() as open_now:
        probes = [open_now.enter_context(socket.create_server((host, 0), family=_family(host))) for _ in range(count)]
        for probe in probes:
            _let_rest(probe)
        return [probe.getsockname()[1] for probe in probes]


def _let_rest(listener: socket.socket) -> None:
    """Visit it and hang up on its side: its port rests a while, and only a server that names it may have it."""
    with socket.create_connection(listener.getsockname()[:2]) as visitor:
        listener.accept()[0].close()
        visitor.recv(1)  # the end is seen here before it is answered: the side that ended first is the one that rests


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
