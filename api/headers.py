"""The headers that keep a browser from running, showing or keeping what it should not, on every answer."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY: Final = "default-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'"
# An answer that may be kept says so itself: nearly all are about people, and machines are shared.
HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": f"{_POLICY}; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # What no page here asks a browser for, a script that got in cannot ask for either.
    "Permissions-Policy": "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# Said over HTTPS only: over HTTP browsers pass over it, and a school that has no HTTPS yet must not lock itself out.
ALWAYS_SECURE: Final = {"Strict-Transport-Security": "max-age=31536000"}
# For a file that browsers show with a viewer of their own, in a frame of our page.
WITHIN_OUR_PAGE: Final = {
    "Content-Security-Policy": f"{_POLICY}; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}


class ProtectiveHeaders:
    """Plain ASGI: Starlette's own base class for middleware starts two tasks and copies each answer through a queue."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(MutableHeaders(scope=message), scope["scheme"])
            await send(message)

        await self._app(scope, receive, send_protected)


def protect(headers: MutableHeaders, scheme: str) -> None:
    """`scheme`: "https" also where a trusted proxy says that the request came by it."""
    for name, value in (HEADERS | (ALWAYS_SECURE if scheme == "https" else {})).items():
        headers.setdefault(name, value)
