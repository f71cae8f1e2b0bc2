"""`python -m cli.schema_check`: do tables in code and migrations agree? Asked on an empty database of its own."""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic.util import CommandError

from cli.services.services import database_only
from config.settings import Settings
from storage.migrate import check, upgrade


async def disagreement() -> str | None:
    """Return how tables and migrations differ, None when they agree."""
    with tempfile.TemporaryDirectory(prefix="hocba-") as folder:
        settings = Settings(var_dir=Path(folder), postgres_fast=True)
        async with database_only(settings):
            await asyncio.to_thread(upgrade, settings.database_url)
            try:
                await asyncio.to_thread(check, settings.database_url)
            except CommandError as difference:
                return str(difference)
    return None


if __name__ == "__main__":
    sys.exit(asyncio.run(disagreement()))
