"""`python -m worker` runs workflows and database activities; `python -m worker --queue sign` signs and renders."""

import argparse
import asyncio

from config.settings import Settings
from config.watching import watch
from worker.main import run_main_worker, run_sign_worker


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m worker", description=__doc__)
    parser.add_argument("--queue", choices=["main", "sign"], default="main")
    run, part = {"main": (run_main_worker, "worker"), "sign": (run_sign_worker, "signer")}[parser.parse_args().queue]
    settings = Settings()
    watch(settings, part)
    asyncio.run(run(settings))


if __name__ == "__main__":  # spawned processes import this module again
    main()
