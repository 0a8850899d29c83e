"""GoTo's attendee reports as CSV: a few lines about the session, then a row for each attendance.

GoToMeeting's reports give the day above the table and only times of day in it; GoToWebinar's give
both in each row. Zones are abbreviations, where there are any.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from adapters.attendance import Meeting, Row, Stay, Warned, real_email
from adapters.goto.moments import Moments, Told
from adapters.payload import later
from adapters.reader import Options
from adapters.table import Headers, Table, find
from adapters.text import Line, cell, heading
from adapters.times import read_duration
from lrs.errors import UnreadableAttendance

HEADERS: Headers = {
    "attended": frozenset({"attended"}),
    "name": frozenset({"name", "attendee name", "full name"}),
    "first": frozenset({"first name"}),
    "surname": frozenset({"last name", "surname"}),
    "email": frozenset({"email address", "email", "attendee email"}),
    "joined": frozenset({"join time", "join date/time"}),
    "left": frozenset({"leave time", "leave date/time"}),
    "duration": frozenset({"time in session (minutes)", "time in session"}),
    "rating": frozenset({"interest rating"}),
}
WANTED = frozenset({"joined", "left", "duration"})
ABOUT: Headers = {
    "title": frozenset(
        {"webinar name", "webinar title", "training name", "training title", "meeting name"}
    ),
    "id": frozenset({"webinar id", "training id", "meeting id"}),
    "starts": frozenset({"meeting date", "actual start date/time", "session date"}),
    "length": frozenset(
        {"meeting duration", "actual duration (minutes)", "actual duration", "session duration"}
    ),
}
_FIELDS = {name: field for field, names in ABOUT.items() for name in names}
PRODUCTS = frozenset(
    {"gotowebinar", "gotomeeting", "gototraining"}
    | {"goto webinar", "goto meeting", "goto training"}
)
NOT_OURS = frozenset(
    {"country/region name", "approval status", "user name", "user name (original name)"}
    | {"host details", "panelist details", "# cancelled", "unique viewers"}
)
"""Words of Zoom's webinar report, which has the same times under the same names."""
NOTHING = frozenset({"", "-", "--", "n/a"})
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class _Attended:
    """A row with its times as written."""

    line: Line
    joined: Told | None
    left: Told | None


def find_report(text: str) -> Table | None:
    """Return a report's table; None where the same columns are another tool's, or are not there.

    Raises `UnreadableAttendance`.
    """
    table = find(text, HEADERS, WANTED)
    if table is None:
        return None
    above = {heading(each).rstrip(":") for line in table.above for each in line.cells}
    header = {heading(each) for each in table.header.cells}
    if not NOT_OURS.isdisjoint(above | header):
        return None
    ours = "rating" in table.columns or not above.isdisjoint(PRODUCTS | _FIELDS.keys())
    return table if ours else None


def read_report(text: str, options: Options) -> tuple[Meeting, list[Row], list[Warned]]:
    """Return the session that a report is about.

    Raises `UnreadableAttendance` naming the line, `AmbiguousAttendance` where day, order of dates
    or zone are unknown.
    """
    table = find_report(text)
    if table is None:
        raise UnreadableAttendance("this is no GoTo file; an attendee report is wanted")
    about = _about(table.above)
    starts = Told.read(*about["starts"]) if "starts" in about else None
    listed = [_read_row(table, line) for line in _attendees(table)]
    pairs = [(each.joined, each.left) for each in listed]
    moments = Moments(starts, pairs, options)
    meeting = _meeting(table.above, about, starts, moments)
    rows: list[Row] = []
    warnings: list[Warned] = []
    for each in listed:
        row, warned = _row(table, each, moments)
        rows += [row] if row else []
        warnings += warned
    return meeting, rows, warnings + moments.warnings


def _about(above: Sequence[Line]) -> dict[str, tuple[str, int]]:
    """Return what the lines above the table tell of the session, with the lines' numbers.

    A value stands below its name or, where the line has nothing else, beside it.
    """
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(above):
        names = [heading(each).rstrip(":") for each in line.cells]
        fields = {field: n for n, name in enumerate(names) if (field := _FIELDS.get(name))}
        beside = len(fields) == 1 and sum(map(bool, names)) == 2 and 0 in fields.values()
        below = above[number + 1] if number + 1 < len(above) else line
        for field, at in fields.items():
            value = cell(line.cells, 1) if beside else cell(below.cells, at)
            if value and (beside or below is not line):
                found.setdefault(field, (value, line.number if beside else below.number))
    return found


def _meeting(
    above: Sequence[Line],
    about: dict[str, tuple[str, int]],
    starts: Told | None,
    moments: Moments,
) -> Meeting:
    title = about["title"][0] if "title" in about else None
    if title is None and above:
        # GoToMeeting's reports begin with `Coaching lab Attendees`.
        first = cell(above[0].cells, 0)
        title = first.removesuffix(" Attendees") if first.endswith(" Attendees") else None
    begun = moments.moment(starts) if starts else None
    length, at = about.get("length", ("", 0))
    lasted = read_duration(length)
    return Meeting(
        id=about["id"][0].replace("-", "").replace(" ", "") if "id" in about else None,
        title=title,
        starts=begun,
        ends=later(begun, lasted, f"line {at}") if begun and lasted else None,
    )


def _attendees(table: Table) -> Iterable[Line]:
    """Yield the rows of the table; another section's title, alone on its line, ends it."""
    for line in table.rows():
        if sum(map(bool, line.cells)) == 1 and line.cells[0]:
            return
        yield line


def _read_row(table: Table, line: Line) -> _Attended:
    joined, left = (
        Told.read(written, line.number) if written.casefold() not in NOTHING else None
        for written in (table.cell(line, "joined"), table.cell(line, "left"))
    )
    return _Attended(line, joined, left)


def _row(table: Table, each: _Attended, moments: Moments) -> tuple[Row | None, list[Warned]]:
    line, number = each.line, each.line.number
    total = read_duration(table.cell(line, "duration"))
    absent = table.cell(line, "attended").casefold() == "no"
    if absent or (each.joined is None and each.left is None and not total):
        return None, [Warned("no_show", "registered, never came; left out", number)]
    stay = moments.stay(each.joined, each.left) if each.joined and each.left else None
    email = real_email(table.cell(line, "email"))
    parts = (table.cell(line, "first"), table.cell(line, "surname"))
    name = table.cell(line, "name") or " ".join(filter(None, parts)) or email
    if not name:
        raise UnreadableAttendance("a participant has no name", f"line {number}")
    row = Row(
        line=number,
        name=name,
        email=email,
        stay=stay,
        total=None if stay else total,
        present_unknown=not stay and total is None,
    )
    return row, _warned(stay, total, number)


def _warned(stay: Stay | None, total: timedelta | None, line: int) -> list[Warned]:
    if stay is None:
        return [Warned("no_leave", "join or leave time is missing", line)]
    # Reports round to whole minutes, some at both ends.
    if total is not None and abs(stay.left - stay.joined - total) > 2 * _MINUTE:
        message = "the time in session differs from the times by minutes; the times count"
        return [Warned("duration_differs", message, line)]
    return []
