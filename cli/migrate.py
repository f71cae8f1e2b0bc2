"""`hocba migrate`: bring the database to the newest form."""

import typer

from cli.trouble import Trouble
from config.settings import Settings
from storage.migrate import TooBusy, upgrade


def migrate_command() -> None:
    """Bring the database to the newest form; a second time changes nothing."""
    try:
        upgrade(Settings().database_url)
    except TooBusy:
        raise Trouble(
            "Somebody at work held a table that had to change, all the while; nothing was changed: try again later."
        ) from None
    typer.echo("The database has the newest form.")
