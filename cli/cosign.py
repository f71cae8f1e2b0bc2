"""`hocba cosign`: a second office confirms that the history log only grew; hocba publishes what it confirms.

The office needs nothing of hocba but the log's published files and its public key.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import httpx
import typer

from activities.history import open_log_book
from cli.trouble import Trouble
from config.settings import Settings
from signing.log.checkpoint import Checkpoint, open_checkpoint
from signing.log.cosign import Cosigned, Cosigner
from signing.log.log import CHECKPOINT
from signing.log.notes import SignatureLine, VerifierKey
from signing.log.signers import NoteSigner
from signing.log.store import LocalTiles, TileStore
from signing.log.tiles import LONGEST_ENTRY, TILE_WIDTH, Tiles
from storage import history
from storage.database import make_engine, make_sessions

TIMEOUT_SECONDS = 30
LARGEST_FILE = TILE_WIDTH * (LONGEST_ENTRY + 2)  # a bundle of the longest entries


class WebTiles:
    """A log's files behind a web server; they can only be read."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def read(self, path: str) -> bytes | None:
        """The file, or None if there is none. Raises Trouble for any other answer, and for one that is too long."""
        url, data = f"{self._url}/{path}", b""
        try:
            with httpx.stream("GET", url, timeout=TIMEOUT_SECONDS, trust_env=False) as answer:
                if answer.status_code == httpx.codes.NOT_FOUND:
                    return None
                if answer.status_code != httpx.codes.OK:
                    raise Trouble(f"{url} answers {answer.status_code}.")
                for part in answer.iter_bytes():
                    data += part
                    if len(data) > LARGEST_FILE:
                        raise Trouble(f"{url} is longer than any file of a log.")
        except httpx.HTTPError as error:
            raise Trouble(f"{url} cannot be read: {type(error).__name__}.") from error
        return data
