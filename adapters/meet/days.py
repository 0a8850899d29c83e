"""The day of a Meet file, whose times are without a date: in its name, or as planned."""

import re
from datetime import datetime

from adapters.reader import Options
from lrs.errors import AmbiguousAttendance

# `Lab - Attendance report (2026-09-26 14:41).csv`, `2026-09-26 14-41 Lab.csv`
_NAMED = re.compile(
    r"(\d{4})[-_./](\d{1,2})[-_./](\d{1,2})(?:(?: at |[ _T-]+)(\d{1,2})[-_.:h](\d{2})(?!\d))?"
)
_SUFFIX = re.compile(r"\.(?:csv|tsv|txt)$", re.IGNORECASE)
_KIND = re.compile(r"\battendance(?: report)?$", re.IGNORECASE)
_NOON = 12


def began(name: str | None, options: Options) -> datetime:
    """Return when a meeting began, naive, by the clock that the file shows.

    The file's name tells it, by the minute or by the day (then noon stands for it), else the plan.
    Raises `AmbiguousAttendance` where neither does.
    """
    if (told := named(name or "")) is not None:
        return told
    if options.expected is None:
        message = (
            "the times have no date; keep the name that Google gave the file, which has it, or say"
            " of which session they are with --session"
        )
        raise AmbiguousAttendance(message)
    if options.timezone is None:
        message = "the times have no zone; say whose clock they show with --timezone"
        raise AmbiguousAttendance(message)
    return options.expected.astimezone(options.timezone).replace(tzinfo=None)


def named(text: str) -> datetime | None:
    """Return the day and the minute in a text, naive; noon without a minute; None without a day."""
    found = _NAMED.search(text)
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    hour, minute = (int(found[4]), int(found[5])) if found[4] else (_NOON, 0)
    try:
        return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - naive, as promised
    except ValueError:
        return None


def title(name: str | None) -> str | None:
    """Return the meeting's title as a file's name has it, without day and kind; None without one."""
    before, after = _SUFFIX.sub("", name or ""), ""
    if (found := _NAMED.search(before)) is not None:
        before, after = before[: found.start()], before[found.end() :]
    rest = _trimmed(before) or _trimmed(after)
    return _trimmed(_KIND.sub("", rest)) or None


def _trimmed(text: str) -> str:
    return " ".join(text.split()).strip(" -_()[]")
