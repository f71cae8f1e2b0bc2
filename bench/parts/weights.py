"""What a page makes a browser load, compressed, besides fonts and pictures."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from api.assets import IMPORTED, file_at, imported, prepared

LINKED: Final = re.compile(r'<(?:link rel="stylesheet" href|script[^>]* src)="([^"?]+)')
_SCRIPTS: Final = frozenset({".js", ".mjs"})


def weight_of(html: str) -> int:
    """Bytes of the page's style sheets and scripts, with the modules that these import, at once or as they go on.

    What scripts load on demand is left out: the page works without it until somebody asks for it.
    """
    return weight_of_files(LINKED.findall(html))


def weight_of_files(addresses: Iterable[str]) -> int:
    return sum(len(prepared(file).compressed) for file in loaded_with(addresses))


def loaded_with(addresses: Iterable[str]) -> set[Path]:
    """Files and what they import."""
    waiting, seen = [file_at(address) for address in addresses], set[Path]()
    while waiting:
        file = waiting.pop()
        if file not in seen:
            seen.add(file)
            waiting += _imported_by(file)
    return seen


def _imported_by(file: Path) -> list[Path]:
    if file.suffix not in _SCRIPTS:
        return []
    found = IMPORTED.finditer(file.read_text(encoding="utf-8"))
    return [imported(file, each["named"]) for each in found if not each["on_demand"]]
