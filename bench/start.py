"""From `hocba up` to the first page, on a prepared machine, beside starting Python with the same imports.

`python -m bench.start [--times 3] [--json]`: a state folder that was set up before; each start by a new process, until
the sign-in page has come, then stopped in order. The bar: 5 seconds.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Final

import httpx

from bench.parts.rows import Row, table
from cli.services.services import on_free_ports
from config.settings import Settings

PATIENCE_S: Final = 180
PAGE: Final = "/dang-nhap"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = _measured(options.times)
    if options.json:
        print(json.dumps({"load": os.getloadavg(), "rows": [row.as_json() for row in rows]}, ensure_ascii=False))
    else:
        print(table(rows))


def _measured(times: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="hocba-bench-") as folder:
        settings = on_free_ports(Settings(), Path(folder))
        first = _started(settings)
        again = [_started(settings) for _ in range(times)]
        imports = median(_imports() for _ in range(times))
    return [
        Row("Start to first page", "prepared (bar 5)", median(again), "s", {"imports of the API alone": imports}),
        Row("Start to first page", "an empty folder", first, "s", {}),
    ]


def _started(settings: Settings) -> float:
    """Seconds from the command to the page."""
    known = {
        "HOCBA_VAR_DIR": settings.var_dir, "HOCBA_API_PORT": settings.api_port,
        "HOCBA_TEMPORAL_PORT": settings.temporal_port, "HOCBA_TEMPORAL_UI_PORT": settings.temporal_ui_port,
        "HOCBA_PKI_PORT": settings.pki_port,
    }  # fmt: skip
    environment = {**os.environ, **{name: str(value) for name, value in known.items()}}
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "cli.main", "up"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        seconds = _page_came(f"{settings.api_url}{PAGE}", process, start)
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_S)
    return seconds


def _page_came(url: str, process: subprocess.Popen[bytes], start: float) -> float:
    with httpx.Client(trust_env=False) as client:  # each reads all the roots of TLS, on the processors that are timed
        while time.perf_counter() - start < PATIENCE_S:
            if process.poll() is not None:
                raise RuntimeError(f"hocba ended with status {process.returncode}")
            with suppress(httpx.TransportError):
                if client.get(url).is_success:
                    return time.perf_counter() - start
            time.sleep(0.02)
    raise TimeoutError(url)


def _imports() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import api.main"], check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
