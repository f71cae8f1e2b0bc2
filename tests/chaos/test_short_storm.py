"""A short storm: one fault of every kind while a small school works, and everything must hold (`make chaos`: 1,000)."""

import json
import subprocess
import sys
from typing import Any

import pytest

from config.settings import PROJECT
from tests.chaos.faults import KINDS

SEED = 7


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `python -m tests.chaos --short` found. A process of its own: it may mount, and its clocks step."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--short", "--json", "--seed", str(SEED), "--faults", str(len(KINDS)),
         "--folder", str(tmp_path_factory.mktemp("storm"))],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    # What was done to it and when stands in the log: it shows when a test below fails.
    sys.stderr.write(ended.stderr)
    assert ended.stdout, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found | {"status": ended.returncode}


def test_nothing_is_lost_nothing_is_done_twice_and_everything_holds(storm: dict[str, Any]) -> None:
    assert storm["violations"] == []
    assert (storm["actions"]["lost"], storm["actions"]["twice"], storm["status"]) == (0, 0, 0)


def test_there_was_a_fault_of_every_kind(storm: dict[str, Any]) -> None:
    assert [kind for kind, count in storm["by_kind"].items() if not count] == []
    assert set(storm["by_kind"]) == set(KINDS)


def test_people_worked_and_their_work_was_looked_at(storm: dict[str, Any]) -> None:
    """Every class-term that was begun is issued: each has papers with a seal, a chain and a workflow that ended."""
    checked = storm["checked"]
    assert storm["class_terms"] == checked["chains"] == checked["snapshots"] > 0
    assert checked["seals"] >= storm["class_terms"]
    assert checked["decisions"] > 0 < checked["cells"]
