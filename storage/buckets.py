"""Where blobs lie: a folder of this machine, or a bucket of an S3-compatible store that all machines reach."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import S3Store

CONNECT_SECONDS = 3.0
_CODE = re.compile(r"<Code>(\w+)</Code>")
_STATUS = re.compile(r"status code: (\d{3})")
_KIND = re.compile(r"kind: (\w+)")
_LACKS_BUCKET = "NoSuchBucket"


@dataclass(frozen=True)
class Bucket:
    """A bucket, or what lies in it below `prefix`; without an endpoint it is at Amazon's own, in `region`.

    `ca_pem` is trusted beside the system's roots. One request takes at most `timeout_s`, with retries twice as long.
    """

    name: str
    prefix: str
    endpoint: str
    region: str
    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    ca_pem: str = field(default="", repr=False)
    timeout_s: float = 10.0

    def __str__(self) -> str:
        return f"s3://{self.name}/{self.prefix}".rstrip("/")


Place = Path | Bucket


class StoreUnavailable(Exception):
    """The store does not answer, refuses us, or is not there: nothing is known of the object. Trying again may help."""


class Blobs:
    """The blobs of a bucket, with the methods of `storage.folders.Folder`."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._store = open_store(bucket)

    def create(self, path: str, blob: bytes) -> None:
        """What is there already stays. Raises StoreUnavailable."""
        try:
            self._store.put(path, blob, mode="create")
        except AlreadyExistsError:
            self._require(path)  # the same content has the same name

    def settle(self, paths: Iterable[str]) -> None:
        """A store that has answered has it."""

    def read(self, path: str) -> bytes:
        """Raises FileNotFoundError."""
        return bytes(self._store.get(path).bytes())

    def paths(self) -> Iterator[str]:
        """Of all objects, in no order."""
        return (each["path"] for batch in self._store.list() for each in batch)

    def replace(self, path: str, blob: bytes) -> None:
        self._store.put(path, blob)

    def older(self, than: datetime) -> Iterator[str]:
        """Paths of the objects that were last written before."""
        return (each["path"] for batch in self._store.list() for each in batch if each["last_modified"] < than)

    def remove(self, path: str) -> None:
        self._store.delete(path)

    def _require(self, path: str) -> None:
        """A store also says "exists" of what somebody else is only about to write, and that may come to nothing."""
        try:
            self._store.head(path)
        except FileNotFoundError:
            raise StoreUnavailable(f"{self._bucket}: somebody else is writing {path}") from None


def open_store(place: Bucket) -> S3Store:
    """Asks nobody yet."""
    patience = timedelta(seconds=place.timeout_s)
    return S3Store(
        place.name,
        prefix=place.prefix or None,
        endpoint=place.endpoint or None,
        region=place.region,
        access_key_id=place.access_key_id,
        secret_access_key=place.secret_access_key,
        # The store compares the bytes that arrived; locked buckets take nothing without it.
        checksum_algorithm="SHA256",
        client_options={
            "allow_http": place.endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=min(CONNECT_SECONDS, place.timeout_s)),
            "timeout": patience,
            **({"root_certificate": place.ca_pem} if place.ca_pem else {}),
        },
        retry_config={
            "max_retries": 5,
            "retry_timeout": patience,
            "backoff": {
                "init_backoff": timedelta(milliseconds=100),
                "max_backoff": timedelta(seconds=2),
                "base": 2,
            },
        },
    )


@contextmanager
def asking(place: Place) -> Iterator[None]:
    """Lets FileNotFoundError and AlreadyExistsError out, which say something of the object; else StoreUnavailable.

    The library's own messages hold what the store answered, up to the signed request, so they go no further.
    """
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        if _LACKS_BUCKET in str(error):
            raise StoreUnavailable(f"{place}: the store has no such bucket") from None
        raise FileNotFoundError from None
    except AlreadyExistsError:
        raise AlreadyExistsError from None
    except (BaseError, OSError) as error:
        raise StoreUnavailable(f"{place}: {_reason(str(error))}") from None


def _reason(text: str) -> str:
    status, code, kind = _STATUS.search(text), _CODE.search(text), _KIND.search(text)
    if status:
        return f"the store refuses with {status[1]}{f' {code[1]}' if code else ''}"
    if kind:
        return f"the store does not answer ({kind[1]})"
    return text.partition("\n")[0]
