"""Our style sheets and scripts, and those of packages: compressed, and kept by browsers as long as they do not change.

Pages themselves are not compressed here: they hold secrets beside what people type (BREACH).
"""

import hashlib
import mimetypes
import os
import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import ASGIApp, Scope

WEB: Final = Path(__file__).resolve().parent.parent / "web"
FOLDERS: Final = {"/static": WEB / "static", "/packages": WEB / "node_modules"}
SMALLEST: Final = 500  # bytes that are worth compressing
FOR_GOOD: Final = "public, max-age=31536000, immutable"
ASK_EACH_TIME: Final = "no-cache"
_SCRIPTS: Final = frozenset({".js", ".mjs"})
_TEXTS: Final = _SCRIPTS | {".css", ".svg"}
# What readers of our own files need and browsers do not: indentation, and lines that are a comment.
_FOR_READERS: Final = {
    ".js": re.compile(r"^[ \t]*(//.*\n)?", re.MULTILINE),
    ".css": re.compile(r"^[ \t]+|/\*.*?\*/\n?", re.MULTILINE | re.DOTALL),
}
# A style sheet's icons and fonts.
SHOWN: Final = re.compile(r'(?P<before>\burl\(")(?P<named>/[^"\n]+)(?="\))')
# `import … from "./x.js"`, `import("/packages/x.js")`; on demand is what most people never need.
IMPORTED: Final = re.compile(
    r'(?P<before>\b(?:from|import)\s*\(?\s*(?P<on_demand>/\* on demand \*/ )?")(?P<named>\.{0,2}/[^"\n]+)(?=")'
)


@dataclass(frozen=True)
class Prepared:
    """A text as it is sent: what a script imports and a style sheet shows is named by versions, too."""

    plain: bytes
    version: str
    compressed: bytes


class _Kept(StaticFiles):
    """An address with the version in it never means anything else; any other is asked about each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        is_versioned = b"v=" in scope["query_string"]
        answer.headers["Cache-Control"] = FOR_GOOD if is_versioned else ASK_EACH_TIME
        return answer

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        path = Path(full_path)
        if path.suffix not in _TEXTS:
            return super().file_response(full_path, stat_result, scope, status_code)
        return _answer(path, prepared(path), Headers(scope=scope))


def _answer(path: Path, text: Prepared, asked: Headers) -> Response:
    kind, _ = mimetypes.guess_type(path.name)
    headers = {"ETag": f'"{text.version}"', "Vary": "Accept-Encoding"}
    if asked.get("If-None-Match", "").removeprefix("W/") == headers["ETag"]:
        return NotModifiedResponse(Headers(headers))
    if "gzip" not in asked.get("Accept-Encoding", "") or len(text.plain) < SMALLEST:
        return Response(text.plain, media_type=kind, headers=headers)
    return Response(text.compressed, media_type=kind, headers=headers | {"Content-Encoding": "gzip"})


def served(folder: Path) -> ASGIApp:
    """The files of one folder."""
    return _Kept(directory=folder, check_dir=False)


def asset(path: str) -> str:
    """The address of one of our files, with a version that changes as the file does."""
    return f"{path}?v={prepared(file_at(path)).version}"


def file_at(path: str) -> Path:
    root = next(root for root in FOLDERS if path.startswith(f"{root}/"))
    return FOLDERS[root] / path.removeprefix(f"{root}/")


def address_of(file: Path) -> str:
    root = next(root for root, folder in FOLDERS.items() if file.is_relative_to(folder))
    return f"{root}/{file.relative_to(FOLDERS[root]).as_posix()}"


def imported(file: Path, named: str) -> Path:
    """The file that a script means."""
    return file_at(named) if named.startswith("/") else Path(os.path.normpath(file.parent / named))


@lru_cache(maxsize=512)
def prepared(file: Path) -> Prepared:
    """Read and compressed once in the life of the process: a new version of hocba is a new process."""
    content = file.read_bytes()
    if file.suffix in _FOR_READERS and file.is_relative_to(FOLDERS["/static"]):
        text = _FOR_READERS[file.suffix].sub("", content.decode())
        names = IMPORTED if file.suffix == ".js" else SHOWN
        content = names.sub(lambda found: _versioned(file, found), text).encode()
    return Prepared(content, hashlib.sha256(content).hexdigest()[:12], _compressed(content))


def _versioned(file: Path, found: re.Match[str]) -> str:
    return found["before"] + asset(address_of(imported(file, found["named"])))


def _compressed(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return packer.compress(content) + packer.flush()
