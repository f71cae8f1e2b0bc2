"""`hocba doctor`: is everything as hocba needs it? One line per check, and what to do about what is not."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from cli.checks import database, engine, machine, trust
from cli.checks.finding import Finding, State
from config.settings import Settings

_SHOWN: Final = {State.OK: "[green]ok[/]", State.WATCH: "[yellow]watch[/]", State.WRONG: "[red]wrong[/]"}


def doctor_command(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check machine, database, work under way, Temporal and trust services; exit status 1 when something is wrong."""
    findings = asyncio.run(examine(Settings()))
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in findings], indent=1))
    else:
        _print(findings)
    raise typer.Exit(int(any(each.state is State.WRONG for each in findings)))


async def examine(settings: Settings) -> list[Finding]:
    """Run every check; the order is that of the repair."""
    groups = (machine, database, engine, trust)
    return [finding for group in groups for finding in await group.examine(settings)]


def _print(findings: list[Finding]) -> None:
    table = Table("", "check", "finding", box=None)
    for each in findings:
        advice = f"\n[bold]→ {each.advice}[/]" if each.advice else ""
        table.add_row(_SHOWN[each.state], each.subject, each.sentence + advice)
    Console().print(table)
