"""What a report says about its meeting: lines of a label and a value, above the people."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.attendance import Meeting
from adapters.teams.cells import is_time, kind_of, read_local
from adapters.teams.words import SUMMARY
from adapters.text import Line, cell, heading
from adapters.times import Clock, Written

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Summary:
    """The meeting as written."""

    title: str | None = None
    id: str | None = None
    starts: Written | None = None
    ends: Written | None = None
    counted: int | None = None
    """How many people the file says it lists."""

    @property
    def span(self) -> tuple[Written, Written] | None:
        """Start and end, where both are told."""
        return (self.starts, self.ends) if self.starts and self.ends else None

    def meeting(self, clock: Clock) -> Meeting:
        """Return the meeting with its times as moments."""
        return Meeting(
            id=self.id,
            title=self.title,
            starts=clock.moment(self.starts) if self.starts else None,
            ends=clock.moment(self.ends) if self.ends else None,
        )


def read_summary(above: Sequence[Line]) -> Summary:
    """Return what the lines say, by their labels or, in a language not known, by their values.

    Raises `UnreadableAttendance` where a start or an end is no time.
    """
    told = [line for line in above if cell(line.cells, 1)]
    found = {
        field: line
        for line in reversed(told)
        for field, labels in SUMMARY.items()
        if heading(line.cells[0]).rstrip(":") in labels
    }
    times = [line for line in told if is_time(line.cells[1])]
    starts = found.get("starts", times[0] if times else None)
    ends = found.get("ends", times[1] if len(times) > 1 else None)
    before = told[: told.index(starts)] if starts else told
    title = found.get("title") or _first(before, "text")
    counted = found.get("counted") or _first(before, "number")
    number = cell(counted.cells, 1) if counted else ""
    return Summary(
        title=_value(title) if title and _value(title) != "null" else None,
        id=_value(found["id"]) if "id" in found else _id(told),
        starts=read_local(_value(starts), starts.number) if starts else None,
        ends=read_local(_value(ends), ends.number) if ends else None,
        counted=int(number) if number.isdecimal() and len(number) < 7 else None,
    )


def _value(line: Line) -> str:
    return line.cells[1]


def _first(told: Sequence[Line], kind: str) -> Line | None:
    return next((line for line in told if kind_of(_value(line)) == kind), None)


def _id(told: Sequence[Line]) -> str | None:
    return next((_value(line) for line in told if _ID.fullmatch(_value(line))), None)
