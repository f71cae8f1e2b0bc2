"""The development authority's services under uvicorn on this machine; a test may put a page of its own in place."""

import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import request_response
from starlette.types import ASGIApp, Receive, Scope, Send

from cli.services.machine import free_ports
from config.settings import LOOPBACK
from signing.authority import DevelopmentAuthority, KeyKind
from signing.authority.development import ServiceKeys
from signing.pki_services import pki_app

Page = Callable[[Request], Awaitable[Response]]


class Stage:
    """`asked` counts requests by path, `visitors` are the client's ports: one for each connection."""

    def __init__(self, authority: DevelopmentAuthority, url: str) -> None:
        self.authority, self.url = authority, url
        self._app, self._pages = pki_app(authority), dict[str, ASGIApp]()
        self.asked, self.visitors = Counter[str](), set[int]()

    @property
    def services(self) -> ServiceKeys:
        assert self.authority.services is not None
        return self.authority.services

    def put(self, path: str, page: Page) -> None:
        self._pages[path] = request_response(page)

    def reset(self) -> None:
        self._pages.clear()
        self.asked.clear()
        self.visitors.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked[scope["path"]] += 1
        self.visitors.add(scope["client"][1])
        await self._pages.get(scope["path"], self._app)(scope, receive, send)


@contextmanager
def staged(folder: Path, kind: KeyKind = KeyKind.P_256) -> Iterator[Stage]:
    # With its protocol named, asyncio sends small answers at once instead of waiting for an acknowledgement.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()  # who comes before the server is up waits in line
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        stage = Stage(DevelopmentAuthority.open(folder, kind, url), url)
        server = uvicorn.Server(uvicorn.Config(stage, lifespan="off", log_config=None))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield stage
        finally:
            server.should_exit = True
            thread.join()


def closed_address() -> str:
    """An address where nobody listens, nor will for a minute."""
    (port,) = free_ports(LOOPBACK, 1)
    return f"http://{LOOPBACK}:{port}"


def answering(body: bytes, status: int = 200, media_type: str = "application/octet-stream") -> Page:
    async def page(_: Request) -> Response:
        return Response(body, status, media_type=media_type)

    return page
