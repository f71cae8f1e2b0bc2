"""The web server: it ends the browsers' streams before it waits for the answers that are under way."""

import asyncio
import socket

import uvicorn

from api.live import Live
from telemetry import tracing


class Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.open()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._live.close()
        await super().shutdown(sockets)
        # Uvicorn ends the process by the very signal that stopped it, and nothing comes after that.
        await asyncio.to_thread(tracing.end)
