"""`python -m api` serves the pages and the JSON interface."""

import asyncio

import uvicorn

from api.main import create_app, make_services
from api.serving import Server
from config.process import collect_rarely
from config.settings import Settings


async def serve(settings: Settings) -> None:
    app = create_app(await make_services(settings))
    config = uvicorn.Config(
        app,
        host=settings.api_host,
        port=settings.api_port,
        log_level="warning",
        access_log=False,  # paths hold ids; the audit trail says who did what
        timeout_graceful_shutdown=10,
    )
    collect_rarely()
    await Server(config, app.state.live).serve()


if __name__ == "__main__":
    asyncio.run(serve(Settings()))
