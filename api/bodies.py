"""How much a request may hold: bodies are read before the guard is asked, so strangers must not fill the memory."""

from typing import Final

from fastapi import HTTPException, status
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MIB: Final = 1024 * 1024
READ_WHOLE: Final = 8 * MIB  # forms and JSON: a class with a comment in every cell is a tenth of it
READ_BY_ROUTES: Final = 32 * MIB  # files; the route that takes one has a limit of its own, with words of its own
_WHOLE: Final = ("application/x-www-form-urlencoded", "application/json", "text/")


class BoundedBodies:
    """Plain ASGI, as `api.headers`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, length = limit_for(Headers(scope=scope).get("Content-Type", "")), 0

        async def receive_within() -> Message:
            nonlocal length
            message = await receive()
            length += len(message.get("body", b""))
            if length > limit:
                raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE)
            return message

        await self._app(scope, receive_within, send)


def limit_for(content_type: str) -> int:
    kind = content_type.partition(";")[0].strip().lower()
    is_whole = any(kind == each or (each.endswith("/") and kind.startswith(each)) for each in _WHOLE)
    return READ_WHOLE if is_whole else READ_BY_ROUTES
