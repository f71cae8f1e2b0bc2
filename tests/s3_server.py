"""An S3-compatible store of the tests' own: moto's server, which checks signatures and keeps versions."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from config.settings import LOOPBACK
from storage.buckets import Bucket
from tests.ports import hold_port, port_of

REGION = "us-east-1"
_OPEN_CALLS = "3"  # until the user is made, nobody is asked for a signature
_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


@dataclass(frozen=True)
class S3Server:
    url: str
    access_key_id: str
    secret_access_key: str

    def client(self) -> Any:  # noqa: ANN401 - the library makes its classes as it runs
        """Somebody else's client, to see what is there and to do what hocba never does."""
        return _client("s3", self.url, self.access_key_id, self.secret_access_key)

    def bucket(self, prefix: str = "") -> Bucket:
        """A new one that keeps versions, as those in use do."""
        name = f"test-{uuid4()}"
        client = self.client()
        client.create_bucket(Bucket=name)
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return Bucket(name, prefix, self.url, REGION, self.access_key_id, self.secret_access_key, timeout_s=5)

    def environment(self) -> dict[str, str]:
        """For a process of hocba that is to use it."""
        return {
            "HOCBA_S3_ENDPOINT": self.url,
            "HOCBA_S3_ACCESS_KEY_ID": self.access_key_id,
            "HOCBA_S3_SECRET_ACCESS_KEY": self.secret_access_key,
        }


def elsewhere(bucket: Bucket, port: int) -> Bucket:
    """The same bucket behind another port of this machine."""
    return replace(bucket, endpoint=f"http://{LOOPBACK}:{port}")


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with hold_port() as held:
        port = port_of(held)
        program = Path(sys.executable).with_name("moto_server")
        with (tmp_path_factory.mktemp("moto") / "log").open("wb") as log:
            server = subprocess.Popen(
                [program, "--host", LOOPBACK, "--port", str(port)],
                env=os.environ | {"INITIAL_NO_AUTH_ACTION_COUNT": _OPEN_CALLS},
                stdout=log,
                stderr=log,
            )  # fmt: skip
            try:
                wait_for(port, server)
                yield _with_user(f"http://{LOOPBACK}:{port}")
            finally:
                server.terminate()
                server.wait()


def wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    """Return once somebody listens there; fails if the server has ended."""
    while True:
        try:
            socket.create_connection((LOOPBACK, port)).close()
        except OSError:
            assert server.poll() is None
            time.sleep(0.05)
        else:
            return


def _client(service: str, url: str, key_id: str, secret: str) -> Any:  # noqa: ANN401 - as above
    import boto3  # noqa: PLC0415 - takes its time, and few tests need it

    return boto3.client(
        service, endpoint_url=url, region_name=REGION, aws_access_key_id=key_id, aws_secret_access_key=secret
    )


def _with_user(url: str) -> S3Server:
    iam = _client("iam", url, "anybody", "anything")
    iam.create_user(UserName="hocba")
    iam.put_user_policy(UserName="hocba", PolicyName="all", PolicyDocument=json.dumps(_ALL))
    key = iam.create_access_key(UserName="hocba")["AccessKey"]
    return S3Server(url, key["AccessKeyId"], key["SecretAccessKey"])
