"""`lrs import`: attendance files of meeting tools."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters import LARGEST_FILE, intake
from adapters.times import DateOrder
from lrs.attendance import File, Upload, prepare_files, record_files
from lrs.cli.output import err, print_json, print_table, progress
from lrs.errors import InvalidInput, UnreadableAttendance
from lrs.main import open_store
from lrs.settings import read_settings

BY = "cli"
SHOWN = ("name", "email", "confidence", "minutes", "role")


def import_attendance(
    tool: Annotated[str, typer.Argument(help="zoom, teams …, or auto.")],
    files: Annotated[list[Path], typer.Argument(help="Files as the tool exported them.")],
    program: Annotated[str, typer.Option(help="The program's slug.")],
    session: Annotated[str, typer.Option(help="The session's id.")],
    timezone: Annotated[
        str | None, typer.Option(help="Whose clock a zone-less file shows.")
    ] = None,
    date_order: Annotated[DateOrder | None, typer.Option()] = None,
    dry: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be recorded.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Import attendance; the same file again changes nothing, a corrected one replaces.

    Several files about one meeting count as one.
    """
    found = [read_file(each) for each in files]
    upload = Upload(tool, found, program, session, timezone, date_order)
    with open_store(read_settings()) as store:
        prepared = prepare_files(store, intake, upload)
        outcomes = [each.shown for each in prepared]
        if not dry:
            with progress("Importing") as advance:
                outcomes = record_files(store, intake, upload, prepared, by=BY, advance=advance)
    if as_json:
        print_json(outcomes[0] if len(outcomes) == 1 else outcomes)
    else:
        _print(outcomes)


def read_file(path: Path) -> File:
    """Return a file's name and content, reading no more than what any adapter takes.

    Raises `InvalidInput` for what cannot be read and `UnreadableAttendance` for what is too large.
    """
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            # What is no regular file has no size before it is read.
            content = stream.read(LARGEST_FILE + 1) if size <= LARGEST_FILE else b""
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", str(path)) from None
    if max(size, len(content)) > LARGEST_FILE:
        message = f"the file has more than the {LARGEST_FILE} bytes allowed"
        raise UnreadableAttendance(message, str(path))
    return path.name, content


def _print(outcomes: Iterable[dict[str, Any]]) -> None:
    for outcome in outcomes:
        meeting = outcome["meeting"]
        rows = [[person[column] for column in SHOWN] for person in outcome["people"]]
        print_table(SHOWN, rows, f"{outcome['tool']} · {meeting['title'] or meeting['id'] or ''}")
        for warning in outcome["warnings"]:
            place = f"line {warning['line']}: " if warning["line"] is not None else ""
            err.print(f"{place}{warning['message']}", markup=False)
        if "stored" in outcome:
            err.print(
                f"{outcome['stored']} statements recorded, {outcome['already_stored']} known already,"
                f" {outcome['voided']} voided."
            )
        else:
            err.print(f"{outcome['statements']} statements would be recorded.")
