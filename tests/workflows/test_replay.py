"""Recorded histories replay with today's workflows; one with its commands reordered is found out."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from config.payloads import passing_converter
from tests.workflows.campaigns.plays import WORKFLOWS
from tests.workflows.changed import ReorderedClassTermWorkflow
from tests.workflows.corrections.plays import WORKFLOWS as OF_CORRECTIONS
from workflows.class_term import ClassTermWorkflow
from workflows.handover import HandoverWorkflow
from workflows.mailing import DailyDigestWorkflow, MailWorkflow
from workflows.transfer import TransferWorkflow

EVERY = sorted((Path(__file__).parent / "histories").glob("*.json"))
MAILING = [path for path in EVERY if path.stem.startswith("mail-")]
CAMPAIGNS = [path for path in EVERY if path.stem.startswith(("campaign", "school-campaign", "night", "submission"))]
CORRECTIONS = [path for path in EVERY if path.stem.startswith("correction-")]
HANDOVERS = [path for path in EVERY if path.stem.startswith("handover-")]
TRANSFERS = [path for path in EVERY if path.stem.startswith("transfer-")]
HISTORIES = [path for path in EVERY if path not in (*MAILING, *CAMPAIGNS, *CORRECTIONS, *HANDOVERS, *TRANSFERS)]


def history(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))


def replayer(*workflows: type) -> Replayer:
    return Replayer(workflows=list(workflows), data_converter=passing_converter())


def test_histories_are_there() -> None:
    assert {path.stem for path in HISTORIES} >= {
        "whole-term", "detours", "deadlines", "deadlines-in-own-task", "continued-first-run", "continued-second-run",
        "several-subjects", "issued-with-seal",
    }  # fmt: skip


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_recorded_histories_still_replay(path: Path) -> None:
    await replayer(ClassTermWorkflow).replay_workflow(history(path))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_workflow_that_changed_its_commands_does_not_replay(path: Path) -> None:
    with pytest.raises(NondeterminismError):
        await replayer(ReorderedClassTermWorkflow).replay_workflow(history(path))


@pytest.mark.parametrize("path", MAILING, ids=lambda path: path.stem)
async def test_recorded_histories_of_messages_still_replay(path: Path) -> None:
    assert len(MAILING) == 2
    await replayer(MailWorkflow, DailyDigestWorkflow).replay_workflow(history(path))


@pytest.mark.parametrize("path", CAMPAIGNS, ids=lambda path: path.stem)
async def test_recorded_histories_of_campaigns_still_replay(path: Path) -> None:
    assert len(CAMPAIGNS) == 5
    await replayer(*WORKFLOWS).replay_workflow(history(path))


@pytest.mark.parametrize("path", CORRECTIONS, ids=lambda path: path.stem)
async def test_recorded_histories_of_corrections_still_replay(path: Path) -> None:
    assert len(CORRECTIONS) == 7
    await replayer(*OF_CORRECTIONS).replay_workflow(history(path))


@pytest.mark.parametrize("path", HANDOVERS, ids=lambda path: path.stem)
async def test_recorded_histories_of_handovers_still_replay(path: Path) -> None:
    assert len(HANDOVERS) == 3
    await replayer(HandoverWorkflow).replay_workflow(history(path))


@pytest.mark.parametrize("path", TRANSFERS, ids=lambda path: path.stem)
async def test_recorded_histories_of_transfers_still_replay(path: Path) -> None:
    assert len(TRANSFERS) == 5
    await replayer(TransferWorkflow).replay_workflow(history(path))
