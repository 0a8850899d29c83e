"""Webex's attendee reports: UTF-16 tables with tabs that are named `.csv`.

One row for each join of each device and for each breakout room; times carry Excel's guard (`="…"`)
and no zone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.attendance import Meeting, Row, Stay, Warned, real_email
from adapters.occurrences import Held, pick
from adapters.payload import later
from adapters.reader import Options
from adapters.table import Headers, Table, find
from adapters.text import Line
from adapters.times import Clock, Written, date_order, read_duration, read_time
from adapters.webex.roles import ROLES
from lrs.errors import UnreadableAttendance

HEADERS: Headers = {
    "title": frozenset({"meeting name", "event name", "nome da reunião", "nome do evento"}),
    "starts": frozenset(
        {
            "meeting start time",
            "event start time",
            "data de início da reunião",
            "data de início do evento",
        }
    ),
    "ends": frozenset(
        {
            "meeting end time",
            "event end time",
            "data de término da reunião",
            "data de término do evento",
        }
    ),
    "shown": frozenset({"display name", "nome de exibição"}),
    "name": frozenset({"name", "first name", "nome"}),
    "surname": frozenset({"last name", "sobrenome"}),
    "role": frozenset({"role", "função"}),
    "email": frozenset({"attendee email", "e-mail do convidado"}),
    "joined": frozenset({"join time", "hora da entrada"}),
    "left": frozenset({"leave time", "hora da saída"}),
    "duration": frozenset({"attendance duration", "duração da presença"}),
    "session": frozenset({"session name", "nome da sessão"}),
}
WANTED = frozenset({"email", "joined", "left", "duration"})
LOBBY = frozenset({"lobby", "waiting room", "lobby da reunião", "sala de espera"})
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class _Told:
    """A row with its times as written."""

    line: Line
    joined: Written | None
    left: Written | None
    meeting: tuple[str, str]
    """The title of the row's meeting and its start, as the report writes them."""
    span: tuple[Written, Written] | None
    """When the row's meeting was held."""

    @property
    def key(self) -> str:
        """Return what tells the row's meeting from others of the file; empty: any."""
        return "\n".join(self.meeting) if self.span else ""

    @property
    def times(self) -> tuple[Written, ...]:
        """Return all times of the row."""
        return tuple(t for t in (self.joined, self.left, *(self.span or ())) if t)


def read_report(text: str, options: Options) -> tuple[Meeting, list[Row], list[Warned]]:
    """Return the meeting that a report is about, or the expected one of several.

    Raises `UnreadableAttendance` naming the line, `AmbiguousAttendance` for several meetings and
    where order of dates or zone are unknown.
    """
    table = find(text, HEADERS, WANTED)
    if table is None:
        raise UnreadableAttendance("this is no Webex file; an attendee report is wanted")
    told = [_read_row(table, line) for line in table.rows()]
    pairs = [(each.joined, each.left) for each in told if each.joined and each.left]
    pairs += [each.span for each in told if each.span]
    times = [time for each in told for time in each.times]
    expected = options.expected and options.expected.date()
    order = date_order(times, pairs, options.date_order, expected) if times else "ymd"
    clock = Clock(order, options.timezone)
    held = [_held(each, each.span, clock) for each in told if each.span]
    chosen = pick(list(dict.fromkeys(held)), options.expected) if held else []
    kept = {each.key for each in chosen} | {""}
    meeting = Meeting(
        title=chosen[0].series or None if chosen else None,
        starts=chosen[0].starts if chosen else None,
        ends=max(each.ends for each in chosen) if chosen else None,
    )
    rows: list[Row] = []
    warnings: list[Warned] = []
    for each in told:
        if each.key in kept:
            row, warned = _row(table, each, clock, meeting.ends)
            rows += [row] if row else []
            warnings += warned
    return meeting, rows, warnings + clock.warnings


def _read_row(table: Table, line: Line) -> _Told:
    joined, left, starts, ends = (
        read_time(written, line.number) if (written := table.cell(line, field)) else None
        for field in ("joined", "left", "starts", "ends")
    )
    meeting = (table.cell(line, "title"), table.cell(line, "starts"))
    return _Told(line, joined, left, meeting, (starts, ends) if starts and ends else None)


def _held(told: _Told, span: tuple[Written, Written], clock: Clock) -> Held:
    starts, ends = (clock.moment(each) for each in span)
    return Held(told.key, told.meeting[0], starts, ends)


def _row(
    table: Table, told: _Told, clock: Clock, ends: datetime | None
) -> tuple[Row | None, list[Warned]]:
    line, number = told.line, told.line.number
    duration = read_duration(table.cell(line, "duration"))
    if table.cell(line, "session").casefold() in LOBBY:
        return None, [Warned("lobby", "time in the lobby is not counted", number)]
    if told.joined is None and not duration:
        return None, [Warned("no_show", "never joined; left out", number)]
    stay, warned = _stay(told, clock, duration, ends)
    email = table.cell(line, "email")
    parts = (table.cell(line, "name"), table.cell(line, "surname"))
    name = table.cell(line, "shown") or " ".join(filter(None, parts)) or real_email(email)
    if not name:
        raise UnreadableAttendance("a participant has no name", f"line {number}")
    row = Row(
        line=number,
        name=name,
        email=real_email(email),
        role=ROLES.get(table.cell(line, "role").casefold()),
        stay=stay,
        total=None if stay else duration,
    )
    return row, warned


def _stay(
    told: _Told, clock: Clock, duration: timedelta | None, ends: datetime | None
) -> tuple[Stay | None, list[Warned]]:
    """Return a row's stay; without a leave it lasts for the row's duration, or the meeting's."""
    number = told.line.number
    if told.joined is None:
        return None, [Warned("no_leave", "the join time is missing", number)]
    joined = clock.moment(told.joined)
    if told.left is None:
        left = later(joined, duration, f"line {number}") if duration else ends
        if left is None:
            raise UnreadableAttendance("the leave time is missing", f"line {number}")
        warned = Warned("no_leave", "the leave time is missing", number)
        return Stay(joined, max(joined, left), closed_by_end=not duration), [warned]
    stay = Stay(joined, clock.moment(told.left))
    if stay.left < stay.joined:
        raise UnreadableAttendance("somebody leaves before joining", f"line {number}")
    # Reports round durations to whole minutes.
    if duration is not None and abs(stay.left - stay.joined - duration) > _MINUTE:
        message = "the duration differs from the times by more than a minute; the times count"
        return stay, [Warned("duration_differs", message, number)]
    return stay, []
