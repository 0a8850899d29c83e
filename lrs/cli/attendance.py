"""`lrs import`: attendance files of meeting tools."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
import typer

import adapters
from adapters.attendance import Attendance, dry_run
from adapters.statements import Occurrence, meeting_activity_id, replaced, statements
from adapters.times import DateOrder
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
    timezone: Annotated[
        str | None, typer.Option(help="Whose clock a zone-less file shows.")
    ] = None,
    date_order: Annotated[DateOrder | None, typer.Option()] = None,
    dry: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be recorded.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Import attendance; the same file again changes nothing, a corrected one replaces."""
    with open_store(read_settings()) as store:
        planned = find_session(store, program, session)
        # All files are read before anything is recorded: one that is refused stops them all.
        found = [read_file(each, tool, planned[1], timezone, date_order) for each in files]
        outcomes = [preview(attendance, *planned) for attendance in found]
        with progress("Importing") as advance:
            for number, attendance in enumerate([] if dry else found, start=1):
                outcomes[number - 1] |= recorded(store, attendance, *planned)
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
    file: Path, tool: str, session: Session, timezone: str | None, date_order: DateOrder | None
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
    )
    try:
        return adapters.read(tool, adapters.File(content, file.name), options)
    except UnreadableAttendance as fault:
        place = f"{file}, {fault.path}" if fault.path else str(file)
        raise type(fault)(fault.message, place) from None


def preview(attendance: Attendance, plan: Plan, session: Session) -> dict[str, Any]:
    """Return what an import would record, as the contract shows it."""
    return dry_run(attendance, statements(attendance, _occurrence(plan, session)))


def recorded(store: Store, attendance: Attendance, plan: Plan, session: Session) -> dict[str, int]:
    """Record an import and return the counts."""
    occurrence = _occurrence(plan, session)
    built = statements(attendance, occurrence)
    imported: Imported = record_import(
        store,
        IMPORTER,
        [orjson.loads(each.to_json()) for each in built],
        meeting_activity_id(attendance, occurrence),
        replaced,
    )
    return imported._asdict()


def _occurrence(plan: Plan, session: Session) -> Occurrence:
    return Occurrence(
        session_id=session.id,
        session_title=session.title,
        program=plan.slug,
        starts=session.starts,
        ends=session.ends,
        mode=session.mode,
    )


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidInput(f"{name!r} is no IANA time zone", "--timezone") from None


def _print(outcomes: Iterable[dict[str, Any]]) -> None:
    for outcome in outcomes:
        meeting = outcome["meeting"]
        columns = ["name", "email", "confidence", "minutes", "role"]
        rows = [[person[column] for column in columns] for person in outcome["people"]]
        print_table(columns, rows, f"{outcome['tool']} · {meeting['title'] or meeting['id'] or ''}")
        for warning in outcome["warnings"]:
            err.print(f"line {warning['line']}: {warning['message']}", markup=False)
        if "stored" in outcome:
            err.print(
                f"{outcome['stored']} statements recorded, {outcome['already_stored']} known already,"
                f" {outcome['voided']} voided."
            )
        else:
            err.print(f"{outcome['statements']} statements would be recorded.")
