"""What `hocba doctor` says of places that are not on this machine."""

from pathlib import Path

import pytest

from cli import doctor
from cli.checks.finding import State
from config.settings import Settings
from tests.s3_server import S3Server


def asked(s3: S3Server, folder: Path, bucket: str, secret: str = "") -> Settings:
    return Settings(
        var_dir=folder, database_url="postgresql+psycopg://nobody@127.0.0.1:1/hocba", temporal_port=1,
        object_store=f"s3://{bucket}", history_dir=f"s3://{bucket}/log", s3_endpoint=s3.url,
        s3_access_key_id=s3.access_key_id, s3_secret_access_key=secret or s3.secret_access_key,
    )  # fmt: skip


async def said(settings: Settings) -> dict[str, tuple[bool, str]]:
    return {each.subject: (each.state is State.OK, each.sentence) for each in await doctor.examine(settings)}


async def test_a_store_that_answers_is_in_order_and_others_ports_are_not_asked_about(
    s3_server: S3Server, tmp_path: Path
) -> None:
    bucket = s3_server.bucket().name
    findings = await said(asked(s3_server, tmp_path, bucket))
    assert findings["documents"] == (True, f"s3://{bucket} answers")
    assert findings["ports"][0]


@pytest.mark.parametrize(("bucket", "secret", "reason"), [("gone", "", "no such bucket"), ("", "wrong", "403")])
async def test_a_store_that_refuses_is_named(
    s3_server: S3Server, tmp_path: Path, bucket: str, secret: str, reason: str
) -> None:
    settings = asked(s3_server, tmp_path, bucket or s3_server.bucket().name, secret)
    is_good, sentence = (await said(settings))["documents"]
    assert not is_good
    assert reason in sentence
