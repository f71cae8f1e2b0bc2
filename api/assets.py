"""Our style sheets and scripts, and those of packages: compressed, and kept by browsers as long as they do not change.

Pages themselves are not compressed here: they hold secrets beside what people type (BREACH).
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

WEB: Final = Path(__file__).resolve().parent.parent / "web"
FOLDERS: Final = {"/static": WEB / "static", "/packages": WEB / "node_modules"}
SMALLEST: Final = 500  # bytes that are worth compressing
FOR_GOOD: Final = "public, max-age=31536000, immutable"
ASK_EACH_TIME: Final = "no-cache"


class _Kept(StaticFiles):
    """An address with the version in it never means anything else; any other is asked about each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        is_versioned = b"v=" in scope["query_string"]
        answer.headers["Cache-Control"] = FOR_GOOD if is_versioned else ASK_EACH_TIME
        return answer


def served(folder: Path) -> ASGIApp:
    """The files of one folder."""
    return GZipMiddleware(_Kept(directory=folder, check_dir=False), minimum_size=SMALLEST)


@lru_cache
def asset(path: str) -> str:
    """The address of one of our files, with a version that changes as the file does."""
    root = next(root for root in FOLDERS if path.startswith(f"{root}/"))
    content = (FOLDERS[root] / path.removeprefix(f"{root}/")).read_bytes()
    return f"{path}?v={hashlib.sha256(content).hexdigest()[:12]}"
