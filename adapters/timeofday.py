"""Times of day without a date, placed on the days of a meeting."""

import re
from datetime import datetime, timedelta

from adapters.times import Written
from lrs.errors import UnreadableAttendance

_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::(\d{2}))? ?([ap]\.? ?m\.?)?", re.IGNORECASE)


def is_time_of_day(text: str) -> bool:
    """Return whether a text is a time of day and no more, as in `10:04`, `4:52 PM`, `9:00 a. m.`."""
    return _CLOCK.fullmatch(text) is not None


def near(text: str, start: datetime, line: int) -> Written:
    """Return a time of day on the day that brings it nearest to a meeting's start.

    So whoever joins a meeting of 23:30 at 00:10 joins on the next day. `start` is naive, on the
    same clock. Raises `UnreadableAttendance` naming the line.
    """
    hour, minute, second = _clock(text, line)
    try:
        same = start.replace(hour=hour, minute=minute, second=second, microsecond=0)
        days = (same - timedelta(1), same, same + timedelta(1))
    except (ValueError, OverflowError):
        raise UnreadableAttendance(f"{text[:40]!r} is no time of day", f"line {line}") from None
    return _written(min(days, key=lambda each: abs(each - start)), line)


def from_then_on(text: str, joined: Written, line: int) -> Written:
    """Return the first time, not before `joined`, at which a clock shows a time of day.

    `joined` has its year first. Raises `UnreadableAttendance` naming the line.
    """
    clock = _clock(text, line)
    try:
        left = datetime(*joined.numbers, *clock)  # noqa: DTZ001 - local, its zone comes later
        if clock < joined.clock:
            left += timedelta(1)
    except (ValueError, OverflowError):
        raise UnreadableAttendance(f"{text[:40]!r} is no time of day", f"line {line}") from None
    return _written(left, line)


def _clock(text: str, line: int) -> tuple[int, int, int]:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise UnreadableAttendance(f"{text[:40]!r} is no time of day", f"line {line}")
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if half := (found[4] or "").lower():
        if not 1 <= hour <= 12:
            raise UnreadableAttendance(f"{text[:40]!r} has no hour of a half day", f"line {line}")
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return hour, minute, second


def _written(local: datetime, line: int) -> Written:
    clock = (local.hour, local.minute, local.second)
    return Written(line, (local.year, local.month, local.day), True, clock)
