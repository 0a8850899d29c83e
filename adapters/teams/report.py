"""Reports that list people or stays: one table of 2021, numbered sections of 2022 and later.

Where a report has both, the list of stays (section 3) tells the times, and the list of people
(section 2) their ids, their totals and whoever the stays leave out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from adapters.attendance import Attendance, Warned, gather, homonyms
from adapters.reader import File, Options
from adapters.teams.cells import kind_of
from adapters.teams.engagement import Engagement, read_engagement, with_acts
from adapters.teams.grid import HEADER_WITHIN, Table, make_table, named, sections
from adapters.teams.presence import Presence
from adapters.teams.summary import Summary, read_summary
from adapters.teams.told import Told, homonymous, read_rows
from adapters.teams.words import REGISTRATIONS
from adapters.text import Line, heading
from adapters.times import Clock, date_order
from lrs.errors import UnreadableAttendance


@dataclass(frozen=True)
class Report:
    """A report's parts; `certain` says that no other tool writes files like this."""

    summary: Sequence[Line]
    people: Table | None
    stays: Table | None
    engagement: Sequence[Line] = ()
    certain: bool = True


def find_report(grid: Sequence[Line]) -> Report | None:
    """Return the report that a file is, None if it is none. Raises `UnreadableAttendance`."""
    parts = sections(grid)
    # A list of names may be numbered too, but is no table.
    if {"1", "2"} <= parts.keys() and len(parts["2"][0].cells) > 2:
        people, stays = _table(parts["2"]), _table(parts.get("3", ()))
        return Report(parts["1"], people, stays, parts.get("4", ()))
    for number, (line, below) in enumerate(pairwise(grid[:HEADER_WITHIN])):
        certain = _is_header(line)
        if certain or _looks_told(below):
            return Report(grid[:number], None, _table(grid[number:]), certain=certain)
    return None


def lists_registrations(grid: Sequence[Line]) -> bool:
    """Return whether a file lists a webinar's registrations, which tells nobody's presence."""
    return any(
        {heading(each) for each in line.cells} >= REGISTRATIONS for line in grid[:HEADER_WITHIN]
    )


def read_report(report: Report, file: File, options: Options) -> Attendance:
    """Return a report's attendance. Raises `UnreadableAttendance`, naming the line if it can."""
    warnings: list[Warned] = []
    people, stays = (read_rows(table, warnings) for table in (report.people, report.stays))
    if not people and not stays:
        raise UnreadableAttendance("the file names no participant")
    summary = read_summary(report.summary)
    engagement = read_engagement(report.people, report.engagement)
    clock, end = _clock(report, summary, [*stays, *people], engagement, options)
    meeting = summary.meeting(clock)
    rows = Presence(people, stays, clock, end, warnings).rows()
    rows = with_acts(rows, engagement, clock, warnings)
    found = gather(rows, f"{meeting.title} {meeting.starts}")
    if not found:
        raise UnreadableAttendance("the file names nobody who was there")
    warnings += homonyms(rows) + homonymous(people)
    warnings += _missing(summary, len(people) if report.people else len(found))
    # A time that is read twice is warned of twice, where the clocks change.
    told = dict.fromkeys(warnings + clock.warnings)
    return Attendance("teams", meeting, found, tuple(told), file.sha256)


def _table(rows: Sequence[Line]) -> Table | None:
    return make_table(rows[0], rows[1:]) if len(rows) > 1 else None


def _is_header(line: Line) -> bool:
    columns = named(line)
    return [columns.get(each) for each in ("joined", "left", "length")] == [1, 2, 3] or (
        "upn" in columns and len(columns) > 1
    )


def _looks_told(line: Line) -> bool:
    return [kind_of(each) for each in line.cells[:4]] == ["text", "time", "time", "length"]


def _clock(
    report: Report,
    summary: Summary,
    told: Sequence[Told],
    engagement: Engagement,
    options: Options,
) -> tuple[Clock, datetime | None]:
    """Return the file's clock and when its meeting, or the last that it tells of, ended."""
    times = [time for each in told for time in each.written] + engagement.times
    times += [time for time in (summary.starts, summary.ends) if time]
    spans = [span for span in (summary.span, *(each.span for each in told)) if span]
    expected = options.expected and options.expected.date()
    order = date_order(times, spans, options.date_order, expected)
    in_utc = any(table.in_utc for table in (report.people, report.stays) if table)
    zone = UTC if in_utc else options.timezone
    # A clock of its own: each time is warned of once, where it is read.
    ends = [summary.ends] if summary.ends else [time for each in told for time in each.written]
    end = max((Clock(order, zone).moment(time) for time in ends), default=None)
    return Clock(order, zone), end


def _missing(summary: Summary, listed: int) -> list[Warned]:
    if summary.counted is None or summary.counted <= listed:
        return []
    message = f"the file counts {summary.counted} people and lists {listed}; it may be cut off"
    return [Warned("people_missing", message)]
