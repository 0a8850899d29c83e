"""The participants of a meeting as CSV: of all ages, in many languages, and administrators' exports.

A header in a language that is not known is met by its shape: name, e-mail, join, leave, minutes.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from adapters.attendance import Attendance, Warned, gather, real_email
from adapters.occurrences import Held, pick
from adapters.reader import File, Options
from adapters.text import DELIMITERS, Line, cell, heading, lines
from adapters.times import Clock
from adapters.zoom.facts import Facts, facts_of, meeting_of, preamble
from adapters.zoom.moments import clock_of, read_cell, time_in
from adapters.zoom.names import told_apart
from adapters.zoom.told import Told, doubts, rows_of
from adapters.zoom.words import EMAIL, JOINED, LEFT, MINUTES, NAME, NO, WAITING, YES
from lrs.errors import UnreadableAttendance

_BEGINNING = 200_000
_BRACKETED = re.compile(r"[^()]+\([^()]+\)")
_DASHBOARD_NAME = frozenset({"participant", "participant name", "user name"})
_DASHBOARD = frozenset({"data center", "network type", "connection type"})
_CONSENT = frozenset({"", "y", "n", "na"})
"""What the answers to the recording's consent are, in every language."""
_TO_THE_MINUTE = re.compile(r"[^:]*\d:\d\d[^:\d]*")


@dataclass(frozen=True)
class _Table:
    """The participants' table: its columns by field, and the rows below its header."""

    header: Line
    start: int
    """The name's column; what stands before is about the meeting."""
    columns: dict[str, int]
    above: Sequence[Line]
    below: Sequence[Line]


class _Line(NamedTuple):
    """A row of the table: the stay it tells, of which meeting, and whether that was only waiting."""

    told: Told
    facts: Facts
    waited: bool


def recognises(text: str) -> bool:
    """Return whether a participants' table is there."""
    return any(_header(text, delimiter) is not None for delimiter in DELIMITERS)


def read(file: File, options: Options) -> Attendance:
    """Return a participants file's attendance; who only waited is left out."""
    table = _find(file.text)
    found = list(_lines(table))
    spans = [span for each in found for span in each.told.span + each.facts.span]
    times = [time for each in found for time in (*each.told.times, *each.facts.times)]
    clock = clock_of(times, spans, options)
    found, warnings = _of_one_meeting(found, clock, options.expected)
    meeting = meeting_of({each.facts.key: each.facts for each in found}.values(), clock, file.name)
    told = [each.told for each in found if not each.waited]
    rows = told_apart(rows_of(told, clock, meeting.ends))
    people = gather(rows, meeting.id or file.sha256)
    if not people:
        raise UnreadableAttendance("the file names no participant")
    warnings += [*_waited(found), *doubts(told, rows, people)]
    warnings += [*_to_the_minute(table), *dict.fromkeys(clock.warnings)]
    return Attendance("zoom", meeting, people, tuple(warnings), file.sha256)


def _find(text: str) -> _Table:
    for delimiter in sorted(DELIMITERS, key=text.count, reverse=True):
        found = _header(text, delimiter)
        if found is not None:
            number, start = found
            table = list(lines(text, delimiter))
            below = table[number + 1 :]
            columns = _columns(table[number], start, below)
            return _Table(table[number], start, columns, table[:number], below)
    raise UnreadableAttendance("the file has no participants' table")


def _header(text: str, delimiter: str) -> tuple[int, int] | None:
    """Return the header's number and the column of the name; None where there is no header."""
    try:
        beginning = list(islice(lines(text[:_BEGINNING], delimiter), 200))
    except UnreadableAttendance:
        # Not the delimiter: with it, a whole file may be one cell.
        return None
    for number, line in enumerate(beginning):
        names_of = [heading(each) for each in line.cells]
        start = next((n for n, each in enumerate(names_of) if each in NAME), None)
        if start is None and _DASHBOARD.intersection(names_of) and JOINED.intersection(names_of):
            start = next((n for n, each in enumerate(names_of) if each in _DASHBOARD_NAME), None)
        if start is None:
            first = next((each for each in beginning[number + 1 :] if any(each.cells)), None)
            start = _by_shape(names_of, first)
        if start is not None:
            return number, start
    return None


def _by_shape(names_of: Sequence[str], first: Line | None) -> int | None:
    """Return where a header in an unknown language begins: `Name (…),E-mail,Join,Leave,Minutes (…)`.

    The first row below has to bear it out; without times, `Name (…),E-mail,Minutes (…)`.
    """
    if first is None:
        return None
    for start, each in enumerate(names_of):
        for minutes in (start + 4, start + 2):
            if (
                _BRACKETED.fullmatch(each)
                and _BRACKETED.fullmatch(cell(names_of, minutes))
                and cell(first.cells, minutes).isdecimal()
                and all(time_in(cell(first.cells, n), 0) for n in range(start + 2, minutes))
            ):
                return start
    return None


def _columns(header: Line, start: int, rows: Sequence[Line]) -> dict[str, int]:
    """Return the columns by field, by name or else by place.

    In administrators' exports, columns about the host stand before under the same names.
    """
    names_of = [heading(each) for each in header.cells]
    known = {"email": EMAIL, "joined": JOINED, "left": LEFT, "minutes": MINUTES}
    columns = {
        field: next(n for n in range(start, len(names_of)) if names_of[n] in words)
        for field, words in known.items()
        if not words.isdisjoint(names_of[start:])
    }
    places = {"email": start + 1}
    if _BRACKETED.fullmatch(cell(names_of, start + 4)):
        places |= {"joined": start + 2, "left": start + 3, "minutes": start + 4}
    elif _BRACKETED.fullmatch(cell(names_of, start + 2)):
        places |= {"minutes": start + 2}
    for field, place in places.items():
        if place not in columns.values():
            columns.setdefault(field, place)
    columns["name"] = start
    waiting = _waiting(names_of, start, rows)
    return columns if waiting is None else columns | {"waiting": waiting}


def _waiting(names_of: Sequence[str], start: int, rows: Sequence[Line]) -> int | None:
    """Return the column that says who waited; in an unknown language the last may be it."""
    for place in range(start, len(names_of)):
        if any(each in names_of[place] for each in WAITING):
            return place
    last = len(names_of) - 1
    if names_of[start] in NAME | _DASHBOARD_NAME or last < start + 6:
        return None
    told = {cell(line.cells, last).casefold() for line in rows if any(line.cells)}
    return None if told <= _CONSENT else last


def _lines(table: _Table) -> Iterator[_Line]:
    of_all = preamble(table.above)
    known: dict[tuple[str, ...], Facts] = {}
    rows = [line for line in table.below if any(line.cells)]
    waiting_told = len({_cell(table, line, "waiting").casefold() for line in rows}) > 1
    for line in rows:
        about = tuple(line.cells[: table.start])
        if any(about) and about not in known:
            known[about] = facts_of(table.header.cells, Line(line.number, list(about)))
        facts = known.get(about, of_all)
        waited = _waits(_cell(table, line, "waiting"), line.number, waiting_told)
        yield _Line(_told(table, line, facts.hosts), facts, waited)


def _told(table: _Table, line: Line, hosts: Collection[str]) -> Told:
    joined, left = (read_cell(_cell(table, line, each), line.number) for each in ("joined", "left"))
    name, email = _cell(table, line, "name"), real_email(_cell(table, line, "email"))
    if not name:
        raise UnreadableAttendance("a participant has no name", f"line {line.number}")
    role = "host" if email in hosts else None
    minutes = _cell(table, line, "minutes")
    return Told(line.number, name, email, joined, left, minutes, role)


def _waits(text: str, line: int, told: bool) -> bool:
    """Return what a cell says of waiting; words that all rows have alike say that nobody waited."""
    word = text.casefold()
    if word in YES:
        return True
    if word in NO or not told:
        return False
    message = f"{text[:40]!r}: nothing known tells whether this is the waiting room's time"
    raise UnreadableAttendance(message, f"line {line}")


def _of_one_meeting(
    found: list[_Line], clock: Clock, expected: datetime | None
) -> tuple[list[_Line], list[Warned]]:
    """Return the rows of the meeting that is meant, and a warning of those that are left out."""
    meetings = {each.facts.key: each.facts for each in found}
    if len(meetings) < 2:
        return found, []
    meant = {
        each.key for each in pick([_held(each, clock) for each in meetings.values()], expected)
    }
    others = len(meetings) - len(meant)
    left_out = Warned("other_meetings", f"the file's other meetings are left out: {others}")
    return [each for each in found if each.facts.key in meant], [left_out] if others else []


def _held(facts: Facts, clock: Clock) -> Held:
    meeting = meeting_of([facts], clock)
    if meeting.starts is None or meeting.ends is None:
        message = "the file holds several meetings and does not tell when each was held"
        raise UnreadableAttendance(message)
    return Held(facts.key, meeting.id or meeting.title or "", meeting.starts, meeting.ends)


def _waited(found: Sequence[_Line]) -> Iterator[Warned]:
    for each in found:
        if each.waited:
            message = "time in the waiting room is not counted"
            yield Warned("waiting_room", message, each.told.line)


def _to_the_minute(table: _Table) -> Iterator[Warned]:
    cells = [_cell(table, line, field) for line in table.below for field in ("joined", "left")]
    if any(cells) and all(_TO_THE_MINUTE.fullmatch(each) for each in cells if each):
        message = "the times have no seconds; a stay may have been up to a minute longer or shorter"
        yield Warned("no_seconds", message)


def _cell(table: _Table, line: Line, field: str) -> str:
    return cell(line.cells, table.columns.get(field))
