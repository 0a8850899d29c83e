"""`lrs audit history`, `diff` and `print`: who did what, what changed because of it, and copies."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import orjson
import typer

from lrs.audit.disclosure import Disclosure, disclose
from lrs.audit.printing import as_csv, as_html, as_json
from lrs.cli.output import err, print_json, print_table
from lrs.errors import InvalidInput
from lrs.local_time import beginning, normalise_time
from lrs.log import EventLog
from lrs.main import open_log, open_views
from lrs.people import read_actor
from lrs.settings import read_settings
from lrs.xapi.values import parse_uuid
from projections.comparison import compare
from projections.copies import copy_of_person, copy_of_statement
from projections.database import Database
from projections.history import LARGEST_PAGE, PAGE, History, Search
from projections.reports import Query
from projections.runner import Runner

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Person = Annotated[
    str | None, typer.Option(help="An actor (mailto:…, HOMEPAGE::NAME) or a report's `person`.")
]
BY = "cli"
WRITERS: dict[str, Callable[[Mapping[str, Any]], bytes]] = {
    ".html": as_html,
    ".csv": as_csv,
    ".json": as_json,
}


class Trail(NamedTuple):
    """An open log with its views, up to date."""

    log: EventLog
    views: Database


def show_history(
    person: Person = None,
    principal: Annotated[str | None, typer.Option(help="A credential's key.")] = None,
    action: Annotated[str | None, typer.Option(help="Such as people.linked.")] = None,
    reason: Annotated[str | None, typer.Option(help="A part of it, in any case.")] = None,
    since: Annotated[str | None, typer.Option(help="Stored then or later (UTC).")] = None,
    until: Annotated[str | None, typer.Option(help="Stored then or earlier (UTC).")] = None,
    limit: Annotated[int, typer.Option(min=1, max=LARGEST_PAGE, help="So many events.")] = PAGE,
    after: Annotated[int, typer.Option(min=0, help="Only behind this position.")] = 0,
    as_json: Json = False,
) -> None:
    """List what happened: who did what, when and why, in the order of the log."""
    search = Search(
        person=None if person is None else _person(person),
        principal=principal,
        action=action,
        reason=reason,
        since=None if since is None else _moment(since, "--since"),
        until=None if until is None else _moment(until, "--until"),
        after=after,
        limit=limit,
    )
    given = {name: str(value) for name, value in search._asdict().items() if value is not None}
    with _trail("lrs audit history", given, lambda found: len(found["events"])) as run:
        found = run(lambda trail: History(*trail).search(search))
    if as_json:
        print_json(found)
        return
    _print_events(found["events"])
    if found["next"] is not None:
        err.print(f"There may be more: --after {found['next']}")


def show_difference(
    report: Annotated[Literal["readiness", "drop-off", "combined"], typer.Option()],
    program: Annotated[str, typer.Option(help="The program's slug.")],
    since: Annotated[str, typer.Option("--from", help="A moment (RFC 3339) or position:N.")],
    until: Annotated[str, typer.Option("--to", help="A later moment, or position:N.")],
    session: Annotated[str | None, typer.Option(help="The session's id (readiness).")] = None,
    cohort: Annotated[str | None, typer.Option(help="Only this cohort.")] = None,
    as_json: Json = False,
) -> None:
    """Show what differs in a report between two moments, and the events behind each difference."""
    query = Query(report, program, session, cohort)
    given = {name: value for name, value in query._asdict().items() if value is not None}
    given |= {"from": since, "to": until}
    with _trail("lrs audit diff", given, lambda found: len(found["differences"])) as run:
        found = run(lambda trail: compare(*trail, query, since, until))
    if as_json:
        print_json(found)
        return
    rows = [
        [
            each["path"].replace(each["person"] or "\0", each["name"] or ""),
            _short(each["old"]),
            _short(each["new"]),
            ", ".join(map(str, each["causes"])) or "time",
        ]
        for each in found["differences"]
    ]
    print_table(["path", "old", "new", "because of"], rows)
    _print_events(found["events"])


def print_copy(
    output: Annotated[Path, typer.Option("-o", help="A new .html, .csv or .json file.")],
    statement: Annotated[str | None, typer.Argument(help="A statement's id.")] = None,
    person: Person = None,
) -> None:
    """Write a copy of a statement, or of all about a person, with what became of each record."""
    if (statement is None) == (person is None):
        raise InvalidInput("either a statement's id or --person is needed")
    write = WRITERS.get(output.suffix.lower())
    if write is None:
        raise InvalidInput(f"the file ends in one of {', '.join(WRITERS)}", "-o")
    if person is not None:
        subject = {"person": _person(person)}
    else:
        subject = {"statementId": str(parse_uuid(statement or "", "STATEMENT_ID"))}

    def copy(trail: Trail) -> dict[str, Any]:
        history = History(*trail)
        if "person" in subject:
            return copy_of_person(trail.log, history, subject["person"])
        return copy_of_statement(
            trail.log, history, parse_uuid(subject["statementId"], "STATEMENT_ID")
        )

    with _trail("lrs audit print", subject, lambda found: len(found["entries"])) as run:
        found = run(copy)
    try:
        with output.open("xb") as file:
            file.write(write(found))
    except OSError as error:
        raise InvalidInput(f"{output} cannot be written: {error.strerror}", "-o") from None
    err.print(f"Wrote {len(found['entries'])} entries to {output}.", soft_wrap=True, markup=False)


Run = Callable[[Callable[[Trail], dict[str, Any]]], dict[str, Any]]


@contextmanager
def _trail(
    command: str, given: Mapping[str, str], records: Callable[[dict[str, Any]], int]
) -> Iterator[Run]:
    """Yield what answers from an up-to-date log; the answer is told to the disclosure log."""
    settings = read_settings()
    log = open_log(settings)
    with open_views(settings) as views:
        runner = Runner(log, views)
        runner.catch_up()  # no server need be running

        def run(ask: Callable[[Trail], dict[str, Any]]) -> dict[str, Any]:
            found = ask(Trail(log, views))
            disclose(log, Disclosure(BY, command, given, records(found)))
            runner.catch_up()
            return found

        yield run


def _person(text: str) -> str:
    """Return an actor's key, or a person's id. Raises `InvalidInput`."""
    return read_actor(text, "--person") if ":" in text else str(parse_uuid(text, "--person"))


def _moment(text: str, option: str) -> datetime:
    try:
        return beginning(normalise_time(text), ZoneInfo("UTC"))
    except ValueError:
        raise InvalidInput(f"{text!r} is neither a date nor a time of RFC 3339", option) from None


def _print_events(events: list[dict[str, Any]]) -> None:
    rows = [
        [
            each["position"],
            each["stored"][:19],
            each["principal"],
            each["actor"] or "",
            each["action"],
            "erased" if each["erased"] else _short(each["what"]),
            each["reason"] or "",
        ]
        for each in events
    ]
    columns = ["position", "stored", "principal", "actor", "action", "what", "reason"]
    print_table(columns, rows)


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "\n".join(f"{name}: {_short(inner)}" for name, inner in value.items() if inner)
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= 200 else f"{text[:200]}…"
