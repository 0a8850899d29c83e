"""`lrs import`: attendance files of meeting tools."""

from collections.abc import Iterable
from datetime import UTC
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
import typer

import adapters
from adapters.attendance import Attendance, dry_run
from adapters.statements import Occurrence, meeting_activity_id, replaced, statements
from lrs.attendance import Imported, record_import
from lrs.cli.output import err, print_json, print_table, progress
from lrs.credentials import OWN_SCOPES, Principal
from lrs.errors import InvalidInput, NotFound, UnreadableAttendance
from lrs.main import open_store
from lrs.plan import Plan, Session, read_plan
from lrs.settings import read_settings
from lrs.store import Store

IMPORTER = Principal("attendance-import", "Attendance import", frozenset({"all"} | OWN_SCOPES))


def import_attendance(
    tool: Annotated[str, typer.Argument(help="zoom, teams …, or auto.")],
    files: Annotated[list[Path], typer.Argument(help="Files as the tool exported them.")],
    program: Annotated[str, typer.Option(help="The program's slug.")],
    session: Annotated[str, typer.Option(help="The session's id.")],
    timezone: Annotated[str | None, typer.Option(help="Whose clock a zone-less file shows.")] = None,
    date_order: Annotated[Literal["dmy", "mdy", "ymd"] | None, typer.Option()] = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only show what would be recorded.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Import attendance; the same file again changes nothing, a corrected one replaces."""
    with open_store(read_settings()) as store:
        planned = find_session(store, program, session)
        found = [
            (each, read_file(each, tool, planned[1], timezone, date_order)) for each in files
        ]
        outcomes = []
        with progress("Importing") as advance:
            for number, (_, attendance) in enumerate(found, start=1):
                outcomes.append(preview(attendance, *planned) | ({} if dry else _recorded(store, attendance, *planned)))
                advance(number, len(found))
    if as_json:
        print_json(outcomes[0] if len(outcomes) == 1 else outcomes)
    else:
        _print(outcomes)


def find_session(store: Store, program: str, session: str) -> tuple[Plan, Session]:
    """Return a program's plan and its session. Raises `NotFound`."""
    plan = read_plan(store.programs.document(program))
    for each in plan.sessions:
        if each.id == session:
            return plan, each
    raise NotFound(f"the program {program!r} has no session {session!r}", "--session")


def read_file(
    file: Path, tool: str, session: Session, timezone: str | None, date_order: str | None
) -> Attendance:
    """Read an attendance file. Raises `UnreadableAttendance` naming it."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", str(file)) from None
    options = adapters.Options(
        timezone=_zone(timezone),
        date_order=date_order,
        expected=session.starts,
        file_name=file.name,
    )
    try:
        return adapters.read(tool, content, options)
    except UnreadableAttendance as fault:
        place = f"{file}, {fault.path}" if fault.path else str(file)
        raise type(fault)(fault.message, place) from None
