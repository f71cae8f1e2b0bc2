"""`hocba oneroster`: a school's classes and people from and to other systems, as OneRoster 1.2 packages."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from activities.oneroster import Plan, export_school, plan_import, write_import
from cli.database import opened
from cli.trouble import Trouble
from config.settings import Settings
from domain.calendar import SchoolYear
from domain.roster_changes import Fate
from domain.rules.book import use_rules_of
from interchange.oneroster.archive import MOST_PACKED
from interchange.sheets import Severity
from signing.authority import write_private

app = typer.Typer(name="oneroster", no_args_is_help=True, add_completion=False)

_SHOWN = 100
_HEADINGS = {
    Fate.ADDED: "added",
    Fate.CHANGED: "changed",
    Fate.UNCHANGED: "unchanged",
    Fate.KEPT: "differs, left as it is",
    Fate.ABSENT: "not in the package",
}
_SEVERITIES = {Severity.ERROR: "Lỗi", Severity.REVIEW: "Xem lại"}
_KINDS = {"groups": "classes", "years": "school years"}


@app.callback()
def describe() -> None:
    """Take over, or give away, a school's classes, people and assignments (OneRoster 1.2, CSV, bulk)."""


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The package, a zip of CSV files.")],
    *,
    confirm: Annotated[bool, typer.Option("--confirm", help="Write what is shown.")] = False,
) -> None:
    """Show what a package would change; exit status 1 when it cannot be taken over."""
    data = _read(file)
    with _session() as session:
        plan = plan_import(session, data)
        _show(plan)
        if confirm and plan.is_ready:
            write_import(session, plan)
    if not plan.is_ready:
        raise Trouble("Nothing was written: the package must be mended first.")
    typer.echo("Written." if confirm else "Nothing was written; --confirm writes it.")


@app.command("export")
def export_command(
    out: Annotated[Path, typer.Argument(metavar="OUT.zip", help="The package to write.")],
    *,
    school: Annotated[str, typer.Option(metavar="CODE", help="Code of the school.")],
    year: Annotated[str, typer.Option(metavar="YYYY-YYYY", help="School year.")],
    consented: Annotated[bool, typer.Option("--consented", help="Only pupils whose families consent to it.")] = False,
) -> None:
    """Write a school's year as a package; it holds personal data of pupils and staff.

    For software that is not of the school's own books or the authority's, say --consented: docs/personal-data.md.
    """
    with _session() as session:
        data = export_school(session, school, SchoolYear.parse(year), needs_consent=consented)
    write_private(out, data)
    typer.echo(str(out))


@contextmanager
def _session() -> Iterator[Session]:
    settings = Settings()
    use_rules_of(settings.rules_dir)
    with opened(settings.database_url) as sessions, sessions.begin() as session:
        yield session


def _read(file: Path) -> bytes:
    if not file.is_file():
        raise Trouble(f"There is no file {file}.")
    with file.open("rb") as opened:
        return opened.read(MOST_PACKED + 1)


def _show(plan: Plan) -> None:
    """What is wrong or doubtful, then what would be done."""
    ordered = sorted(plan.problems, key=lambda problem: problem.severity is not Severity.ERROR)
    sentences = [*plan.conflicts, *(f"{_SEVERITIES[problem.severity]} · {problem}" for problem in ordered)]
    for sentence in sentences[:_SHOWN]:
        typer.echo(sentence, err=True)
    if len(sentences) > _SHOWN:
        typer.echo(f"... and {len(sentences) - _SHOWN} more.", err=True)
    if plan.changes is None:
        return
    table = Table("", *_HEADINGS.values(), box=None)
    for kind, fates in plan.counts().items():
        table.add_row(_KINDS.get(kind, kind), *(str(fates[fate]) for fate in _HEADINGS))
    Console().print(table)
