"""The histories that were recorded of every release: a book may have been open since the first."""

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path

from temporalio.client import WorkflowHistory

from config.settings import PROJECT

FOLDER = Path(__file__).parent / "histories"
EVERY = sorted(FOLDER.glob("*/*.json"))


def release() -> str:
    """The version that is being worked on, or is being released."""
    about = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(about["project"]["version"])


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def history(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))


def workflow_of(path: Path) -> str:
    """The name of the workflow whose history it is."""
    first = json.loads(path.read_text(encoding="utf-8"))["events"][0]
    return str(first["workflowExecutionStartedEventAttributes"]["workflowType"]["name"])


def without(workflows: Iterable[type], version: str, folder: Path = FOLDER) -> set[str]:
    """Names of workflows of which a release has no history."""
    recorded = {workflow_of(path) for path in (folder / version).glob("*.json")}
    return {each.__name__ for each in workflows} - recorded
