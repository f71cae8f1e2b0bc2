"""`hocba demo`: a class's whole school year through the real system, every document verified from its bytes alone."""

import asyncio
import json
import shutil
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

from cli.demo_client import DemoClient
from cli.demo_cost import cpu_seconds, spent
from cli.demo_crash import Crasher
from cli.demo_data import examples_of_project, load_school
from cli.demo_play import TermPlay, make_play
from cli.demo_report import Report, collect
from cli.demo_screen import Screen
from cli.services.services import Services, everything, on_free_ports
from config.settings import Settings
from domain.assessment import Term
from interchange.sample_school import ExampleSet, class_names, generate

EXAMPLE_CLASSES, EXAMPLE_PUPILS = 2, 35


@dataclass(frozen=True)
class DemoOptions:
    classes: int
    pupils: int
    out: Path
    kill_worker: bool


def demo_command(
    *,
    classes: Annotated[
        int, typer.Option(min=1, max=10, help="Grade-1 classes; one of grade 4 and one of grade 6 come with them.")
    ] = EXAMPLE_CLASSES,
    pupils: Annotated[int, typer.Option(min=5, max=50, help="Pupils in each class.")] = EXAMPLE_PUPILS,
    out: Annotated[Path | None, typer.Option(help="Folder for the signed documents.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
    kill_worker: Annotated[bool, typer.Option("--kill-worker", help="Kill the workers at three points.")] = False,
) -> None:
    """Carry classes from workbooks to sealed documents through a school year, and verify each document."""
    base = Settings(demo=True)
    options = DemoOptions(classes, pupils, out or base.var_dir / "demo-documents", kill_worker)
    console = Console(stderr=as_json)
    report = asyncio.run(_run(base, options, console))
    console.print(report.table())
    for sentence in report.troubles:
        console.print(f"[red]{sentence}")
    console.print(f"Documents: {options.out}")
    console.print(f"Check one yourself: .venv/bin/hocba verify --trust {options.out}/root.pem FILE.pdf", soft_wrap=True)
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
    raise typer.Exit(0 if report.holds else 1)


async def _run(base: Settings, options: DemoOptions, console: Console) -> Report:
    state = base.var_dir / "demo"
    before = _put_aside(state)
    shutil.rmtree(options.out, ignore_errors=True)
    settings = on_free_ports(base, state)
    if options.kill_worker:
        settings = settings.model_copy(update={"crash_file": state / "run" / "crash"})
    started = time.monotonic()
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(everything(settings, lambda line: console.print(f"[dim]{line}")))
        school = await asyncio.to_thread(load_school, settings, _examples(state, options))
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=settings.api_url, timeout=90, trust_env=False)
        )
        client = DemoClient(http, school, school.classes)
        plays, kills = await _play_year(services, client, options, console)
        console.print("Verifying every document from its bytes alone …")
        report = await collect(settings, plays, options.out, kills)
        report.seconds = time.monotonic() - started
    shutil.rmtree(before, ignore_errors=True)
    return report


def _put_aside(state: Path) -> Path:
    """Clear the way; what a run left is removed after the next one.

    A file system without a journal makes new files slowly for some minutes after thousands were removed.
    """
    before = state.with_name("demo-before")
    if state.exists():
        shutil.rmtree(before, ignore_errors=True)
        state.rename(before)
    return before


def _examples(state: Path, options: DemoOptions) -> ExampleSet:
    if (options.classes, options.pupils) == (EXAMPLE_CLASSES, EXAMPLE_PUPILS):
        return examples_of_project()
    return generate(state / "examples", class_names(options.classes), options.pupils)


async def _play_year(
    services: Services, client: DemoClient, options: DemoOptions, console: Console
) -> tuple[list[TermPlay], int]:
    """Both terms, classes side by side; a term begins when the one before is issued."""
    examples = _examples(services.settings.var_dir, options)
    crasher = Crasher(services, enabled=options.kill_worker)
    plays: list[TermPlay] = []
    with Screen(console) as screen:
        for term in Term:
            of_term = [
                make_play(examples, (name, term), client, screen.steps_of(f"{name} · {term.label}"))
                for name in examples.rosters
            ]
            await asyncio.gather(*(play.prepare() for play in of_term))
            crasher.watch(of_term[0])
            used = cpu_seconds(services)
            await asyncio.gather(*(play.approve_all() for play in of_term))
            for play in of_term:
                play.cpu = spent(used, cpu_seconds(services))
            plays += of_term
    return plays, await crasher.finish()
