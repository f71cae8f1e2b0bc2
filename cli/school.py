"""`hocba school merge`: classes and people of a school go to another one, by a decision of their authority."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.database import opened
from config.settings import Settings
from storage.handovers import merging
from storage.handovers.merging import Merger

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def describe() -> None:
    """Change schools as their authority decides."""


@app.command("merge")
def merge_schools(
    from_code: Annotated[str, typer.Argument(help="Code of the school that ends, or gives classes away.")],
    to_code: Annotated[str, typer.Argument(help="Code of the school that goes on.")],
    *,
    decision: Annotated[str, typer.Option(help="Number of the decision; the same number takes effect once.")],
    classes: Annotated[str, typer.Option(help="Only these classes, by name: 1A1,1A2. Without: the whole school.")] = "",
    suffix: Annotated[str, typer.Option(help="Added to the names of classes that the other school has, too.")] = "",
) -> None:
    """Move this year's classes with their teachers at once; what is issued stays the former school's."""
    named = tuple(each.strip() for each in classes.split(",") if each.strip())
    wanted = Merger(decision, from_code, to_code, named, suffix)
    with opened(Settings().database_url) as sessions, sessions.begin() as session:
        merged = merging.merge(session, wanted, lambda: datetime.now(UTC))
    state = "moved" if merged.is_new else "were moved already"
    typer.echo(f"{merged.classes} classes and {merged.people} people {state}; handover {merged.matter_id}.")
