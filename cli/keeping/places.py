"""Which folders of an installation a backup holds beside database, workflow state and documents."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cli.trouble import Trouble
from config.settings import Settings

TEMPORAL: Final = "temporal.db"
# Beside the parts of a state folder, single files in it.
LOOSE: Final = ("demo-accounts.json",)
_NOT_OURS: Final = "See “Backups of a cluster” in docs/operations.md."


def folders(settings: Settings) -> dict[str, Path]:
    """By their names in a backup, in the order in which they are copied.

    The public log comes first, so that it is never ahead of the database.
    """
    return {
        "history": local(settings.history_dir),
        "keys": settings.key_store,
        "pki": settings.pki_dir,
        "secrets": settings.secrets_dir,
    }


def local(place: Path | str) -> Path:
    """A place that is a folder of this machine. Raises Trouble for a bucket."""
    if isinstance(place, str):
        raise Trouble(f"{place} lies in a store that keeps versions and copies of its own. {_NOT_OURS}")
    return place


def files_of(folder: Path) -> Iterator[Path]:
    """Files in a folder, without drafts of others; the checkpoint of a log before what it counts."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return iter(sorted(found, key=lambda path: (path.name != "checkpoint", path)))


def require_own(settings: Settings) -> None:
    """Raises Trouble where database, documents or log are not hocba's own on this machine."""
    if not settings.postgres_embedded:
        raise Trouble(f"HOCBA_DATABASE_URL names a database that hocba does not run. {_NOT_OURS}")
    for place in (settings.object_store, settings.history_dir):
        local(place)


def require_state(settings: Settings) -> None:
    """Raises Trouble where there is nothing to back up."""
    require_own(settings)
    for part in ("postgres/PG_VERSION", TEMPORAL):
        if not (settings.var_dir / part).is_file():
            raise Trouble(f"{settings.var_dir} holds no state of hocba: {part} is missing.")


def require_outside(settings: Settings, target: Path) -> None:
    """Raises Trouble for a backup that would be lost with what it is of."""
    for folder in (settings.var_dir, local(settings.object_store), *folders(settings).values()):
        if target.resolve().is_relative_to(folder.resolve()):
            raise Trouble(f"{target} lies in {folder}, which the backup is of: name a folder elsewhere.")


def require_empty(settings: Settings) -> None:
    """Raises Trouble for the first place that holds something: nothing is ever restored over what is there."""
    for folder in (settings.var_dir, local(settings.object_store), *folders(settings).values()):
        if folder.exists() and any(folder.iterdir()):
            raise Trouble(f"{folder} is not empty: restore into a state folder that is not there yet (HOCBA_VAR_DIR).")
