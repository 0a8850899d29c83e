"""`lrs report`, `lrs rebuild`."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from lrs.audit.disclosure import Disclosure, disclose
from lrs.cli.output import err, print_table, progress
from lrs.errors import InvalidInput
from lrs.garbage import collect_rarely
from lrs.main import open_log, open_views
from lrs.settings import read_settings
from projections.aggregates import COLUMNS, aggregate, aggregate_csv, figures
from projections.export import as_csv, as_parquet
from projections.reports import Query, Reports
from projections.rules.report import canonical
from projections.rules.tables import tables
from projections.runner import PROJECTIONS, Runner, rebuild_views

BY = "cli"
Form = Literal["table", "json", "csv", "parquet"]


def report(
    name: Annotated[Literal["readiness", "drop-off", "combined"], typer.Argument()],
    program: Annotated[str, typer.Option(help="The program's slug.")],
    session: Annotated[str | None, typer.Option(help="The session's id (readiness).")] = None,
    cohort: Annotated[str | None, typer.Option(help="Only this cohort.")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="A past moment (RFC 3339) or position:N.")
    ] = None,
    form: Annotated[Form, typer.Option("--format")] = "table",
    output: Annotated[Path | None, typer.Option("-o", help="Write to this file.")] = None,
    aggregated: Annotated[
        bool,
        typer.Option("--aggregate", help="Without learners; groups under five are suppressed."),
    ] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="With --aggregate: small groups as well.")
    ] = False,
) -> None:
    """Print a report as it stands, or as it stood."""
    _check(form, output, aggregated=aggregated, whole=whole)
    query = Query(name, program, session, cohort, as_of)
    found = _found(query, {"format": form} | ({"aggregate": "true"} if aggregated else {}))
    if aggregated:
        found = aggregate(found, whole=whole)
    if form == "table":
        print_aggregate(found) if aggregated else print_report(found)
        return
    written = _aggregate_as(found, form) if aggregated else _as(found, form)
    if output is None:
        sys.stdout.buffer.writelines(written)
        sys.stdout.buffer.flush()
        return
    with output.open("wb") as file:
        file.writelines(written)


def _check(form: Form, output: Path | None, *, aggregated: bool, whole: bool) -> None:
    """Raise `InvalidInput` for what does not go together, before anything is read."""
    if whole and not aggregated:
        raise InvalidInput("it is for aggregates; give --aggregate too", "--whole")
    if form == "table" and output is not None:
        raise InvalidInput("a table is for the screen; json, csv and parquet go to files", "-o")
    if form == "parquet" and aggregated:
        raise InvalidInput("an aggregate comes as table, json or csv", "--format")
    if form == "parquet" and output is None and sys.stdout.isatty():
        raise InvalidInput("Parquet is not for the screen; name a file", "-o")


def _found(query: Query, how: dict[str, str]) -> dict[str, Any]:
    """Return a report, and tell the disclosure log who read it."""
    settings = read_settings()
    log = open_log(settings)
    with open_views(settings) as views:
        runner = Runner(log, views)
        runner.catch_up()  # no server need be running
        found = Reports(log, views).get(query)
        asked = {field: value for field, value in query._asdict().items() if value is not None}
        read = Disclosure(BY, f"lrs report {query.name}", asked | how, len(found["learners"]))
        disclose(log, read)
        runner.catch_up()
    return found


def _as(found: dict[str, Any], form: Form) -> Iterable[bytes]:
    if form == "parquet":
        return as_parquet(found)
    return [canonical(found) if form == "json" else as_csv(found)]


def _aggregate_as(found: dict[str, Any], form: Form) -> Iterable[bytes]:
    return [canonical(found) if form == "json" else aggregate_csv(found)]


def print_report(found: dict[str, Any]) -> None:
    """Print a report as readable tables."""
    for table in tables(found):
        print_table(table.columns, table.rows, table.title)


def print_aggregate(found: dict[str, Any]) -> None:
    """Print an aggregate's figures, one a row."""
    small = "; groups under five are suppressed" if found["suppressed"] else ""
    title = f"{found['report']} · {found['program']} as of {found['as_of']}{small}"
    print_table(COLUMNS, figures(found), title)


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
