"""Times on a sign-in sheet: mostly of day alone, on a day that stands elsewhere."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from adapters.reader import File, Options
from adapters.signin_sheet.sheet import Sheet
from adapters.signin_sheet.words import BLANK, HEADERS, said
from adapters.text import Line
from adapters.timeofday import from_then_on, is_time_of_day, near
from adapters.times import Clock, DateOrder, Written, date_order, day_of, read_time
from lrs.errors import AmbiguousAttendance, UnreadableAttendance

_HOURS = re.compile(r"(\d{1,2}) ?h ?(\d{2})?|(\d{1,2})(?:[:.](\d{2}))? ?uhr", re.IGNORECASE)
_HALF = re.compile(r"(\d{1,2}) ?([ap])\.? ?m\.?", re.IGNORECASE)
_DAY_IN_NAME = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
_NOON = 12
LONGEST_NIGHT = timedelta(hours=12)
"""Who leaves at an earlier time of day than they came has stayed at most so long past midnight."""


@dataclass(frozen=True)
class Times:
    """When somebody came and went, in UTC; None where the sheet does not say."""

    came: datetime | None
    went: datetime | None


class Days:
    """On which day each row's times of day are, and whose clock they show."""

    def __init__(self, sheet: Sheet, rows: Sequence[Line], file: File, options: Options) -> None:
        self._sheet = sheet
        self._zone: tzinfo | None = options.timezone
        self._expected = _local(options)
        self._file_day = _day_in(file.name)
        order = self._order(rows, options)
        self._whole = _whole_day(sheet.labelled(HEADERS["date"]), 1)
        self._by_order: DateOrder = order
        self.clock = Clock("ymd", options.timezone)

    def times(self, line: Line) -> Times:
        """Return a row's times. Raises `UnreadableAttendance` where it goes before it comes."""
        came_text, went_text = (_written(self._sheet.cell(line, each)) for each in ("in", "out"))
        came = self._moment(came_text, line) if came_text else None
        went = None
        if went_text and came and is_time_of_day(went_text):
            went = from_then_on(went_text, came, line.number)
        elif went_text:
            went = self._moment(went_text, line)
        times = Times(
            self.clock.moment(came) if came else None, self.clock.moment(went) if went else None
        )
        _check(times, came, went, line)
        return times

    def _order(self, rows: Sequence[Line], options: Options) -> DateOrder:
        """Return the order of day and month in all dates of the sheet."""
        written: list[Written] = []
        spans: list[tuple[Written, Written]] = []
        if day := _whole_day(self._sheet.labelled(HEADERS["date"]), 1):
            written.append(day)
        for line in rows:
            if day := _whole_day(self._sheet.cell(line, "date"), line.number):
                written.append(day)
            pair = [_written(self._sheet.cell(line, each)) for each in ("in", "out")]
            found = [
                read_time(each, line.number) for each in pair if each and not is_time_of_day(each)
            ]
            written += found
            if len(found) == 2:
                spans.append((found[0], found[1]))
        expected = self._expected.date() if self._expected else self._file_day
        return date_order(written, spans, options.date_order, expected) if written else "ymd"

    def _moment(self, text: str, line: Line) -> Written:
        """Return a time with its day, year first."""
        if is_time_of_day(text):
            return near(text, self._start(line), line.number)
        return self._year_first(read_time(text, line.number))

    def _start(self, line: Line) -> datetime:
        """Return about when the session began on a row's day: as planned, else at noon."""
        own = _whole_day(self._sheet.cell(line, "date"), line.number)
        day = self._day(own) or self._day(self._whole) or self._file_day
        planned = self._expected
        if planned and day in {None, planned.date()}:
            return planned
        if day is None:
            message = "the times have no day; add a column `date`, or a line `Date: 2026-10-02`"
            raise AmbiguousAttendance(message, f"line {line.number}")
        return datetime(day.year, day.month, day.day, _NOON)  # noqa: DTZ001 - local, its zone comes later

    def _day(self, written: Written | None) -> date | None:
        return day_of(written, self._by_order) if written else None

    def _year_first(self, written: Written) -> Written:
        day = day_of(written, self._by_order)
        if day is None:
            raise UnreadableAttendance("there is no such day", f"line {written.line}")
        return Written(written.line, (day.year, day.month, day.day), True, written.clock)


def _check(times: Times, came: Written | None, went: Written | None, line: Line) -> None:
    if times.came is None or times.went is None or came is None or went is None:
        return
    stayed = times.went - times.came
    overnight = went.numbers != came.numbers
    if stayed < timedelta() or (overnight and stayed > LONGEST_NIGHT):
        message = "somebody goes before coming; are the times of 24 hours, or with AM and PM?"
        raise UnreadableAttendance(message, f"line {line.number}")


def _written(text: str) -> str:
    """Return a time as other tools write it; empty for a blank."""
    if said(text) in BLANK:
        return ""
    if found := _HOURS.fullmatch(text):
        return f"{found[1] or found[3]}:{found[2] or found[4] or '00'}"
    if found := _HALF.fullmatch(text):
        return f"{found[1]}:00 {found[2]}m"
    return text


def _whole_day(text: str, line: int) -> Written | None:
    """Return a date, as midnight of it; None for a blank. Raises `UnreadableAttendance`."""
    if said(text) in BLANK:
        return None
    # A spreadsheet's date may carry a midnight of its own.
    return read_time(text if " " in text and ":" in text else f"{text} 00:00", line)


def _local(options: Options) -> datetime | None:
    """Return the planned start on the caller's clock, without its zone."""
    if options.expected is None:
        return None
    return options.expected.astimezone(options.timezone or options.expected.tzinfo).replace(
        tzinfo=None
    )


def _day_in(name: str | None) -> date | None:
    """Return the day in a file's name (`… 2026-10-02.xlsx`)."""
    found = _DAY_IN_NAME.search(name or "")
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None
