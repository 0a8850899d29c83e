"""What exports say of the meeting itself: its number, topic, host, start and end."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from adapters.attendance import Meeting, real_email
from adapters.text import Line, cell, heading
from adapters.times import Clock, Written
from adapters.zoom.moments import time_in
from adapters.zoom.words import ENDS, LASTED, MEETING_ID, STARTS, TITLE

_NUMBER = re.compile(r"\d{3}[ -]?\d{3,4}[ -]?\d{3,5}")
_MAIL = re.compile(r"[^\s()<>,;]+@[^\s()<>,;]+")
_LONGEST = 300
"""No cell with an address is longer; longer ones would take long to search."""
_IN_FILE_NAME = re.compile(r"participants_(\d{9,11})\b")


@dataclass(frozen=True)
class Facts:
    """A meeting as a line of an export tells of it."""

    id: str | None
    title: str | None
    times: tuple[Written, ...]
    """Start and end where the headers are known, else every time in the line."""
    minutes: int | None
    hosts: frozenset[str]

    @property
    def key(self) -> str:
        """Which instance of the meeting this is, within the file."""
        return repr((self.id, self.title, [(time.numbers, time.clock) for time in self.times]))

    @property
    def span(self) -> list[tuple[Written, Written]]:
        """Start and end, where the line has no other times: one pair, or none."""
        return [(self.times[0], self.times[1])] if len(self.times) == 2 else []


NONE = Facts(None, None, (), None, frozenset())


def facts_of(header: Sequence[str], line: Line) -> Facts:
    """Return what a line says of the meeting, by its header's names or else by its cells' shapes."""
    names = [heading(each) for each in header]
    named = dict(reversed(list(zip(names, line.cells, strict=False))))
    number = _named(named, MEETING_ID) or next(filter(_NUMBER.fullmatch, line.cells), None)
    title = _named(named, TITLE) or (_beside(line.cells, number) if number else None)
    lasted = _named(named, LASTED)
    return Facts(
        id=meeting_number(number),
        title=title or None,
        times=_times(named, line),
        minutes=int(lasted) if lasted and re.fullmatch(r"\d{1,5}", lasted) else None,
        hosts=frozenset(
            email
            for each in line.cells
            for found in _MAIL.findall(each[:_LONGEST])
            if (email := real_email(found))
        ),
    )


def preamble(above: Sequence[Line]) -> Facts:
    """Return what the lines above a table say of the meeting."""
    for head, line in pairwise(above):
        told = sum(1 for each in line.cells if each)
        if told >= 3 and any(time_in(each, line.number) for each in line.cells):
            return facts_of(head.cells, line)
    return NONE


def meeting_of(told: Iterable[Facts], clock: Clock, file_name: str | None = None) -> Meeting:
    """Return a meeting from what is told of it and its restarts."""
    every = list(told)
    spans = [span for each in every if (span := _span(each, clock))]
    in_name = _IN_FILE_NAME.search(file_name or "")
    return Meeting(
        id=next((each.id for each in every if each.id), in_name[1] if in_name else None),
        title=next((each.title for each in every if each.title), None),
        starts=min((starts for starts, _ in spans), default=None),
        ends=max((ends for _, ends in spans if ends is not None), default=None),
    )


def meeting_number(text: str | None) -> str | None:
    """Return a meeting's number without its blanks; None for what a spreadsheet has rounded."""
    digits = (text or "").replace(" ", "").replace("-", "")
    return digits if re.fullmatch(r"\d{1,20}", digits) else None


def _span(told: Facts, clock: Clock) -> tuple[datetime, datetime | None] | None:
    moments = sorted(map(clock.moment, told.times))
    if not moments:
        return None
    if len(moments) == 1:
        if told.minutes is None:
            return moments[0], None
        return moments[0], moments[0] + timedelta(minutes=told.minutes)
    # The administrators' export tells when the meeting was planned, too: always before it began.
    return moments[-2], moments[-1]


def _named(named: Mapping[str, str], known: frozenset[str]) -> str | None:
    return next((text for name, text in named.items() if name in known and text), None)


def _times(named: Mapping[str, str], line: Line) -> tuple[Written, ...]:
    starts, ends = (time_in(_named(named, each) or "", line.number) for each in (STARTS, ENDS))
    if starts is not None:
        return (starts, ends) if ends is not None else (starts,)
    return tuple(time for each in line.cells if (time := time_in(each, line.number)))


def _beside(cells: Sequence[str], number: str) -> str:
    """Return the topic's cell: the first, or the one behind the number where that is first."""
    return cell(cells, 1 if cells[0] == number else 0)
