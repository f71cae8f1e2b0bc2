"""Where the settings say that documents and the history log lie."""

from pathlib import Path

from cryptography.x509 import load_pem_x509_certificates

from config.settings import BUCKET, Settings
from storage.buckets import Bucket, Place


def objects_place(settings: Settings) -> Place:
    return _place(settings, settings.object_store)


def history_place(settings: Settings) -> Place:
    return _place(settings, settings.history_dir)


def _place(settings: Settings, written: Path | str) -> Place:
    found = BUCKET.fullmatch(str(written))
    if isinstance(written, Path) or found is None:
        return Path(written)
    return Bucket(
        name=found["bucket"],
        prefix=found["prefix"] or "",
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=settings.s3_secret_access_key,
        ca_pem=_certificates(settings.s3_ca_file) if settings.s3_ca_file else "",
        timeout_s=settings.s3_timeout_s,
    )


def _certificates(file: Path) -> str:
    pem = file.read_bytes()
    try:
        load_pem_x509_certificates(pem)
    except ValueError as error:
        raise ValueError(f"HOCBA_S3_CA_FILE holds no certificates: {file}") from error
    return pem.decode()
