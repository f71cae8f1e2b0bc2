"""The secret under which the history log names records: without it nobody can tell which record an entry is about."""

import secrets
from pathlib import Path

from config.secret_files import make_once
from signing.log.errors import LogDamaged

BYTES = 32


def log_secret(path: Path) -> bytes:
    """The secret in the file (mode 0600), made there on first use. Raises LogDamaged if it is not whole."""
    if not path.exists():
        make_once(path, secrets.token_bytes(BYTES))
    secret = path.read_bytes()
    if len(secret) != BYTES:
        raise LogDamaged(f"Tệp bí mật của nhật ký bị hỏng: {path}")
    return secret
