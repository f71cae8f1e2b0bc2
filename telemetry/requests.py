"""What is known of the request that is being answered: its id, and the commands that were sent for it."""

import re
import secrets
from contextvars import ContextVar
from typing import Final

from structlog.contextvars import bind_contextvars, clear_contextvars

_WELL_FORMED: Final = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
# A list, not a value: what is sent from tasks of the same request is known to the request, too.
_commands: ContextVar[list[str]] = ContextVar("commands")


def new_id() -> str:
    return secrets.token_hex(8)


def is_well_formed(request_id: str) -> bool:
    return _WELL_FORMED.fullmatch(request_id) is not None


def begin(request_id: str) -> list[str]:
    """Have every line from here on say whose request it is; returns where its commands are gathered."""
    clear_contextvars()
    bind_contextvars(request_id=request_id)
    commands: list[str] = []
    _commands.set(commands)
    return commands


def note_command(command_id: str) -> None:
    """Remember a command for the request that sends it, if one does."""
    commands = _commands.get(None)
    if commands is not None and command_id and command_id not in commands:
        commands.append(command_id)
