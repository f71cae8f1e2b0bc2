"""Where documents and the log lie, as the settings say it."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config.places import history_place, objects_place
from config.settings import Settings
from storage.buckets import Bucket

KEYS: dict[str, Any] = {"s3_access_key_id": "key", "s3_secret_access_key": "secret"}


def test_places_are_folders_unless_they_are_buckets(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path)
    assert (objects_place(settings), history_place(settings)) == (tmp_path / "objects", tmp_path / "history")


def test_a_bucket_is_reached_as_the_settings_say() -> None:
    settings = Settings(
        object_store="s3://hocba-documents", history_dir="s3://hocba/log/2026", s3_endpoint="http://store:7070",
        s3_region="vn", s3_timeout_s=3, **KEYS,
    )  # fmt: skip
    shared = ("http://store:7070", "vn", "key", "secret", "", 3)
    assert objects_place(settings) == Bucket("hocba-documents", "", *shared)
    assert history_place(settings) == Bucket("hocba", "log/2026", *shared)
    assert "secret'" not in repr(settings)


def test_a_child_process_gets_the_same_places(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(object_store="s3://hocba-documents/a", **KEYS)
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings


def test_keys_may_be_files(tmp_path: Path) -> None:
    for name, value in KEYS.items():
        (tmp_path / f"hocba_{name}").write_text(f"{value}\n")
    settings = Settings(secrets_dir=tmp_path, object_store="s3://hocba")
    assert (settings.s3_access_key_id, settings.s3_secret_access_key) == ("key", "secret")


@pytest.mark.parametrize("place", ["s3://", "s3:/hocba", "s3://UPPER/x", "s3://user:secret@hocba", "s3://hocba?x"])
def test_an_address_that_is_none_is_refused(place: str) -> None:
    with pytest.raises(ValidationError, match="s3://BUCKET"):
        Settings(object_store=place, **KEYS)


@pytest.mark.parametrize("keys", [{}, {"s3_access_key_id": "key"}, {"s3_secret_access_key": "secret"}])
def test_a_bucket_needs_its_key(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="HOCBA_S3_ACCESS_KEY_ID"):
        Settings(history_dir="s3://hocba", **keys)


def test_an_endpoint_is_a_web_address() -> None:
    with pytest.raises(ValidationError, match="HOCBA_S3_ENDPOINT"):
        Settings(s3_endpoint="store:7070")


def test_a_file_without_certificates_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("none")
    settings = Settings(object_store="s3://hocba", s3_ca_file=tmp_path / "ca.pem", **KEYS)
    with pytest.raises(ValueError, match="HOCBA_S3_CA_FILE"):
        objects_place(settings)
