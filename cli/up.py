"""`hocba up`: the whole of hocba on this machine, until Ctrl-C."""

import asyncio
from typing import Annotated

import typer

from cli.services.services import everything, run_once
from cli.supervisor import Supervisor, obey_signals
from config.settings import Settings


def up_command(
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Load the demo school and print its accounts.")] = False,
) -> None:
    """Start PostgreSQL, Temporal, the workers and the web server, and keep them running."""
    settings = Settings(demo=True) if demo else Settings()
    raise typer.Exit(asyncio.run(_serve(settings)))


async def _serve(settings: Settings) -> int:
    async def welcome() -> None:
        if settings.demo:
            await run_once("seed", settings, show=True)
        _say(f"hocba is ready:     {settings.api_url}")
        _say(f"Temporal's pages:   http://{settings.temporal_host}:{settings.temporal_ui_port}")
        _say("Press Ctrl-C to stop; the next start goes on from here.")

    async def begin() -> None:
        from cli.rebuilding.beginning import take_up  # noqa: PLC0415 - while the parts that take longest load

        await take_up(settings, _say)

    services = everything(settings, _say, begin)
    supervisor = Supervisor(services, _say)
    obey_signals(supervisor)
    return await supervisor.run(welcome)


def _say(sentence: str) -> None:
    typer.echo(sentence)
