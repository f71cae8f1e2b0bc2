"""`python -m tests.chaos`: faults while a simulated school works; exit status 1 when something did not hold."""

import argparse
import asyncio
import json
import logging
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from domain.assessment import Term
from tests.chaos.disk import own_mounts
from tests.chaos.report import as_json, table
from tests.chaos.storm import Round, Shape, storm

IN_A_ROUND = 100
LONG = Shape(("1A1", "1A2", "1A3", "1A4", "1A5", "1A6", "4A1", "6A1"), 6, 4, (Term.HK1, Term.YEAR_END), 600, IN_A_ROUND)
SHORT = Shape(("1A1", "4A1", "1A2", "4A2"), 5, 2, (Term.YEAR_END, Term.HK1), 400, 4)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--faults", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="a small school, for a short run")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--folder", type=Path, help="where the state goes; a new temporary folder unless given")
    parser.add_argument("--keep", action="store_true", help="keep the folder even if everything held")
    given = parser.parse_args()
    own_mounts()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="hocba-chaos-"))
    rounds = asyncio.run(_rounds(given, folder))
    for line in table(rounds):
        sys.stdout.write(line + "\n")
    if given.json:
        sys.stdout.write(json.dumps(as_json(rounds), ensure_ascii=False) + "\n")
    violated = any(each.violations for each in rounds)
    if given.keep or violated:
        sys.stderr.write(f"What each part wrote: {folder}/round-*/log\n")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if violated else 0


async def _rounds(given: Any, folder: Path) -> list[Round]:  # noqa: ANN401 - argparse
    rounds: list[Round] = []
    began = time.monotonic()

    def say(sentence: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began:7.1f} s  {sentence}\n")

    left = given.faults
    while left > 0:
        seed = given.seed + len(rounds)
        say(f"Round {len(rounds) + 1}, seed {seed}.")
        shape = SHORT if given.short else LONG
        found = await storm(folder / f"round-{seed}", seed, min(left, IN_A_ROUND), shape, say)
        rounds.append(found)
        left -= len(found.faults)
        for each in found.violations:
            say(f"VIOLATION {each}")
    return rounds


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    status = main()
    time.sleep(0.3)  # Temporal's threads end first: Python 3.11 may crash otherwise (sdk-python issue 300)
    sys.exit(status)
