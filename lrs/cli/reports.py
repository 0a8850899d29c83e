"""`lrs report`, `lrs rebuild`."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from lrs.audit.disclosure import Disclosure, disclose
from lrs.cli.output import err, print_table, progress
from lrs.errors import InvalidInput
from lrs.garbage import collect_rarely
from lrs.main import open_log, open_views
from lrs.settings import read_settings
from projections.export import as_csv
from projections.reports import Query, Reports
from projections.rules.report import canonical
from projections.rules.tables import tables
from projections.runner import PROJECTIONS, Runner, rebuild_views

BY = "cli"


def report(
    name: Annotated[Literal["readiness", "drop-off", "combined"], typer.Argument()],
    program: Annotated[str, typer.Option(help="The program's slug.")],
    session: Annotated[str | None, typer.Option(help="The session's id (readiness).")] = None,
    cohort: Annotated[str | None, typer.Option(help="Only this cohort.")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="A past moment (RFC 3339) or position:N.")
    ] = None,
    form: Annotated[Literal["table", "json", "csv"], typer.Option("--format")] = "table",
    output: Annotated[Path | None, typer.Option("-o", help="Write to this file.")] = None,
) -> None:
    """Print a report as it stands, or as it stood."""
    settings = read_settings()
    log = open_log(settings)
    with open_views(settings) as views:
        runner = Runner(log, views)
        runner.catch_up()  # no server need be running
        query = Query(name, program, session, cohort, as_of)
        found = Reports(log, views).get(query)
        asked = {field: value for field, value in query._asdict().items() if value is not None}
        asked["format"] = form
        disclose(log, Disclosure(BY, f"lrs report {name}", asked, len(found["learners"])))
        runner.catch_up()
    if form == "table" and output is None:
        print_report(found)
        return
    if form == "table":
        raise InvalidInput("a table is for the screen; --format json or csv go to files", "-o")
    written = canonical(found) if form == "json" else as_csv(found)
    if output is None:
        sys.stdout.buffer.write(written)
    else:
        output.write_bytes(written)


def print_report(found: dict[str, Any]) -> None:
    """Print a report as readable tables."""
    for table in tables(found):
        print_table(table.columns, table.rows, table.title)


def rebuild(
    views: Annotated[
        list[str] | None, typer.Argument(help="Which projections; all if none.")
    ] = None,
) -> None:
    """Derive the projections anew from the log into fresh tables, then swap them in."""
    if unknown := sorted(set(views or []) - set(PROJECTIONS)):
        raise InvalidInput(f"no projection is called {unknown[0]!r}; there are {PROJECTIONS}")
    settings = read_settings()
    log = open_log(settings)
    collect_rarely()
    with open_views(settings) as database, progress("Rebuilding") as advance:
        position = rebuild_views(log, database, advance)
    err.print(f"Rebuilt {', '.join(PROJECTIONS)} up to position {position}.")
