"""Workers that remember workflows between two tasks, as ours do; what they ran is replayed from its beginning once."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer, WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner

from workflows.workers import LEAN


class NotingRunner(WorkflowRunner):
    """Runs workflows like a worker's own runner, and knows afterwards which it ran."""

    def __init__(self) -> None:
        self.workflows = list[type]()
        self.runs = dict[str, str]()  # ids of workflows by the ids of their runs

    def prepare_workflow(self, defn: Any) -> None:  # noqa: ANN401 - the library's own type has no public name
        self.workflows.append(defn.cls)
        LEAN.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        self.runs[det.info.run_id] = det.info.workflow_id
        return LEAN.create_instance(det)

    def set_worker_level_failure_exception_types(self, types: Sequence[type[BaseException]]) -> None:
        LEAN.set_worker_level_failure_exception_types(types)

    async def replay(self, client: Client) -> None:
        """Raises NondeterminismError where a run would not come to the same again."""
        replayer = Replayer(workflows=self.workflows, workflow_runner=LEAN, data_converter=client.data_converter)
        await replayer.replay_workflows(self._histories(client))

    async def _histories(self, client: Client) -> AsyncIterator[WorkflowHistory]:
        for run_id, workflow_id in self.runs.items():
            yield await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()


@asynccontextmanager
async def replayed_at_the_end(client: Client) -> AsyncIterator[NotingRunner]:
    """A runner for workers that end first.

    A worker without a cache replays the whole history at each task, which finds the same at many times the cost: of
    these prefixes of a history the last one is all of it.
    """
    runner = NotingRunner()
    yield runner
    await runner.replay(client)
