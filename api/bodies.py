"""How much a request may hold: bodies are read before the guard is asked, so strangers must not fill the memory."""

from typing import Any, Final

from fastapi import HTTPException, status
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MIB: Final = 1024 * 1024
READ_WHOLE: Final = 8 * MIB  # forms and JSON: a class with a comment in every cell is a tenth of it
READ_BY_ROUTES: Final = 32 * MIB  # files; the route that takes one has a limit of its own, with words of its own
_TEXT: Final = (b"utf-8", b"utf8")
_DIGITS: Final = 18  # of a length: a longer number takes long to read, and is too large all the same
_WHOLE: Final = ("application/x-www-form-urlencoded", "application/json", "text/")


class BoundedBodies:
    """Plain ASGI, as `api.headers`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit, length = limit_for(headers.get("Content-Type", "")), 0
        refusal = _refusal(headers, limit)

        async def receive_within() -> Message:
            nonlocal length
            if refusal:
                raise HTTPException(refusal)
            message = await receive()
            length += len(message.get("body", b""))
            if length > limit:
                raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE)
            return message

        await self._app(scope, receive_within, send)


def _refusal(headers: Headers, limit: int) -> int:
    """The status of a refusal that needs no look at the body; 0 if there is none.

    A form may name any codec of Python's for its fields: some give what is no text, some take their time.
    """
    kind, words = parse_options_header(headers.get("Content-Type", ""))
    if kind.startswith(b"multipart/") and words.get(b"charset", b"utf-8").lower() not in _TEXT:
        return status.HTTP_400_BAD_REQUEST
    return status.HTTP_413_CONTENT_TOO_LARGE if declared(headers) > limit else 0


def declared(headers: Headers) -> int:
    """How many bytes a body is said to have; 0 if nothing is said."""
    said = headers.get("Content-Length", "")
    return int(said[:_DIGITS]) if said.isascii() and said.isdigit() else 0


def raw(*kinds: str) -> dict[str, Any]:
    """For the description of a route whose body is a file: the kinds that it may be."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
    return {"requestBody": {"required": True, "content": content}}


def limit_for(content_type: str) -> int:
    kind = content_type.partition(";")[0].strip().lower()
    is_whole = any(kind == each or (each.endswith("/") and kind.startswith(each)) for each in _WHOLE)
    return READ_WHOLE if is_whole else READ_BY_ROUTES
