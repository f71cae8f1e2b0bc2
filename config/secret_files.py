"""Files that hold keys: whole before they have their name, readable by their owner only."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600


def make_once(path: Path, content: bytes) -> None:
    """Write the file unless it is there; of two processes that start at the same time, the first one's stays."""
    draft = _draft(path, content)
    try:
        # Unlike a rename it takes no other's place.
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def replace(path: Path, content: bytes) -> None:
    """Write the file anew; whoever reads it meanwhile finds the old content or the new one."""
    _draft(path, content).replace(path)


def _draft(path: Path, content: bytes) -> Path:
    path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft
