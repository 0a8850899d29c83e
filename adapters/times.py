"""Times as exports write them: local to nobody knows whom, day and month in either order."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

from adapters.attendance import Warned
from lrs.errors import AmbiguousAttendance, UnreadableAttendance

DateOrder = Literal["dmy", "mdy", "ymd"]

_TIME = re.compile(
    r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?:,| à)? (\d{1,2}):(\d{2})(?::(\d{2}))? ?([AaPp]\.?[Mm]\.?)?"
)
_NAMED = re.compile(r"([A-Za-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4}),? (\d.*)")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_UNITS = {
    "h": 3600, "hr": 3600, "hrs": 3600, "std": 3600, "godz": 3600, "hora": 3600, "horas": 3600, "時間": 3600,
    "hour": 3600, "hours": 3600,
    "m": 60, "min": 60, "mins": 60, "minutos": 60, "分": 60, "minute": 60, "minutes": 60, "minuto": 60,
    "s": 1, "sec": 1, "sek": 1, "seg": 1, "segundos": 1, "秒": 1, "second": 1, "seconds": 1, "segundo": 1,
}  # fmt: skip
_DURATION = re.compile(r"(\d+) ?([^\W\d_]+)\.?")
_LENGTH = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d)")


class Written(NamedTuple):
    """A time as its three date numbers and its clock, in the order in which they were written."""

    line: int
    numbers: tuple[int, int, int]
    year_first: bool
    clock: tuple[int, int, int]


def read_time(text: str, line: int) -> Written:
    """Return a time as written, an English month's name too (`Nov 10, 2026 7:17 AM`).

    Raises `UnreadableAttendance` naming the line.
    """
    named = _NAMED.fullmatch(text)
    if named is not None and named[1].lower() in _MONTHS:
        text = f"{named[3]}/{_MONTHS.index(named[1].lower()) + 1}/{named[2]} {named[4]}"
    found = _TIME.fullmatch(text)
    if found is None:
        raise UnreadableAttendance(f"{text[:40]!r} is no time that is known here", f"line {line}")
    one, two, three, hour, minute, second = (int(each or 0) for each in found.groups()[:6])
    half = (found[7] or "").lower().replace(".", "")
    if half:
        if not 1 <= hour <= 12:
            raise UnreadableAttendance(f"{text[:40]!r} has no hour of a half day", f"line {line}")
        hour = hour % 12 + (12 if half == "pm" else 0)
    year_first = len(found[1]) == 4
    if not year_first and len(found[3]) not in {2, 4}:
        raise UnreadableAttendance(f"{text[:40]!r} has no year", f"line {line}")
    return Written(line, (one, two, three), year_first, (hour, minute, second))


def read_duration(text: str) -> timedelta | None:
    """Return a duration such as `1h 42m`, `2 godz. 19 min 19 s` or `35`(minutes); None if unknown."""
    parts = [(text, "min")] if text.isdecimal() else _DURATION.findall(text.casefold())
    if not parts or any(unit not in _UNITS for _, unit in parts):
        return None
    try:
        return timedelta(seconds=sum(int(amount) * _UNITS[unit] for amount, unit in parts))
    except (OverflowError, ValueError):
        return None


def read_length(text: str) -> timedelta | None:
    """Return a duration such as `1:02:03`, hours first; None if it is none."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds = map(int, found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def read_moment(text: str) -> datetime | None:
    """Return the moment of an ISO 8601 time that has a zone, in UTC; None if it is none."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def day_of(written: Written, order: DateOrder) -> date | None:
    """Return the date under an order; None if there is no such day from 1970 to 2199.

    What is written with its year first has no other order.
    """
    one, two, three = written.numbers
    year, month, day = {
        "ymd": (one, two, three),
        "dmy": (three, two, one),
        "mdy": (three, one, two),
    }["ymd" if written.year_first else order]
    year += 2000 if year < 100 else 0
    if not 1970 <= year < 2200:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def date_order(
    times: Sequence[Written],
    spans: Iterable[tuple[Written, Written]],
    chosen: DateOrder | None,
    expected: date | None,
) -> DateOrder:
    """Return the order of day and month in a file.

    `spans` are times of which the first is not after the second. The caller's choice decides, then
    what the whole file admits, then the expected day. Raises `AmbiguousAttendance`.
    """
    if all(time.year_first for time in times):
        return "ymd"
    pairs = list(spans)
    both: tuple[DateOrder, ...] = ("dmy", "mdy")
    admitted = [order for order in both if _admits(order, times, pairs)]
    if chosen is not None and chosen != "ymd":
        admitted = [order for order in admitted if order == chosen]
    if not admitted:
        line = f"line {times[0].line}" if times else ""
        raise UnreadableAttendance("the dates fit no order of day and month", line)
    if len(admitted) > 1 and expected is not None:
        near = [order for order in admitted if _is_near(day_of(times[0], order), expected)]
        admitted = near or admitted
    readings = {tuple(day_of(time, order) for time in times) for order in admitted}
    if len(readings) > 1:
        one, two, three = next(time.numbers for time in times if not time.year_first)
        message = f"{one}/{two}/{three} may be day/month or month/day; say which with --date-order dmy or mdy"
        raise AmbiguousAttendance(message, f"line {times[0].line}")
    return admitted[0]


class Clock:
    """Turns written times into moments, once order and zone are known."""

    def __init__(self, order: DateOrder, zone: tzinfo | None) -> None:
        self._order = order
        self._zone = zone
        self.warnings: list[Warned] = []

    def moment(self, written: Written) -> datetime:
        """Return the moment in UTC. Raises `AmbiguousAttendance` without a zone."""
        if self._zone is None:
            message = "the times have no zone; say whose clock they show with --timezone"
            raise AmbiguousAttendance(message, f"line {written.line}")
        day = day_of(written, self._order)
        if day is None:
            raise UnreadableAttendance("there is no such day", f"line {written.line}")
        try:
            local = datetime(day.year, day.month, day.day, *written.clock, tzinfo=self._zone)
            moment = local.astimezone(UTC)
        except (ValueError, OverflowError):
            raise UnreadableAttendance(
                "there is no such time of day", f"line {written.line}"
            ) from None
        if moment.astimezone(self._zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            self._warn(
                "time_skipped", "the clocks skipped this time; taken as an hour later", written
            )
        elif local.utcoffset() != local.replace(fold=1).utcoffset():
            self._warn(
                "time_repeated", "the clocks showed this time twice; taken as the first", written
            )
        return moment

    def _warn(self, code: str, message: str, written: Written) -> None:
        self.warnings.append(Warned(code, message, written.line))


def _admits(
    order: DateOrder, times: Sequence[Written], pairs: Iterable[tuple[Written, Written]]
) -> bool:
    if any(day_of(time, order) is None for time in times):
        return False
    return all(_at(earlier, order) <= _at(later, order) for earlier, later in pairs)


def _at(written: Written, order: DateOrder) -> tuple[date, tuple[int, int, int]]:
    return day_of(written, order) or date.min, written.clock


def _is_near(day: date | None, expected: date) -> bool:
    return day is not None and abs(day - expected) <= timedelta(days=1)
