"""The documents: by their SHA-256, never changed, so that each is copied into a folder of backups once."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from cli.keeping.sealing import ENDING, Key, Seal
from cli.trouble import Trouble
from storage.objects import ObjectDamaged, ObjectMissing, Objects


@dataclass(frozen=True)
class Copied:
    """Names of all that were there, how many of them are new, and those whose bytes are not what their names say."""

    names: tuple[str, ...]
    new: int
    damaged: tuple[str, ...]


def copy(objects: Objects, wanted: Iterable[str], seal: Seal, folder: Path) -> Copied:
    """Bring those that a folder lacks into it, each under its name once it is whole."""
    names, damaged, new = [], [], 0
    for name in sorted(wanted):
        target = _place(folder, name).with_name(f"{name}{seal.ending}")
        if not target.exists():
            try:
                content = objects.get(name)
            except (ObjectDamaged, ObjectMissing):
                damaged.append(name)
                continue
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = target.with_name(f".{name}")
            draft.write_bytes(seal.sealed(content))
            draft.rename(target)
            new += 1
        names.append(name)
    return Copied(tuple(names), new, tuple(damaged))


def check(folder: Path, names: Sequence[str], key: Key) -> None:
    """Raises Trouble for the first document that is missing or is not what its name says."""
    for name in names:
        if hashlib.sha256(_content(folder, name, key)).hexdigest() != name:
            raise Trouble(f"The document {name} is damaged in the backup.")


def bring_back(folder: Path, names: Sequence[str], key: Key, objects: Objects) -> None:
    """All of them are on the disk when this returns. Raises Trouble when one has changed since it was checked."""
    for name in names:
        if objects.put_soon(_content(folder, name, key)) != name:
            raise Trouble(f"The document {name} is damaged in the backup.")
    objects.settle(names)


def kept(folder: Path, name: str) -> Path:
    """Where a document lies in a backup. Raises Trouble when it is missing."""
    plain = _place(folder, name)
    for each in (plain, plain.with_name(f"{name}{ENDING}")):
        if each.is_file():
            return each
    raise Trouble(f"The document {name} is missing in the backup.")


def _content(folder: Path, name: str, key: Key) -> bytes:
    content = BytesIO()
    key.open(kept(folder, name), content)
    return content.getvalue()


def _place(folder: Path, name: str) -> Path:
    return folder / name[:2] / name
