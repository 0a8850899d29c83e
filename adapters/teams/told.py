"""Rows of a report: who is told to have been there, from when to when, in words and as stays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.attendance import Stay, Warned, is_phone
from adapters.teams.cells import LONGEST_NAME, length_of, plain_name, read_local
from adapters.teams.grid import Table
from adapters.teams.words import LOBBIES
from adapters.text import Line
from adapters.times import Clock, Written
from lrs.errors import UnreadableAttendance

TOLERANCE = timedelta(minutes=1)
"""Durations of an hour and more are written without seconds."""


@dataclass(frozen=True)
class Told:
    """A row as written."""

    line: Line
    name: str
    mail: str
    upn: str
    role: str
    joined: Written | None
    left: Written | None
    length: timedelta | None

    @property
    def has_times(self) -> bool:
        """Whether the row says anything about when or how long."""
        return bool(self.joined or self.left or self.length)

    @property
    def span(self) -> tuple[Written, Written] | None:
        """Join and leave, where both are told."""
        return (self.joined, self.left) if self.joined and self.left else None

    @property
    def written(self) -> list[Written]:
        """The row's times."""
        return [time for time in (self.joined, self.left) if time]


def read_rows(table: Table | None, warnings: list[Warned]) -> list[Told]:
    """Return a table's rows; who only waited in the lobby is left out, with a warning.

    Raises `UnreadableAttendance` naming the line.
    """
    told = [_read_row(table, line) for line in table.rows] if table else []
    warnings += [
        Warned("lobby", "time in the lobby is not counted", each.line.number)
        for each in told
        if in_lobby(each.role)
    ]
    return [each for each in told if not in_lobby(each.role)]


def in_lobby(text: str) -> bool:
    """Return whether a role or an action speaks of the lobby."""
    return any(word in text.casefold() for word in LOBBIES)


def stay_of(told: Told, clock: Clock, end: datetime | None) -> tuple[Stay | None, Warned | None]:
    """Return a row's stay, None where it cannot be told, and a warning where it had to be computed.

    `end` closes the stay of whoever has not left. Raises `UnreadableAttendance`.
    """
    number = told.line.number
    joined = clock.moment(told.joined) if told.joined else None
    left = clock.moment(told.left) if told.left else None
    if joined and left:
        if left < joined:
            raise UnreadableAttendance("somebody leaves before joining", f"line {number}")
        return Stay(joined, left), _odd(told, left - joined)
    computed = Warned("time_computed", "one time is missing; it follows from the duration", number)
    if joined and told.length is not None:
        return Stay(joined, joined + told.length), computed
    if left and told.length is not None:
        return Stay(left - told.length, left), computed
    if joined and end:
        return closed(joined, end, number)
    return None, None


def closed(joined: datetime, end: datetime, line: int) -> tuple[Stay, Warned]:
    """Return the stay of somebody who had not left when the meeting (or the file) ended."""
    message = "no leave is told; the stay ends with the meeting, or with what the file tells"
    return Stay(joined, max(joined, end), closed_by_end=True), Warned("open_stay", message, line)


def lengths(stays: Iterable[Stay]) -> timedelta:
    """Return the sum of stays, as Teams sums them: two devices count twice."""
    return sum((stay.left - stay.joined for stay in stays), timedelta())


def _read_row(table: Table, line: Line) -> Told:
    name = plain_name(table.cell(line, "name"))
    place = f"line {line.number}"
    if not name:
        raise UnreadableAttendance("a participant has no name", place)
    if len(name) > LONGEST_NAME:
        raise UnreadableAttendance("a participant's name is too long to be one", place)
    if len(line.cells) <= table.columns.get("left", 0):
        raise UnreadableAttendance("the row ends too early; the file may be cut off", place)
    joined, left = (table.cell(line, each) for each in ("joined", "left"))
    return Told(
        line=line,
        name=name,
        mail=table.cell(line, "mail") or table.cell(line, "registered_mail"),
        upn=table.cell(line, "upn"),
        role=table.cell(line, "role"),
        joined=read_local(joined, line.number) if joined else None,
        left=read_local(left, line.number) if left else None,
        length=length_of(table.cell(line, "length")),
    )


def _odd(told: Told, length: timedelta) -> Warned | None:
    """Warn where a row's own duration is not what lies between its times."""
    if told.length is None or abs(length - told.length) <= TOLERANCE:
        return None
    message = "the duration differs from the times by more than a minute; the times count"
    return Warned("duration_differs", message, told.line.number)


def homonymous(people: Sequence[Told]) -> list[Warned]:
    """Warn where a list of people has the same name, without any address, more than once."""
    seen: set[str] = set()
    found: list[Warned] = []
    for each in people:
        if each.mail or each.upn or is_phone(each.name):
            continue
        if each.name.casefold() in seen:
            message = f"{each.name}: there more than once without an address; taken as one person"
            found.append(Warned("homonym", message, each.line.number))
        seen.add(each.name.casefold())
    return found
