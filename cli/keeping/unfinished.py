"""A mark in the state folder: a restore is under way, or it is done and Temporal is still to be asked what it knows."""

from pathlib import Path
from typing import Final

from cli.trouble import Trouble

_UNDER_WAY: Final = "under way"
_DONE: Final = "done"


def _mark(var_dir: Path) -> Path:
    return var_dir / "run" / "restore"


def begin(var_dir: Path) -> None:
    _mark(var_dir).parent.mkdir(parents=True, exist_ok=True)
    _mark(var_dir).write_text(_UNDER_WAY, encoding="ascii")


def finish(var_dir: Path) -> None:
    _mark(var_dir).write_text(_DONE, encoding="ascii")


def refuse_half_restored(var_dir: Path) -> None:
    """Raises Trouble for a state folder of which a part may be missing."""
    if _mark(var_dir).is_file() and _mark(var_dir).read_text(encoding="ascii") == _UNDER_WAY:
        raise Trouble(f"The restore into {var_dir} was interrupted: remove the folder, and restore again.")


def is_fresh(var_dir: Path) -> bool:
    """Whether nothing has been started since a restore."""
    return _mark(var_dir).is_file()


def forget(var_dir: Path) -> None:
    _mark(var_dir).unlink(missing_ok=True)
