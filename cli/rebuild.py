"""`hocba rebuild`: Temporal's state is lost, so every workflow that is under way is begun again from the database."""

import asyncio
from typing import Annotated

import typer

from cli.database import opened
from cli.rebuilding.again import Found, rebuild
from cli.trouble import Trouble
from config.settings import Settings
from config.temporal import connect


def rebuild_command(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be begun.")] = False,
) -> None:
    """Begin again what Temporal does not know and the database says is under way; what runs is left alone."""
    asyncio.run(_rebuild(Settings(), is_trial=dry_run))


async def _rebuild(settings: Settings, *, is_trial: bool) -> None:
    begun = running = 0

    def tell(found: Found) -> None:
        nonlocal begun, running
        begun, running = begun + len(found.begun), running + found.running
        typer.echo(f"{found.kind}: {len(found.begun)} {'to begin' if is_trial else 'begun'}, {found.running} running")
        for each in found.begun if is_trial else ():
            typer.echo(f"  {each}")

    try:
        client = await connect(settings)
    except RuntimeError:
        raise Trouble("Temporal does not answer: start hocba first.") from None
    with opened(settings.database_url) as sessions:
        await rebuild(client, sessions, tell, is_trial=is_trial)
    typer.echo(f"{begun} {'would be begun' if is_trial else 'begun'}, {running} ran already.")
