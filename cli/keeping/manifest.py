"""What a backup holds, in one file that is written last: without it there is no backup."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from alembic.script import ScriptDirectory
from pydantic import TypeAdapter, ValidationError

from cli.keeping.sealing import sha256_of
from cli.trouble import Trouble
from storage.migrate import FOLDER

NAME: Final = "manifest.json"
FORMAT: Final = 1


@dataclass(frozen=True)
class Stored:
    """A file as it lies in the backup: bytes, and hex SHA-256."""

    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> "Stored":
        return cls(path.stat().st_size, sha256_of(path))


@dataclass(frozen=True)
class Manifest:
    """`tables` counts rows; `objects` is where the documents lie that `objects.txt` lists.

    `settings` names what was set, without values: whoever restores sets it again.
    """

    format: int
    made_at: datetime
    hocba: str
    heads: tuple[str, ...]
    temporal: str
    recipients: tuple[str, ...]
    objects: str
    files: Mapping[str, Stored]
    tables: Mapping[str, int]
    documents: int
    settings: tuple[str, ...]
    damaged: tuple[str, ...] = ()


_MANIFEST: Final = TypeAdapter(Manifest)
_FORMAT: Final = TypeAdapter(dict[str, object])


def write(folder: Path, manifest: Manifest) -> None:
    (folder / NAME).write_bytes(_MANIFEST.dump_json(manifest, indent=1))


def read(folder: Path) -> Manifest:
    """Raises Trouble for a folder that is no whole backup, and for one that this hocba is too old for."""
    path = folder / NAME
    if not path.is_file():
        raise Trouble(f"{folder} is no backup: it has no {NAME}. One that was interrupted has none.")
    try:
        content = path.read_bytes()
        made = _FORMAT.validate_json(content).get("format")
        if isinstance(made, int) and made > FORMAT:
            raise Trouble(f"{folder} was made by a newer hocba (format {made}): restore it with that one.")
        found = _MANIFEST.validate_json(content)
    except ValidationError:
        raise Trouble(f"{path} is damaged.") from None
    known = {each.revision for each in ScriptDirectory(str(FOLDER)).walk_revisions()}
    if unknown := set(found.heads) - known:
        raise Trouble(
            f"{folder} was made by a newer hocba (tables {', '.join(sorted(unknown))}): restore it with that."
        )
    return found


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raises Trouble for the first file that is missing or is not what was written."""
    for name, stored in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise Trouble(f"The backup lacks {name}.")
        if path.stat().st_size != stored.size or sha256_of(path) != stored.sha256:
            raise Trouble(f"{path} is damaged: it is not what was written.")
