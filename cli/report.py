"""`hocba report authority`: numbers of the schools that an authority manages, as a workbook; no pupil is named."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.database import opened
from config.settings import Settings
from domain.assessment import Term
from domain.calendar import TIMEZONE, SchoolYear
from domain.rules.book import use_rules_of
from interchange.reports.authority import write_authority
from storage.reports.authorities import authority_report

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def describe() -> None:
    """Write reports for those who have no account."""


@app.command("authority")
def report_authority(
    authority: Annotated[str, typer.Argument(help="Code or name of the managing authority.")],
    *,
    year: Annotated[str, typer.Option(help="School year, such as 2026-2027.")],
    term: Annotated[Term, typer.Option(help="Which term.")] = Term.YEAR_END,
    out: Annotated[Path | None, typer.Option(help="The workbook; bao-cao_YEAR_TERM.xlsx unless told.")] = None,
) -> None:
    """Count pupils, classes by stage and results by level over the schools it manages today."""
    school_year, settings = SchoolYear.parse(year), Settings()
    use_rules_of(settings.rules_dir)
    with opened(settings.database_url) as sessions, sessions() as session:
        report = authority_report(session, authority, school_year, term, datetime.now(TIMEZONE).date())
    target = out or Path(f"bao-cao_{school_year}_{term.value}.xlsx")
    target.write_bytes(write_authority(report))
    typer.echo(str(target))
