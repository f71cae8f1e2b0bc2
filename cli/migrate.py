"""`hocba migrate`: bring the database to the newest form."""

import typer

from config.settings import Settings
from storage.migrate import upgrade


def migrate_command() -> None:
    """Bring the database to the newest form; a second time changes nothing."""
    upgrade(Settings().database_url)
    typer.echo("The database has the newest form.")
