"""Temporal after the storm: every workflow went on, and knows what the database knows."""

from collections import Counter
from uuid import UUID

from sqlalchemy import select
from temporalio.client import Client, WorkflowExecutionStatus

from config.temporal import connect
from storage.database import Sessions
from storage.tables import ClassGroup, ClassTermRow, TermRecord
from tests.chaos.world import World
from workflows.class_term import workflow_id
from workflows.messages import Snapshot

FAILED = frozenset({
    WorkflowExecutionStatus.FAILED, WorkflowExecutionStatus.TIMED_OUT, WorkflowExecutionStatus.TERMINATED,
    WorkflowExecutionStatus.CANCELED,
})  # fmt: skip


async def engine_findings(world: World, sessions: Sessions, checked: Counter[str]) -> list[str]:
    client = await connect(world.settings)
    found = await ends(client, checked)
    with sessions() as session:
        query = select(ClassTermRow, ClassGroup).join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        rows = [(row, group) for row, group in session.execute(query)]
    for row, group in rows:
        handle = client.get_workflow_handle(workflow_id(group.school_year, str(group.id), row.term))
        known = await handle.query("snapshot", result_type=Snapshot)
        checked["snapshots"] += 1
        found += differences(row, known, _projected(sessions, row.id))
    return found


async def ends(client: Client, checked: Counter[str]) -> list[str]:
    """Workflows that failed, or go on although their class's term is issued; activities that nobody ended."""
    found = []
    async for each in client.list_workflows():
        checked["workflows"] += 1
        if each.status in FAILED:
            found.append(f"Workflow {each.id} is {each.status.name}.")
        elif each.id.startswith("class-term/") and each.status is WorkflowExecutionStatus.RUNNING:
            found.append(f"Workflow {each.id} still runs.")
    troubled = client.list_workflows("TemporalReportedProblems IS NOT NULL")
    found += [f"Workflow {each.id} reports problems." async for each in troubled]
    running = client.list_activities("ExecutionStatus = 'Running'")
    return [*found, *[f"Activity {each.activity_id} still runs." async for each in running]]


def _projected(sessions: Sessions, class_term_id: UUID) -> dict[str, tuple[str, int, int, bool]]:
    with sessions() as session:
        rows = session.scalars(select(TermRecord).where(TermRecord.class_term_id == class_term_id))
        return {str(each.id): (each.stage, each.revision, each.part, each.held) for each in rows}


def differences(row: ClassTermRow, known: Snapshot, projected: dict[str, tuple[str, int, int, bool]]) -> list[str]:
    """Between what the database says of a class's term and what its workflow knows."""
    in_workflow = {rid: (each.stage.value, each.revision, each.part, each.held) for rid, each in known.records.items()}
    found = []
    if (row.wf_seq, row.stage, row.parts) != (known.seq, known.stage, known.parts):
        found.append(f"Class-term {row.id}: the database stands at {row.wf_seq}, the workflow at {known.seq}.")
    if projected != in_workflow:
        found.append(f"Class-term {row.id}: records differ between database and workflow.")
    return found
