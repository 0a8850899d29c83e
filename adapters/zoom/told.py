"""Rows of reports as they tell of somebody's stay, before the file's clock is known."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.attendance import Participant, Row, Stay, Warned, homonyms
from adapters.times import Clock, Written
from adapters.zoom.moments import minutes_in
from adapters.zoom.names import at_once, names
from lrs.errors import UnreadableAttendance

_ROUNDING = timedelta(minutes=2)
"""Minutes are rounded up, and spreadsheets drop the seconds of both times."""


@dataclass(frozen=True)
class Told:
    """A row about one stay, with its times as written and its minutes as text."""

    line: int
    name: str
    email: str | None
    joined: Written | None
    left: Written | None
    minutes: str
    role: str | None

    @property
    def times(self) -> list[Written]:
        """Join and leave, as far as they are told."""
        return [time for time in (self.joined, self.left) if time]

    @property
    def span(self) -> list[tuple[Written, Written]]:
        """Join and leave, where both are told: one pair, or none."""
        return [(self.joined, self.left)] if self.joined and self.left else []


def rows_of(told: Sequence[Told], clock: Clock, ends: datetime | None) -> list[Row]:
    """Return rows with their stays; an open one ends with the meeting, or the last time told.

    Raises `UnreadableAttendance` where somebody leaves before joining.
    """
    if ends is None and any(each.left is None for each in told):
        ends = max((clock.moment(time) for each in told for time in each.times), default=None)
    return [_row(each, clock, ends) for each in told]


def doubts(
    told: Iterable[Told], rows: Sequence[Row], people: Sequence[Participant]
) -> list[Warned]:
    """Return what a person should look at, in the order of its kinds and lines."""
    return [*_open(rows), *_differing(told, rows), *homonyms(rows), *at_once(people)]


def _row(told: Told, clock: Clock, end: datetime | None) -> Row:
    shown, original = names(told.name)
    stay = _stay(told, clock, end)
    total = None if stay else minutes_in(told.minutes, told.line)
    return Row(
        line=told.line,
        name=shown,
        original_name=original,
        email=told.email,
        role=told.role,
        stay=stay,
        total=total,
        present_unknown=stay is None and total is None,
    )


def _stay(told: Told, clock: Clock, end: datetime | None) -> Stay | None:
    if told.joined is None:
        return None
    joined = clock.moment(told.joined)
    if told.left is None:
        # Who joined after the end that is told was there for a moment.
        return Stay(joined, max(joined, end or joined), closed_by_end=True)
    stay = Stay(joined, clock.moment(told.left))
    if stay.left < stay.joined:
        raise UnreadableAttendance("somebody leaves before joining", f"line {told.line}")
    return stay


def _open(rows: Sequence[Row]) -> Iterator[Warned]:
    for row in rows:
        if row.stay is not None and row.stay.closed_by_end:
            message = "no leave is told; the stay ends with the meeting"
            yield Warned("no_leave", message, row.line)


def _differing(told: Iterable[Told], rows: Sequence[Row]) -> Iterator[Warned]:
    """Warn where a stay's minutes are not those that its times tell, as over a change of the clocks."""
    for each, row in zip(told, rows, strict=True):
        if row.stay is None or row.stay.closed_by_end or not each.minutes.isdecimal():
            continue
        minutes = minutes_in(each.minutes, each.line) or timedelta()
        if abs(row.stay.left - row.stay.joined - minutes) >= _ROUNDING:
            message = f"the file says {each.minutes} minutes, its times say otherwise; they count"
            yield Warned("duration_differs", message, each.line)
