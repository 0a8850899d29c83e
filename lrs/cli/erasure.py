"""`lrs audit erase`, `erasures`, `scrub` and `hold`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from lrs.audit.erasure import Wanted
from lrs.cli.output import err, out, print_json, print_table
from lrs.errors import Unavailable
from lrs.http.history import read_person
from lrs.log import EventLog
from lrs.main import open_erasures, open_log, open_views, scrub_store
from lrs.settings import read_settings
from lrs.xapi.values import parse_uuid
from projections.runner import Runner

hold = typer.Typer(help="Legal holds: what must not be erased for now.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Person = Annotated[
    str | None, typer.Option(metavar="ACTOR", help="A person, by any actor key, or by id.")
]
Statement = Annotated[str | None, typer.Option(metavar="ID", help="One statement.")]
Reason = Annotated[str, typer.Option(help="Why; kept for ever, so name nobody.")]
BY = "cli"


def erase(
    reason: Reason,
    legal_basis: Annotated[str, typer.Option(help="Such as: GDPR 17(1)(b).")],
    person: Person = None,
    statement: Statement = None,
    dry_run: Annotated[bool, typer.Option(help="Show what would go; destroy nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Erase what is recorded of a person, or one statement, for good; every proof stays valid."""
    wanted = Wanted(reason, legal_basis, *_whom(person, statement))
    with opened_log() as log:
        erasures = open_erasures(log)
        if dry_run:
            _show_preview(erasures.preview(wanted), as_json=as_json)
            return
        receipt = erasures.erase(wanted, by=BY)
        clean(log)
    if as_json:
        print_json(receipt)
    else:
        _show(receipt)


def list_erasures(as_json: Json = False) -> None:
    """List the receipts of all erasures, the oldest first."""
    with opened_log() as log:
        receipts = open_erasures(log).receipts()
    if as_json:
        print_json({"erasures": receipts})
        return
    columns = ["position", "stored", "by", "what", "events", "legal basis", "reason"]
    print_table(columns, [_row(each) for each in receipts])


def scrub() -> None:
    """Rewrite the store's files, so that nothing of what was erased is left in them."""
    with opened_log() as log:
        _catch_up(log)
    for left in scrub_store(read_settings()):
        err.print(f"Left to do: {left}", markup=False, soft_wrap=True)


@hold.command("add")
def add_hold(
    reason: Reason,
    person: Person = None,
    statement: Statement = None,
    as_json: Json = False,
) -> None:
    """Forbid erasing anything about a person, or one statement."""
    named, wanted = _whom(person, statement)
    with opened_log() as log:
        made = open_erasures(log).holds.add(person=named, statement=wanted, reason=reason, by=BY)
    if as_json:
        print_json({"hold": str(made)})
    else:
        out.print(str(made))


@hold.command("release")
def release_hold(hold: str, reason: Reason) -> None:
    """End a legal hold."""
    with opened_log() as log:
        open_erasures(log).holds.release(parse_uuid(hold, "HOLD"), reason=reason, by=BY)


@hold.command("list")
def list_holds(as_json: Json = False) -> None:
    """List the legal holds in force."""
    with opened_log() as log:
        found = open_erasures(log).holds.listed()
    if as_json:
        print_json({"holds": found})
        return
    columns = ["hold", "on", "since", "by", "reason"]
    rows = [
        [each["hold"], each["person"] or each["statement"], each["stored"], each["principal"],
         each["reason"]]
        for each in found
    ]  # fmt: skip
    print_table(columns, rows)


@contextmanager
def opened_log() -> Iterator[EventLog]:
    """Open the settings' log, and close it in the end."""
    log = open_log(read_settings())
    try:
        yield log
    finally:
        log.close()


def _whom(person: str | None, statement: str | None) -> tuple[str | None, Any]:
    named = None if person is None else read_person(person)
    return named, None if statement is None else parse_uuid(statement, "ID")


def _catch_up(log: EventLog) -> None:
    with open_views(read_settings()) as views:
        Runner(log, views).catch_up()


def clean(log: EventLog) -> None:
    """Clean up behind an erasure; it stands, whatever becomes of this."""
    _catch_up(log)
    try:
        left = scrub_store(read_settings())
    except Unavailable as error:
        left = [error.message]
    for each in left:
        err.print(f"Left to do: {each}", markup=False, soft_wrap=True)


def _show_preview(preview: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(preview)
        return
    print_table(["would go or change", "events"], list(preview["counts"].items()))
    for hold_id in preview["held"]:
        err.print(f"The legal hold {hold_id} forbids it.", markup=False)
    if preview["mentions"]:
        places = ", ".join(map(str, preview["mentions"]))
        err.print(f"An address stays written at the positions {places}.", markup=False)


def _show(receipt: dict[str, Any]) -> None:
    print_table(["erased", "events"], list(receipt["counts"].items()))
    out.print(f"Event {receipt['position']}, {receipt['stored']}.", markup=False)


def _row(receipt: dict[str, Any]) -> list[Any]:
    what = receipt["person"] or receipt["statement"] or receipt["retention_class"]
    told = [receipt["position"], receipt["stored"], receipt["principal"], what]
    return [*told, receipt["events"], receipt["legal_basis"], receipt["reason"]]
