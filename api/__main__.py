"""`python -m api` serves the pages and the JSON interface."""

import asyncio

import uvicorn

from api.main import create_app, make_services
from config.process import collect_rarely
from config.settings import Settings, words_of


async def serve(settings: Settings) -> None:
    config = uvicorn.Config(
        create_app(await make_services(settings)),
        host=settings.api_host,
        port=settings.api_port,
        log_level="warning",
        access_log=False,  # paths hold ids; the audit trail says who did what
        timeout_graceful_shutdown=10,
        # Uvicorn by itself believes whatever this machine sends on; here nobody is believed who is not listed.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=words_of(settings.trusted_proxies),
    )
    collect_rarely()
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    asyncio.run(serve(Settings()))
