"""From uploaded files to what an import records: read, put together, turned into statements.

What goes in and out is plain data, so that any store can call it; `lrs.attendance` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

from adapters import File, Options, read
from adapters.attendance import dry_run
from adapters.statements import (
    ADAPTER_VERSION,
    Occurrence,
    by_person,
    meeting_activity_id,
    replaced,
    session_activity_id,
)
from adapters.times import DateOrder
from adapters.union import Source, Union, unite
from lrs.errors import InvalidInput, UnreadableAttendance

__all__ = ["Prepared", "prepare", "replaced"]


class Session(Protocol):
    """What is planned, as far as statements tell it; moments are aware."""

    @property
    def id(self) -> str:
        """The IRI."""

    @property
    def title(self) -> str:
        """The title."""

    @property
    def mode(self) -> str:
        """`live-online` or `in-person`."""

    @property
    def starts(self) -> datetime:
        """The planned start."""

    @property
    def ends(self) -> datetime:
        """The planned end."""


@dataclass(frozen=True)
class Prepared:
    """What the files about one meeting come to."""

    tool: str
    adapter_version: str
    meeting: str
    """The activity that all statements about the meeting's instance have in their context."""
    files: Sequence[tuple[str | None, bytes]]
    """Names and contents."""
    statements: Sequence[Mapping[str, Any]]
    evidence: Sequence[tuple[Sequence[str], Sequence[tuple[int, int]]]]
    """For each person the ids of the statements and the rows: (file from 0, line from 1)."""
    warnings: Sequence[tuple[str, int | None, int | None]]
    """Each one's code, file (from 0) and line (from 1)."""
    shown: dict[str, Any]
    """The dry run of the contract."""
    replaces: Sequence[str] = ()
    """Other activities whose earlier statements are replaced too, where new ones tell the same."""


def prepare(
    tool: str,
    files: Sequence[tuple[str | None, bytes]],
    *,
    program: str,
    session: Session,
    timezone: str | None = None,
    date_order: str | None = None,
) -> list[Prepared]:
    """Return what files (names and contents) say, one for each meeting.

    `tool` is an adapter's name or `auto`, `timezone` an IANA name, `date_order` one of `DateOrder`.
    Raises `InvalidInput` for an option that is unknown and `UnreadableAttendance`, naming file and
    line, for a file that is refused; then none is taken.
    """
    options = Options(_zone(timezone), _order(date_order), session.starts)
    sources = [_read(tool, File(content, name), options) for name, content in files]
    occurrence = Occurrence(
        session_id=session.id,
        session_title=session.title,
        program=program,
        starts=session.starts,
        ends=session.ends,
        mode=session.mode,
    )
    return [_prepared(union, occurrence) for union in unite(sources)]


def _read(tool: str, file: File, options: Options) -> Source:
    try:
        return Source(file, read(tool, file, options))
    except UnreadableAttendance as fault:
        place = ", ".join(filter(None, (file.name, fault.path)))
        raise type(fault)(fault.message, place) from None


def _prepared(union: Union, occurrence: Occurrence) -> Prepared:
    attendance = union.attendance
    told = [
        (person, [orjson.loads(each.to_json()) for each in found])
        for person, found in by_person(attendance, occurrence)
    ]
    statements = [each for _, found in told for each in found]
    meeting = meeting_activity_id(attendance, occurrence)
    unnamed = session_activity_id(attendance.tool, occurrence)
    return Prepared(
        tool=attendance.tool,
        adapter_version=ADAPTER_VERSION,
        meeting=meeting,
        files=[(source.file.name, source.file.content) for source in union.sources],
        statements=statements,
        evidence=[
            ([each["id"] for each in found], union.rows(person)) for person, found in told if found
        ],
        warnings=[
            (each.code, number, each.line)
            for number, source in enumerate(union.sources)
            for each in source.attendance.warnings
        ],
        shown=dry_run(attendance, statements),
        # What came without saying which meeting it was may well have been about this one.
        replaces=[unnamed] if unnamed != meeting else [],
    )


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # A folder of the time zone database is an OSError.
        raise InvalidInput(f"{name[:40]!r} is no IANA time zone", "timezone") from None


def _order(name: str | None) -> DateOrder | None:
    if name is not None and name not in get_args(DateOrder):
        known = ", ".join(get_args(DateOrder))
        raise InvalidInput(f"{name[:40]!r} is no order of dates; there are {known}", "date_order")
    return cast("DateOrder | None", name)
