"""`hocba seed`: put the demo school into the database of the running services."""

from cli.demo_data import load
from config.settings import Settings


def seed_command() -> None:
    """Load the demo school; a second time changes nothing."""
    load(Settings())
