"""Temporal's own server as a child: file database, 90 days of history, our search attributes."""

import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from cli.services.account import tied_to_parent
from cli.services.child import Part
from cli.trouble import Trouble
from config.settings import Settings
from config.temporal import connect

# Tasks are taken in turns by school (api/fairness.py); off unless asked for. Turns are kept within one partition of a
# queue, so that with the server's usual four they hold on the average only; a machine's own server needs but one.
FAIR = (
    "--dynamic-config-value", "matching.enableFairness=true",
    "--dynamic-config-value", "matching.numTaskqueueReadPartitions=1",
    "--dynamic-config-value", "matching.numTaskqueueWritePartitions=1",
)  # fmt: skip
# A worker that ends in order is given nothing more, rather than work that nobody does until it is missed.
GENTLE = ("--dynamic-config-value", "frontend.enableCancelWorkerPollsOnShutdown=true")
RETENTION = timedelta(hours=2160)
NOT_THERE = (RPCError, RuntimeError)  # the SDK's words for "not there yet" and "cannot connect"
SEARCH_ATTRIBUTES = {
    "SchoolId": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "ClassId": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Year": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Term": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Stage": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "WaitingFor": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
    "DueAt": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "Overdue": IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
}


def temporal_binary() -> str:
    """Return the path of the `temporal` program that the wheel put beside this Python; raises Trouble without it."""
    beside = Path(sys.executable).with_name("temporal")
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise Trouble("The program 'temporal' is missing: run 'make install'.")
    return found


def temporal_version() -> str:
    """What the program says of itself."""
    said = subprocess.run([temporal_binary(), "--version"], capture_output=True, text=True, check=True)
    return said.stdout.strip()


def temporal_part(settings: Settings) -> Part:
    """Return what the services start."""

    async def answers() -> bool:
        return await namespace_answers(settings)

    async def complete() -> None:
        try:
            await prepare_namespace(await connect(settings))
        except NOT_THERE as error:
            raise Trouble("Temporal answered, and then did not any more.") from error

    return Part(
        name="temporal",
        command=tuple(tied_to_parent(_command(settings), "INT")),
        # HOME is the state folder: the program must not read a configuration of the person who starts it.
        environment={"PATH": "/usr/bin:/bin", "HOME": str(settings.var_dir)},
        is_ready=answers,
        complete=complete,
    )


def _command(settings: Settings) -> list[str]:
    database = settings.var_dir / "temporal.db"
    return [
        temporal_binary(), "server", "start-dev",
        "--ip", settings.temporal_host, "--port", str(settings.temporal_port),
        "--ui-port", str(settings.temporal_ui_port), "--ui-codec-endpoint", f"{settings.api_url}/codec",
        "--db-filename", str(database), "--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=full",
        "--namespace", settings.temporal_namespace, "--log-level", "error", *FAIR, *GENTLE,
    ]  # fmt: skip


async def namespace_answers(settings: Settings) -> bool:
    """Tell whether the server serves our namespace yet."""
    try:
        await retention(await connect(settings))
    except NOT_THERE:
        return False
    return True


async def retention(client: Client) -> timedelta:
    """Return how long closed workflows are kept."""
    answer = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return answer.config.workflow_execution_retention_ttl.ToTimedelta()


async def missing_search_attributes(client: Client) -> list[str]:
    """Return our search attributes that the namespace does not have."""
    answer = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    return [name for name in SEARCH_ATTRIBUTES if name not in answer.custom_attributes]


async def prepare_namespace(client: Client) -> None:
    """Keep history for 90 days and create the search attributes that are missing.

    Both by request, not by flags: start-dev keeps 24 hours and ignores new attribute flags once its file exists.
    """
    keep = Duration()
    keep.FromTimedelta(RETENTION)
    if await retention(client) != RETENTION:
        await client.workflow_service.update_namespace(
            UpdateNamespaceRequest(
                namespace=client.namespace, config=NamespaceConfig(workflow_execution_retention_ttl=keep)
            )
        )
    if missing := await missing_search_attributes(client):
        wanted = {name: SEARCH_ATTRIBUTES[name] for name in missing}
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=wanted)
        )
