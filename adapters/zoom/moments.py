"""Times and minutes as Zoom's exports write them, and a file's clock."""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta

from adapters.reader import Options
from adapters.times import Clock, Written, date_order, read_time
from lrs.errors import UnreadableAttendance

_NOTHING = frozenset({"", "-", "--", "n/a", "na"})


def read_cell(text: str, line: int) -> Written | None:
    """Return the time that a cell tells; None where it tells none (`--`).

    Raises `UnreadableAttendance` naming the line.
    """
    return None if text.casefold() in _NOTHING else read_time(text, line)


def time_in(text: str, line: int) -> Written | None:
    """Return the time that a cell is; None for any other cell."""
    try:
        return read_cell(text, line)
    except UnreadableAttendance:
        return None


def minutes_in(text: str, line: int) -> timedelta | None:
    """Return a number of minutes; None where there is none. Raises `UnreadableAttendance`."""
    if text.casefold() in _NOTHING:
        return None
    if not re.fullmatch(r"\d{1,5}", text):
        raise UnreadableAttendance(f"{text[:40]!r} is no number of minutes", f"line {line}")
    return timedelta(minutes=int(text))


def clock_of(
    times: Iterable[Written], spans: Sequence[tuple[Written, Written]], options: Options
) -> Clock:
    """Return the clock of a file with these times; of each span, the first is not after the second.

    Raises `AmbiguousAttendance` where day and month may be either.
    """
    told = [*times, *(time for span in spans for time in span)]
    expected = options.expected and options.expected.date()
    return Clock(date_order(told, spans, options.date_order, expected), options.timezone)
