"""`hocba workers`: which build of the workers gets the work, and new processes for old ones without a gap."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from temporalio.api.enums.v1 import WorkerDeploymentVersionStatus
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    DescribeWorkerDeploymentResponse,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from cli.services.lock import holder
from cli.supervisor import REPLACE_WORKERS
from cli.trouble import Trouble
from config.builds import DEPLOYMENT
from config.settings import Settings
from config.temporal import connect

STATES = {
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_CURRENT: "gets the work",
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_INACTIVE: "waits for `hocba workers use`",
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINED: "is over",
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINING: "ends what it has begun",
}
Answer = TypeVar("Answer")
app = typer.Typer(help=__doc__, no_args_is_help=True)


@app.command()
def use(
    build: Annotated[str, typer.Argument(help="As HOCBA_WORKER_BUILD of the workers that are to get the work.")],
) -> None:
    """Give the work to one build: new workflows and open ones, from their next task on."""
    _with_client(lambda client: use_build(client, build))
    typer.echo(f"Build {build} gets the work from now on.")


@app.command("list")
def list_command() -> None:
    """Name the builds that have been seen, and which of them gets the work."""
    for build, state in _with_client(builds):
        typer.echo(f"{build}: {state}")


@app.command()
def restart() -> None:
    """Have `hocba up` start new worker processes beside the old ones, which then end: nobody waits meanwhile."""
    pid = holder(Settings().var_dir)
    if not pid or not _listens(int(pid)):
        raise Trouble("`hocba up` does not run here: there is nothing to restart.")
    os.kill(int(pid), REPLACE_WORKERS)
    typer.echo("The workers are being replaced; hocba says when each has been.")


def _listens(pid: int) -> bool:
    """Whether a process knows the signal, which ends one that does not: a backup, say, holds the same lock."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")  # proc_pid_status(5)
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught, 16) >> (REPLACE_WORKERS - 1) & 1)


async def use_build(client: Client, build: str) -> None:
    """Raises Trouble when there are no such workers, or when those of a queue that is served now are missing."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name=DEPLOYMENT, build_id=build, identity="hocba workers"
    )
    try:
        await client.workflow_service.set_worker_deployment_current_version(request)
    except RPCError as error:
        if error.status not in {RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION}:
            raise
        raise Trouble(f"Build {build} cannot get the work yet: {error.message}.") from error


async def builds(client: Client) -> list[tuple[str, str]]:
    """Build ids as Temporal knows them, newest first, and what each does. Raises Trouble when none was seen."""
    found = await _deployment(client)
    summaries = sorted(
        found.worker_deployment_info.version_summaries, key=lambda each: -each.create_time.ToNanoseconds()
    )
    return [(each.deployment_version.build_id, STATES.get(each.status, "is unknown")) for each in summaries]


async def _deployment(client: Client) -> DescribeWorkerDeploymentResponse:
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=DEPLOYMENT)
    try:
        return await client.workflow_service.describe_worker_deployment(request)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise Trouble(
            "No worker has said of which build it is: set HOCBA_WORKER_BUILD and start the workers."
        ) from error


def _with_client(work: Callable[[Client], Awaitable[Answer]]) -> Answer:
    async def run() -> Answer:
        return await work(await connect(Settings()))

    return asyncio.run(run())
