"""The process that serves the pages and the JSON interface, from its settings to its end."""

import argparse
import asyncio
from typing import Any

import uvicorn
from anyio import to_thread
from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.main import create_app, make_services
from api.serving import Server
from api.watching import RequestIds
from config.process import await_turn, collect_rarely, importing
from config.settings import Settings, words_of
from config.watching import watch


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    # Uvicorn by itself believes whatever this machine sends on; here nobody is believed who is not listed.
    trusted = words_of(settings.trusted_proxies)
    served: Any = app  # uvicorn has types of its own for what Starlette describes
    if trusted:
        served = ProxyHeadersMiddleware(served, trusted_hosts=trusted)
    return uvicorn.Config(
        RequestIds(served, trusted),
        host=settings.api_host,
        port=settings.api_port,
        log_level="warning",
        log_config=None,  # ours
        access_log=False,  # paths hold ids; api.watching tells the template, the audit trail who did what
        timeout_graceful_shutdown=10,
        proxy_headers=False,
    )


async def serve(settings: Settings) -> None:
    with importing():
        app = create_app(await make_services(settings))
    config = server_config(app, settings)
    collect_rarely()
    # As many as there are connections to the database: more would only wait for these, and for each other.
    to_thread.current_default_thread_limiter().total_tokens = settings.worker_threads
    await Server(config, app.state.live).serve()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m api")
    parser.add_argument("--in-turn", action="store_true", help="load, and serve after a line on standard input")
    if parser.parse_args().in_turn:
        await_turn()
    settings = Settings()
    watch(settings, "api")
    asyncio.run(serve(settings))
