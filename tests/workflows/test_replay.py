"""Recorded histories of every release replay with today's workflows; one with its commands reordered is found out."""

import re
from pathlib import Path

import pytest
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from config.payloads import passing_converter
from config.settings import PROJECT
from tests.workflows.changed import ReorderedClassTermWorkflow
from tests.workflows.playing import Book
from tests.workflows.recorded import EVERY, FOLDER, history, name_of, release, without, workflow_of
from tests.workflows.replaying import NotingRunner
from workflows.class_term import ClassTermWorkflow
from workflows.workers import WORKFLOWS

OF_BOOKS = [path for path in EVERY if workflow_of(path) == ClassTermWorkflow.__name__]


def replayer(*workflows: type) -> Replayer:
    return Replayer(workflows=list(workflows), data_converter=passing_converter())


@pytest.mark.parametrize("path", EVERY, ids=name_of)
async def test_recorded_histories_still_replay(path: Path) -> None:
    await replayer(*WORKFLOWS).replay_workflow(history(path))


@pytest.mark.parametrize("path", OF_BOOKS, ids=name_of)
async def test_a_workflow_that_changed_its_commands_does_not_replay(path: Path) -> None:
    with pytest.raises(NondeterminismError):
        await replayer(ReorderedClassTermWorkflow).replay_workflow(history(path))


async def test_what_workers_ran_is_replayed_as_well(book: Book) -> None:
    await book.whole_term()
    runner = NotingRunner()
    runner.runs[(await book.handle.describe()).run_id] = book.handle.id
    runner.workflows = [ClassTermWorkflow]
    await runner.replay(book.client)
    runner.workflows = [ReorderedClassTermWorkflow]
    with pytest.raises(NondeterminismError):
        await runner.replay(book.client)


def test_no_release_is_without_a_history_of_each_of_its_workflows() -> None:
    """A version is set in pyproject.toml; then `python -m tests.workflows.record` records its histories."""
    assert without(WORKFLOWS, release()) == set()
    changes = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## (\d+\.\d+\.\d+)", changes, re.MULTILINE)
    assert [version for version in released if not any((FOLDER / version).glob("*.json"))] == []


def test_a_release_whose_histories_are_missing_is_found_out(tmp_path: Path) -> None:
    assert without(WORKFLOWS, "9.9.9", tmp_path) == {each.__name__ for each in WORKFLOWS}
    kept = next(path for path in EVERY if workflow_of(path) == ClassTermWorkflow.__name__)
    (tmp_path / "9.9.9").mkdir()
    (tmp_path / "9.9.9" / kept.name).write_bytes(kept.read_bytes())
    assert ClassTermWorkflow.__name__ not in without(WORKFLOWS, "9.9.9", tmp_path)
