"""`hocba simulate`: a season of a made-up city through the real workflows, with skipped time, against its model."""

import asyncio
import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.seasons.days import coming_plan, postponed
from cli.seasons.engine import running
from cli.seasons.foreseeing import METHOD
from cli.seasons.report import Report
from cli.seasons.simulating import simulate
from config.settings import Settings
from domain.calendar import TIMEZONE
from simulation.season import Season, make_season

_SHOWN = 20  # disagreements; all are in the JSON


def simulate_command(
    *,
    schools: Annotated[int, typer.Option(min=1, max=700, help="Schools of the city, of one to three classes.")] = 10,
    seed: Annotated[int, typer.Option(help="The same seed gives the same season of a year.")] = 1,
    moved: Annotated[bool, typer.Option(help="Move the last day by a week, shortly before it.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
    out: Annotated[Path | None, typer.Option(help="A file for the same JSON object.")] = None,
) -> None:
    """Play a season of schools whose people act late, fall ill and forget, and compare engine and model."""
    plan = coming_plan(datetime.now(TIMEZONE).date())
    season = make_season(schools, seed, plan=postponed(plan) if moved else plan)
    console = Console(stderr=as_json)
    report = asyncio.run(_run(season, console))
    console.print(report.table())
    console.print(METHOD)
    for sentence in report.disagreements[:_SHOWN]:
        console.print(f"[red]{sentence}", soft_wrap=True)
    said = json.dumps({"seed": seed, **report.as_json()}, ensure_ascii=False)
    if out is not None:
        out.write_text(said + "\n", encoding="utf-8")
    if as_json:
        typer.echo(said)
    raise typer.Exit(0 if report.holds else 1)


async def _run(season: Season, console: Console) -> Report:
    """In a folder of its own, with an own database that never waits for the disk."""
    with tempfile.TemporaryDirectory(prefix="hocba-simulate-") as folder, console.status("Simulating …"):
        settings = Settings(var_dir=Path(folder), postgres_fast=True)
        async with running(settings) as engine:
            return await simulate(engine, season)
