"""Lists that browser extensions write in Google Meet; they are not Google's.

One extension's columns are known: `Names`, the day as a column, `Email`, `Arrival time`, `Last
Seen`, `# of Checks`. It looks at who is there now and then: from the first look to the last is a
stay, and what lies between is not known.
"""

import re

from adapters.attendance import Meeting, Row, Stay, Warned, real_email
from adapters.meet.days import began, named, title
from adapters.reader import Options
from adapters.table import Headers, Table, find
from adapters.text import Line
from adapters.timeofday import from_then_on, near
from adapters.times import Clock
from lrs.errors import UnreadableAttendance

HEADERS: Headers = {
    "name": frozenset({"names", "name"}),
    "email": frozenset({"email"}),
    "arrived": frozenset({"arrival time"}),
    "seen": frozenset({"last seen"}),
    "checks": frozenset({"# of checks"}),
}
WANTED = frozenset({"name", "arrived", "seen", "checks"})
SIGNS = ("# of checks", "google meet attendance", "attendance for google meet")
"""What lists of this or other extensions say at their beginning."""
_PADDED = re.compile(r'(^|,) +(?=")', re.MULTILINE)
_NEVER = frozenset({"", "-", "--", "n/a", "0"})


def is_extension_file(text: str) -> bool:
    """Return whether an extension wrote the file, be its columns known or not."""
    beginning = text[:2_000].casefold()
    return any(sign in beginning for sign in SIGNS)


def read_extension(
    text: str, name: str | None, options: Options
) -> tuple[Meeting, list[Row], list[Warned]]:
    """Return the meeting of an extension's list; who is on the list but was never seen is left out.

    `name` is the file's. Raises `UnreadableAttendance` naming the line, also for an extension whose
    columns are unknown, and `AmbiguousAttendance` where day or zone are unknown.
    """
    # There are blanks between comma and quote, which no reader of CSV expects.
    table = find(_PADDED.sub(r"\1", text), HEADERS, WANTED)
    if table is None:
        message = (
            "this is a browser extension's list, not Google's; its columns are not known here:"
            " use the attendance report that Google sends to the organiser"
        )
        raise UnreadableAttendance(message)
    day = next((at for cell in table.header.cells if (at := named(cell))), None)
    start = day or began(name, options)
    clock = Clock("ymd", options.timezone)
    rows: list[Row] = []
    warnings = [Warned("extension", "a browser extension's list: breaks are not seen", None)]
    for line in table.rows():
        arrived, seen = table.cell(line, "arrived"), table.cell(line, "seen")
        if arrived in _NEVER:
            warnings.append(Warned("no_show", "on the list, never seen; left out", line.number))
            continue
        came = near(arrived, start, line.number)
        went = came if seen in _NEVER else from_then_on(seen, came, line.number)
        rows.append(_row(table, line, Stay(clock.moment(came), clock.moment(went))))
    return Meeting(title=title(name)), rows, warnings + clock.warnings


def _row(table: Table, line: Line, stay: Stay) -> Row:
    email = real_email(table.cell(line, "email"))
    name = table.cell(line, "name") or email
    if not name:
        raise UnreadableAttendance("a participant has no name", f"line {line.number}")
    if stay.left < stay.joined:
        raise UnreadableAttendance("somebody leaves before joining", f"line {line.number}")
    return Row(line=line.number, name=name, email=email, stay=stay)
