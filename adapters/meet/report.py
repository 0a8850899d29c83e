"""Google Meet's own attendance report: one row for each person, with times but without a date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from adapters.attendance import Meeting, Row, Stay, Warned, real_email
from adapters.meet.days import began, title
from adapters.reader import Options
from adapters.table import Headers, Table, beginning, cut, find
from adapters.text import DELIMITERS, Line
from adapters.timeofday import from_then_on, is_time_of_day, near
from adapters.times import Clock, read_duration, read_length
from lrs.errors import UnreadableAttendance

HEADERS: Headers = {
    "first": frozenset({"first name", "name", "nombre", "nome"}),
    "surname": frozenset({"last name", "apellido", "apellidos", "sobrenome"}),
    "email": frozenset({"email", "correo electrónico", "e-mail"}),
    "duration": frozenset({"duration", "duración", "duração"}),
    "joined": frozenset({"time joined", "hora a la que se unió", "horário de entrada"}),
    "left": frozenset(
        {
            "time exited",
            "hora a la que salió",
            "hora a la que abandonó la reunión",
            "horário de saída",
        }
    ),
}
WANTED = frozenset({"first", "duration", "joined", "left"})
_PLACES = {
    5: ("first", "email", "duration", "joined", "left"),
    6: ("first", "surname", "email", "duration", "joined", "left"),
}
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class _Told:
    """A row: who it is about, and the times it gives."""

    line: int
    name: str
    email: str | None
    stay: Stay | None
    duration: timedelta | None

    @property
    def person(self) -> tuple[str, str | None]:
        return self.name.casefold(), self.email

    @property
    def broken(self) -> bool:
        """Whether the person was away between the first join and the last exit.

        Times and durations are rounded to minutes.
        """
        if self.stay is None or self.duration is None:
            return False
        return abs(self.stay.left - self.stay.joined - self.duration) > _MINUTE


def find_report(text: str) -> Table | None:
    """Return the report's table, None without one. Raises `UnreadableAttendance`.

    Others have columns of the same names; here the duration stands before the times, which are last.
    """
    table = find(text, HEADERS, WANTED)
    return table if table is not None and _in_order(table) else None


def _in_order(table: Table) -> bool:
    told = [table.columns[field] for field in ("first", "duration", "joined", "left")]
    last = max(n for n, name in enumerate(table.header.cells) if name)
    return told == sorted(told) and told[-1] == last


def _by_places(text: str) -> Table | None:
    """Return the table whose first row ends with a duration and two times of day; None without."""
    for delimiter in DELIMITERS:
        for number, (header, row) in enumerate(pairwise(beginning(text, delimiter))):
            places = _PLACES.get(len(header.cells), ())
            if not places or len(row.cells) != len(places) or not read_duration(row.cells[-3]):
                continue
            if all(map(is_time_of_day, row.cells[-2:])):
                columns = {field: place for place, field in enumerate(places)}
                return cut(text, delimiter, number, columns)
    return None


def read_report(
    text: str, name: str | None, options: Options
) -> tuple[Meeting, list[Row], list[Warned]]:
    """Return the meeting that a report is about, in a language that nobody knows by its places.

    `name` is the file's. Raises `UnreadableAttendance` naming the line, `AmbiguousAttendance` where
    day or zone are unknown.
    """
    table = find_report(text) or _by_places(text)
    if table is None:
        raise UnreadableAttendance("this is no Google Meet file; an attendance report is wanted")
    start = began(name, options)
    clock = Clock("ymd", options.timezone)
    told: dict[tuple[object, ...], _Told] = {}
    for line in table.rows():
        joined, left = table.cell(line, "joined"), table.cell(line, "left")
        stay = None
        if joined and left:
            came = near(joined, start, line.number)
            went = from_then_on(left, came, line.number)
            stay = Stay(clock.moment(came), clock.moment(went))
            if stay.left < stay.joined:
                raise UnreadableAttendance("somebody leaves before joining", f"line {line.number}")
        each = _told(table, line, stay)
        # The same row again says nothing new.
        told.setdefault((*each.person, each.stay, each.duration), each)
    rows, warnings = _rows(list(told.values()))
    return Meeting(title=title(name)), rows, warnings + clock.warnings


def _told(table: Table, line: Line, stay: Stay | None) -> _Told:
    email = real_email(table.cell(line, "email"))
    parts = (table.cell(line, "first"), table.cell(line, "surname"))
    name = " ".join(filter(None, parts)) or email
    if not name:
        raise UnreadableAttendance("a participant has no name", f"line {line.number}")
    text = table.cell(line, "duration")
    duration = read_length(text) or read_duration(text)
    if text and duration is None:
        raise UnreadableAttendance(f"{text[:40]!r} is no duration", f"line {line.number}")
    return _Told(line.number, name, email, stay, duration)


def _rows(told: Sequence[_Told]) -> tuple[list[Row], list[Warned]]:
    """Return the rows; of whoever was away in between, only the total is known."""
    broken = {each.person for each in told if each.broken}
    rows: list[Row] = []
    warnings: list[Warned] = []
    for each in told:
        if each.broken:
            message = "the duration differs from the times: away in between; the duration counts"
            warnings.append(Warned("rejoined", message, each.line))
        whole = each.person not in broken
        stay = each.stay if whole or each.duration is None else None
        if not each.stay and not each.duration:
            warnings.append(Warned("no_times", "neither times nor a duration", each.line))
        rows.append(
            Row(
                line=each.line,
                name=each.name,
                email=each.email,
                stay=stay,
                total=None if stay else each.duration,
                present_unknown=not stay and each.duration is None,
            )
        )
    return rows, warnings
