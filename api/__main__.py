"""`python -m api` serves the pages and the JSON interface."""

import asyncio

import uvicorn
from anyio import to_thread
from fastapi import FastAPI

from api.main import create_app, make_services
from api.serving import Server
from config.process import collect_rarely
from config.settings import Settings, words_of


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.api_host,
        port=settings.api_port,
        log_level="warning",
        access_log=False,  # paths hold ids; the audit trail says who did what
        timeout_graceful_shutdown=10,
        # Uvicorn by itself believes whatever this machine sends on; here nobody is believed who is not listed.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=words_of(settings.trusted_proxies),
    )


async def serve(settings: Settings) -> None:
    app = create_app(await make_services(settings))
    config = server_config(app, settings)
    collect_rarely()
    # As many as there are connections to the database: more would only wait for these, and for each other.
    to_thread.current_default_thread_limiter().total_tokens = settings.worker_threads
    await Server(config, app.state.live).serve()


if __name__ == "__main__":
    asyncio.run(serve(Settings()))
