"""`python -m worker` runs workflows and database activities; `python -m worker --queue sign` signs and renders."""

import argparse
import asyncio

from config.settings import Settings
from worker.main import run_main_worker, run_sign_worker


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m worker", description=__doc__)
    parser.add_argument("--queue", choices=["main", "sign"], default="main")
    run = {"main": run_main_worker, "sign": run_sign_worker}[parser.parse_args().queue]
    asyncio.run(run(Settings()))


if __name__ == "__main__":  # spawned processes import this module again
    main()
