"""Local times of a program document: how they are written, and which moment they mean.

A time is a bare date (`2026-10-09`) or a date and a time to the minute or finer, with or without an
offset. Without an offset it is read on the clock of the program's zone, where RFC 5545 (3.3.5)
settles the two hours a year at which clocks change: a time that occurs twice means the first of the
two, a time that the clock skips is as far after the skip's beginning as it says (02:30 becomes
03:30 where the clock goes from 02:00 to 03:00). An offset settles it otherwise.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

YEARS = range(1900, 3000)
"""The years that a document may speak of; far from where calendars overflow."""

_Day = TypeVar("_Day", bound=date)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r" ?(?:[Zz]|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])?"
)


def normalise_time(value: object) -> str:
    """Return a date or date-time, given as text or as Python's own, as ISO 8601 text.

    Nothing is resolved: a bare date stays one, and a time without an offset stays local.
    Raises `ValueError`.
    """
    if isinstance(value, datetime):
        return _in_known_years(value).isoformat()
    if isinstance(value, date):
        return _in_known_years(value).isoformat()
    if isinstance(value, str) and _DATE.fullmatch(value):
        return _in_known_years(date.fromisoformat(value)).isoformat()
    if isinstance(value, str) and _TIME.fullmatch(value):
        text = value.upper().replace(" ", "T", 1).replace(" ", "")
        return _in_known_years(datetime.fromisoformat(text)).isoformat()
    raise ValueError("neither a date nor a date-time of ISO 8601")


def _in_known_years(day: _Day) -> _Day:
    if day.year not in YEARS:
        raise ValueError(f"outside the years {YEARS.start} to {YEARS.stop - 1}")
    return day


def beginning(text: str, zone: ZoneInfo) -> datetime:
    """Return the moment (UTC) that a normalised time names; a bare date's is its first."""
    if len(text) == len("2026-10-09"):
        return _first_moment(date.fromisoformat(text), zone)
    moment = datetime.fromisoformat(text)
    return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)


def end(text: str, zone: ZoneInfo) -> datetime:
    """Return the same for a time that ends something; a bare date ends with its day."""
    if len(text) == len("2026-10-09"):
        return _first_moment(date.fromisoformat(text) + timedelta(days=1), zone)
    return beginning(text, zone)


def _first_moment(day: date, zone: ZoneInfo) -> datetime:
    # Where the clock skips midnight, fold 0 leads to the first moment after the skip; where it
    # turns back over midnight, to the earlier of the two.
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


@cache
def zones() -> frozenset[str]:
    """Return the names of the IANA time zones."""
    return frozenset(available_timezones())
