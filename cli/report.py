"""`hocba report authority`: numbers of the schools that an authority manages, as a workbook; no pupil is named."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from config.settings import Settings
from domain.assessment import Term
from domain.calendar import TIMEZONE, SchoolYear
from interchange.reports.authority import write_authority
from storage.database import make_engine, make_sessions
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
    school_year = SchoolYear.parse(year)
    engine = make_engine(Settings().database_url)
    try:
        with make_sessions(engine)() as session:
            today = datetime.now(UTC).astimezone(TIMEZONE).date()
            report = authority_report(session, authority, school_year, term, today)
    finally:
        engine.dispose()
    target = out or Path(f"bao-cao_{school_year}_{term.value}.xlsx")
    target.write_bytes(write_authority(report))
    typer.echo(str(target))
