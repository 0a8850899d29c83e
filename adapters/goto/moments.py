"""Times as GoTo's reports write them: with a zone's abbreviation, or without even a date."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple, Self

from adapters.attendance import Stay, Warned
from adapters.reader import Options
from adapters.timeofday import from_then_on, is_time_of_day, near
from adapters.times import Clock, Written, date_order, day_of, read_time
from lrs.errors import AmbiguousAttendance, UnreadableAttendance

# Abbreviations that mean one offset wherever they are used. `IST`, `CST` and `BST` are three zones
# each: whose they are, the caller says.
ZONES = {
    "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "EDT": -4, "EST": -5, "CDT": -5, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8, "AKDT": -8,
    "AKST": -9, "HST": -10, "JST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
_ZONED = re.compile(
    r"(.*\d(?: ?[AaPp]\.?[Mm]\.?)?) \(?((?:GMT|UTC)[+-]\d{1,2}(?::?\d\d)?|[A-Z]{3,5})\)?"
)
_OFFSET = re.compile(r"[A-Z]{3}([+-])(\d{1,2}):?(\d\d)?")


class Told(NamedTuple):
    """A time as a report tells it: a text, or a time of day alone; the zone where it is named."""

    text: str
    line: int
    zone: str | None

    @classmethod
    def read(cls, text: str, line: int) -> Self:
        """Return a time without its zone, and the zone."""
        zoned = _ZONED.fullmatch(text)
        return cls(zoned[1], line, zoned[2]) if zoned else cls(text, line, None)

    @property
    def written(self) -> Written | None:
        """The time; None for a time of day. Raises `UnreadableAttendance` naming the line."""
        return None if is_time_of_day(self.text) else read_time(self.text, self.line)


class Moments:
    """Turns a report's times into moments, in UTC."""

    def __init__(
        self,
        starts: Told | None,
        pairs: Sequence[tuple[Told | None, Told | None]],
        options: Options,
    ) -> None:
        """Settle the order of dates. `pairs` are joins and leaves; `starts` is the session's."""
        self._options = options
        self._starts = starts
        self._clocks: dict[str | None, Clock] = {}
        times = _dated([starts, *(each for pair in pairs for each in pair)])
        spans = [both for pair in pairs if len(both := _dated(pair)) == 2]
        expected = options.expected and options.expected.date()
        joined_left = [(one, two) for one, two in spans]
        self._order = (
            date_order(times, joined_left, options.date_order, expected) if times else "ymd"
        )

    @property
    def warnings(self) -> list[Warned]:
        """What the clocks warn of."""
        return [warned for clock in self._clocks.values() for warned in clock.warnings]

    def moment(self, told: Told) -> datetime:
        """Return a dated time's moment. Raises `AmbiguousAttendance` without a zone."""
        if told.written is None:
            raise UnreadableAttendance(f"{told.text[:40]!r} has no date", f"line {told.line}")
        return self._clock(told).moment(told.written)

    def stay(self, joined: Told, left: Told) -> Stay:
        """Return the stay between two times; of times of day, the first after the join ends it.

        Raises `UnreadableAttendance` naming the line, `AmbiguousAttendance` without day or zone.
        """
        came = joined.written or near(joined.text, self._near(joined), joined.line)
        went = left.written or from_then_on(left.text, came, left.line)
        stay = Stay(self._clock(joined).moment(came), self._clock(left).moment(went))
        if stay.left < stay.joined:
            raise UnreadableAttendance("somebody leaves before joining", f"line {joined.line}")
        return stay

    def _near(self, told: Told) -> datetime:
        """Return the session's start on the clock of its times of day, without its zone."""
        if self._starts is not None and (written := self._starts.written) is not None:
            day = day_of(written, self._order)
            if day is not None:
                return datetime(day.year, day.month, day.day, *written.clock)  # noqa: DTZ001 - naive
        zone = self._zone(told)
        if self._options.expected is None or zone is None:
            message = "the times have no date; say of which session they are with --session"
            raise AmbiguousAttendance(message, f"line {told.line}")
        return self._options.expected.astimezone(zone).replace(tzinfo=None)

    def _clock(self, told: Told) -> Clock:
        # Times of day are in the zone of the session's start.
        named = told.zone or (self._starts.zone if self._starts else None)
        if named not in self._clocks:
            self._clocks[named] = Clock(self._order, self._zone(told))
        return self._clocks[named]

    def _zone(self, told: Told) -> tzinfo | None:
        named = told.zone or (self._starts.zone if self._starts else None)
        if named is None:
            return self._options.timezone
        if (zone := _fixed(named)) is not None:
            return zone
        if self._options.timezone is None:
            message = f"{named} means more than one zone; say which with --timezone"
            raise AmbiguousAttendance(message, f"line {told.line}")
        return self._options.timezone


def _fixed(named: str) -> tzinfo | None:
    if (offset := _OFFSET.fullmatch(named)) is not None:
        away = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        within = away < timedelta(hours=24)
        return timezone(away if offset[1] == "+" else -away) if within else None
    if named in ZONES:
        return timezone(timedelta(hours=ZONES[named])) if ZONES[named] else UTC
    return None


def _dated(told: Iterable[Told | None]) -> list[Written]:
    return [written for each in told if each and (written := each.written) is not None]
