"""`lrs audit retention`: for how long what is kept."""

from typing import Annotated

import typer

from lrs.audit.retention import Retention, shown
from lrs.cli.erasure import BY, Json, Reason, clean, opened_log
from lrs.cli.output import print_json, print_table
from lrs.main import open_erasures

retention = typer.Typer(help="For how long what is kept.", no_args_is_help=True)
Iris = Annotated[list[str] | None, typer.Option(metavar="IRI", help="May be repeated.")]


@retention.command("set")
def set_class(
    name: str,
    reason: Reason,
    keep_days: Annotated[int | None, typer.Option(help="From when it was stored.")] = None,
    drop: Annotated[bool, typer.Option(help="Drop the class.")] = False,
    verb: Iris = None,
    activity: Iris = None,
    activity_type: Annotated[
        list[str] | None, typer.Option("--type", metavar="IRI", help="May be repeated.")
    ] = None,
) -> None:
    """Set a class of statements: those that meet every kind of condition that is given."""
    if drop == (keep_days is not None):
        raise typer.BadParameter("give either --keep-days or --drop")
    with opened_log() as log:
        Retention(log, open_erasures(log)).set(
            name,
            keep_days=keep_days,
            verbs=verb or (),
            activities=activity or (),
            types=activity_type or (),
            reason=reason,
            by=BY,
        )


@retention.command("list")
def list_classes(as_json: Json = False) -> None:
    """List the classes in force."""
    with opened_log() as log:
        classes = [shown(each) for each in Retention(log, open_erasures(log)).classes()]
    if as_json:
        print_json({"classes": classes})
        return
    columns = ["name", "days", "verbs", "activities", "types", "reason"]
    rows = [
        [each["name"], each["keep_days"], *("\n".join(each[name]) for name in columns[2:5]),
         each["reason"]]
        for each in classes
    ]  # fmt: skip
    print_table(columns, rows)


@retention.command("report")
def report(as_json: Json = False) -> None:
    """Show what has expired, by class; nothing is erased."""
    with opened_log() as log:
        found = Retention(log, open_erasures(log)).report()
    if as_json:
        print_json({"classes": found})
        return
    columns = ["name", "keep_days", "statements", "expired", "held", "oldest"]
    print_table(columns, [[each[name] for name in columns] for each in found])


@retention.command("apply")
def apply(reason: Reason, as_json: Json = False) -> None:
    """Erase what has expired and is under no legal hold, for good."""
    with opened_log() as log:
        receipts = Retention(log, open_erasures(log)).apply(reason=reason, by=BY)
        if receipts:
            clean(log)
    if as_json:
        print_json({"erasures": receipts})
        return
    columns = ["retention_class", "position", "events"]
    print_table(columns, [[each[name] for name in columns] for each in receipts])
