"""What a page makes a browser load, compressed, besides fonts and pictures."""

import gzip
import re
from functools import lru_cache
from typing import Final

from api.assets import FOLDERS

LINKED: Final = re.compile(r'<(?:link rel="stylesheet" href|script[^>]* src)="([^"?]+)')
IMPORTED: Final = re.compile(r'(?:from|import)\s*\(?"(/(?:static|packages)/[^"]+)"')


def weight_of(html: str) -> int:
    """Bytes of the page's style sheets and scripts, with the modules that these import."""
    waiting, seen = LINKED.findall(html), set[str]()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += IMPORTED.findall(_content(path).decode())
    return sum(_compressed(path) for path in seen)


def _content(path: str) -> bytes:
    root = next(root for root in FOLDERS if path.startswith(f"{root}/"))
    return (FOLDERS[root] / path.removeprefix(f"{root}/")).read_bytes()


@lru_cache
def _compressed(path: str) -> int:
    return len(gzip.compress(_content(path), 6))
