"""What Temporal keeps is unreadable without our keys, also of failures; what is older than the keys is read."""

import asyncio
import uuid
from datetime import timedelta

import pytest
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowFailureError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import CompositePayloadConverter, WithSerializationContext
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from config.history_keys import HistoryKeyMissing, HistoryKeys, KeySet
from config.payloads import EncryptingCodec, PayloadDamaged, data_converter, is_encrypted, passing_converter
from workflows.workers import LEAN

KEYS = KeySet.of_one()
CODEC = EncryptingCodec(HistoryKeys(KEYS))
PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'"gi\xc3\xa1o vi\xc3\xaan"')
SECRET, TOLD = "điều không ai được đọc", "lỗi không ai được đọc"


async def test_what_is_encrypted_comes_back_and_looks_different_each_time() -> None:
    first, second = await CODEC.encode([PLAIN, PLAIN])
    assert await CODEC.decode([first, second, PLAIN]) == [PLAIN] * 3
    assert first.data != second.data
    assert is_encrypted(first)
    assert PLAIN.data not in first.SerializeToString()


@pytest.mark.parametrize("at", [0, 11, 12, -1])
async def test_a_changed_byte_is_refused(at: int) -> None:
    (sealed,) = await CODEC.encode([PLAIN])
    data = bytearray(sealed.data)
    data[at] ^= 1
    sealed.data = bytes(data)
    with pytest.raises(PayloadDamaged):
        await CODEC.decode([sealed])


async def test_another_installation_cannot_read_it() -> None:
    (sealed,) = await CODEC.encode([PLAIN])
    with pytest.raises(HistoryKeyMissing):
        await EncryptingCodec(HistoryKeys(KeySet.of_one())).decode([sealed])
    same_name = KeySet(KEYS.current, {KEYS.current: bytes(32)})
    with pytest.raises(PayloadDamaged):
        await EncryptingCodec(HistoryKeys(same_name)).decode([sealed])
    sealed.data = b"short"
    with pytest.raises(PayloadDamaged):
        await CODEC.decode([sealed])


async def test_after_a_rotation_the_old_is_read_and_the_new_is_written() -> None:
    both = KEYS.with_another()
    (new,) = set(both.keys) - {KEYS.current}
    rotated = EncryptingCodec(HistoryKeys(both.using(new)))
    (old_payload,), (new_payload,) = await CODEC.encode([PLAIN]), await rotated.encode([PLAIN])
    assert await rotated.decode([old_payload, new_payload]) == [PLAIN, PLAIN]
    assert new_payload.metadata["encryption-key-id"] == new.encode()


@workflow.defn
class Telling:
    @workflow.run
    async def run(self, secret: str) -> str:
        workflow.set_current_details(secret)
        return await workflow.execute_activity(
            fail_once, secret, schedule_to_close_timeout=timedelta(seconds=20), summary=secret
        )


@activity.defn
async def fail_once(secret: str) -> str:
    raise ApplicationError(TOLD, secret, type="Refused", non_retryable=True)


async def test_a_history_shows_types_and_ids_and_nothing_else(temporal_env: WorkflowEnvironment) -> None:
    server, queue = temporal_env.client, f"payloads-{uuid.uuid4()}"
    client = Client(server.service_client, namespace=server.namespace, data_converter=data_converter(HistoryKeys(KEYS)))
    stranger = Client(server.service_client, namespace=server.namespace, data_converter=pydantic_data_converter)
    async with Worker(client, task_queue=queue, workflows=[Telling], activities=[fail_once], workflow_runner=LEAN):
        handle = await client.start_workflow(Telling.run, SECRET, id=queue, task_queue=queue, memo={"m": SECRET})
        with pytest.raises(WorkflowFailureError) as failed:
            await asyncio.wait_for(handle.result(), 30)
    cause = failed.value.cause
    assert isinstance(cause, ActivityError)
    assert isinstance(cause.cause, ApplicationError)
    assert (cause.cause.message, cause.cause.details, cause.cause.type) == (TOLD, (SECRET,), "Refused")
    seen = (await stranger.get_workflow_handle(queue).fetch_history()).to_json()
    assert "Refused" in seen
    assert "Encoded failure" in seen
    assert not [word for word in (SECRET, TOLD) if word in seen.encode().decode("unicode-escape")]


def test_whose_payload_it_is_makes_no_difference() -> None:
    """`LeanRunner` of `workflows.workers` relies on it: what would ask is not told."""
    converter = passing_converter()
    parts = converter.payload_converter_class()
    assert isinstance(parts, CompositePayloadConverter)  # it asks these
    asking = (converter.payload_codec, converter.failure_converter, *parts.converters.values())
    assert not any(isinstance(each, WithSerializationContext) for each in asking)
    assert converter.external_storage is None
