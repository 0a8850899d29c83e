"""When people met in a room: from single joins, leaves and registers to dates with a start and an end.

Moments are microseconds since the epoch.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import quantiles

from projections.record import Record, RecordMode

HOUR = 3_600_000_000
APART = 2 * HOUR
"""Presences further apart belong to two dates, unless the tool's own id makes them one."""
LONGEST = 12 * HOUR
"""No date spans more between two signs of life."""
ROUNDED = 300_000_000
"""Planners begin and end at full five minutes."""
MOST_DATES = 200
MOST_PEOPLE = 200
"""Of a room, and of a date; what comes on top changes neither."""


@dataclass(slots=True)
class Gathering:
    """One date: when who came first and left last, and what the tool says of the meeting."""

    first: int
    last: int
    came: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    opened: int | None = None
    closed: int | None = None

    @property
    def starts(self) -> int:
        """When it was planned to start: most people come on time, some early, more late."""
        if self.came:
            return _rounded(_quartile(self.came.values(), 0))
        return _rounded(self.first if self.opened is None else self.opened)

    @property
    def ends(self) -> int | None:
        """When it was planned to end; None if nothing tells."""
        told = _quartile(self.left.values(), 2) if self.left else self.closed
        ends = None if told is None else _rounded(told)
        return ends if ends is not None and ends > self.starts else None

    def take(self, other: "Gathering") -> None:
        """Take in another part of the same date."""
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        for actor, at in other.came.items():
            _keep(self.came, actor, min(at, self.came.get(actor, at)))
        for actor, at in other.left.items():
            _keep(self.left, actor, max(at, self.left.get(actor, at)))
        self.opened = other.opened if self.opened is None else self.opened
        self.closed = other.closed if self.closed is None else self.closed


@dataclass(slots=True)
class Room:
    """Something that people were present at, once or time after time."""

    iri: str
    title: str | None = None
    courses: Counter[str] = field(default_factory=Counter)
    modes: Counter[RecordMode] = field(default_factory=Counter)
    parts: dict[str | None, list[Gathering]] = field(default_factory=dict)
    """By the tool's own id of the meeting's instance, in order of time."""

    def add(self, record: Record) -> bool:
        """Take in a sign of presence; False if it would be one date too many."""
        part = _part(record)
        near = LONGEST if record.session else APART
        known = self.parts.get(record.session, [])
        close = [g for g in known if g.first - near <= part.last and part.first <= g.last + near]
        if not close and sum(map(len, self.parts.values())) >= MOST_DATES:
            return False
        self.modes[record.mode] += 1
        for other in close:
            part.take(other)
        self.parts[record.session] = [*(g for g in known if g not in close), part]
        return True

    def gatherings(self) -> list[Gathering]:
        """Return the dates in order of time; parts that overlap are one, a late leave ends one."""
        found: list[Gathering] = []
        for part in sorted(self._all(), key=lambda part: part.first):
            before = found[-1] if found else None
            if before is not None and (
                part.first <= before.last or (not part.came and part.first <= before.last + LONGEST)
            ):
                before.take(part)
            else:
                found.append(part)
        return [each for each in found if each.came]

    def _all(self) -> Iterator[Gathering]:
        for parts in self.parts.values():
            for part in parts:
                yield Gathering(
                    part.first, part.last, {**part.came}, {**part.left}, part.opened, part.closed
                )


def _part(record: Record) -> Gathering:
    at, actor = record.timestamp, record.actor
    if record.kind == "session-open":
        return Gathering(at, at, opened=at)
    if record.kind == "session-close":
        return Gathering(at, at, closed=at)
    if record.kind == "leave":
        return Gathering(at, at, left={actor: at})
    opened, closed = record.held or (None, None)
    until = at + 1000 * record.duration if record.duration else None
    return Gathering(
        at,
        until or at,
        came={actor: at},
        left={actor: until} if until else {},
        opened=opened,
        closed=closed,
    )


def _keep(moments: dict[str, int], actor: str, at: int) -> None:
    if actor in moments or len(moments) < MOST_PEOPLE:
        moments[actor] = at


def _quartile(moments: Iterable[int], number: int) -> float:
    found = sorted(moments)
    return found[0] if len(found) == 1 else quantiles(found, method="inclusive")[number]


def _rounded(moment: float) -> int:
    return round(moment / ROUNDED) * ROUNDED
