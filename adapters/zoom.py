"""Zoom: the participants CSV of a meeting, of all ages and in the languages seen so far."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from adapters.attendance import (
    Attendance,
    Meeting,
    Row,
    Stay,
    Warned,
    gather,
    is_phone,
    real_email,
)
from adapters.reader import File, Options
from adapters.text import Line, cell, heading, lines, widest
from adapters.times import Clock, Written, date_order, read_time
from lrs.errors import UnreadableAttendance

# Headers as `adapters.text.heading` leaves them.
HEADERS: dict[str, frozenset[str]] = {
    "name": frozenset(
        {
            "name (original name)",
            "名前 (元の名前)",
            "nombre (nombre original)",
            "nom (nom original)",
            "nome (nome original)",
            "이름(원래 이름)",
        }
    ),
    "email": frozenset(
        {
            "user email",
            "email",
            "ユーザーメール",
            "e-mail del usuario",
            "correo electrónico",
            "adresse e-mail de l'utilisateur",
            "e-mail",
            "사용자 이메일",
        }
    ),
    "joined": frozenset(
        {
            "join time",
            "参加時刻",
            "hora para unirse",
            "hora de entrada",
            "heure d'arrivée",
            "ingressar na hora",
            "참가 시간",
        }
    ),
    "left": frozenset(
        {
            "leave time",
            "退出時刻",
            "hora para salir",
            "hora de salida",
            "heure de départ",
            "hora de saída",
            "나간 시간",
        }
    ),
    "total": frozenset({"total duration (minutes)", "duración total (minutos)"}),
    "waiting": frozenset(
        {"in waiting room", "en sala de espera", "salle d'attente", "na sala de espera"}
    ),
}
YES = frozenset({"yes", "sí", "si", "oui", "sim", "はい", "예"})
OTHER_FILES = {
    "attendee report": "a webinar's attendee report",
    "panelist details": "a webinar's attendee report",
    "#,user name,user email,submitted date/time": "a poll report",
}
_CHAT = re.compile(r"^(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\s+from\s", re.IGNORECASE | re.MULTILINE)
_RENAMED = re.compile(r"(.+) \((.+)\)")


@dataclass(frozen=True)
class _Table:
    """The participants' table: its columns by field, and the rows below its header."""

    columns: dict[str, int]
    above: Sequence[Line]
    below: Sequence[Line]


@dataclass(frozen=True)
class _Told:
    """A row with its times as written."""

    line: Line
    joined: Written | None
    left: Written | None


class ZoomReader:
    """See `adapters.reader.Reader`."""

    name = "zoom"

    def recognises(self, file: File) -> bool:
        """Return whether a header of the participants' table, or another Zoom file, is there."""
        return _find_table(file.text) is not None or _other_file(file.text) is not None

    def read(self, file: File, options: Options) -> Attendance:
        """Return a participants file's attendance; who only waited is left out."""
        table = _find_table(file.text)
        if table is None:
            other = _other_file(file.text)
            what = f"this is {other}, which is not read yet" if other else "this is no Zoom file"
            raise UnreadableAttendance(f"{what}; the participants export is wanted")
        told = list(_told(table))
        span = _preamble(table)
        times = [t for each in told for t in (each.joined, each.left) if t] + list(span or ())
        pairs = [(t.joined, t.left) for t in told if t.joined and t.left] + ([span] if span else [])
        expected = options.expected and options.expected.date()
        order = date_order(times, pairs, options.date_order, expected) if times else "ymd"
        clock = Clock(order, options.timezone)
        meeting = _meeting(table, span, clock)
        rows, warnings = _rows(table, told, clock)
        people = gather(rows, meeting.id or file.sha256)
        if not people:
            raise UnreadableAttendance("the file names no participant")
        warnings += _homonyms(rows)
        return Attendance(self.name, meeting, people, tuple(warnings + clock.warnings), file.sha256)


def _find_table(text: str) -> _Table | None:
    table = list(lines(text, widest(text)))
    for number, line in enumerate(table):
        names = [heading(each) for each in line.cells]
        start = next((n for n, each in enumerate(names) if each in HEADERS["name"]), None)
        if start is None:
            continue
        # In the administrators' export the host's columns of the same names stand before.
        columns = {
            field: start + names[start:].index(name)
            for field, known in HEADERS.items()
            for name in names[start:]
            if name in known
        }
        return _Table(columns, table[:number], table[number + 1 :])
    return None


def _other_file(text: str) -> str | None:
    beginning = text[:20_000].casefold()
    for sign, what in OTHER_FILES.items():
        if sign in beginning:
            return what
    return "a chat" if _CHAT.search(beginning) else None


def _told(table: _Table) -> Iterator[_Told]:
    for line in table.below:
        if any(line.cells):
            joined, left = (
                cell(line.cells, table.columns.get(each)) for each in ("joined", "left")
            )
            yield _Told(
                line,
                read_time(joined, line.number) if joined else None,
                read_time(left, line.number) if left else None,
            )


def _preamble(table: _Table) -> tuple[Written, Written] | None:
    """Return the meeting's start and end as the lines above the table tell them."""
    for head, line in zip(table.above, table.above[1:], strict=False):
        names = [heading(each) for each in head.cells]
        if "start time" in names and "end time" in names:
            starts, ends = (cell(line.cells, names.index(n)) for n in ("start time", "end time"))
            if starts and ends:
                return read_time(starts, line.number), read_time(ends, line.number)
    return None


def _meeting(table: _Table, span: tuple[Written, Written] | None, clock: Clock) -> Meeting:
    found: dict[str, str] = {}
    for head, line in zip(table.above, table.above[1:], strict=False):
        names = [heading(each) for each in head.cells]
        if "topic" in names:
            found = dict(zip(names, line.cells, strict=False))
            break
    meeting_id = found.get("meeting id") or found.get("id")
    return Meeting(
        id=meeting_id.replace(" ", "") if meeting_id else None,
        title=found.get("topic") or None,
        starts=clock.moment(span[0]) if span else None,
        ends=clock.moment(span[1]) if span else None,
    )


def _rows(table: _Table, told: Sequence[_Told], clock: Clock) -> tuple[list[Row], list[Warned]]:
    rows: list[Row] = []
    warnings: list[Warned] = []
    for each in told:
        cells, number = each.line.cells, each.line.number
        if cell(cells, table.columns.get("waiting")).casefold() in YES:
            warnings.append(
                Warned("waiting_room", "time in the waiting room is not counted", number)
            )
            continue
        name = cell(cells, table.columns["name"])
        if not name:
            raise UnreadableAttendance("a participant has no name", f"line {number}")
        shown, original = _names(name)
        rows.append(
            Row(
                line=number,
                name=shown,
                original_name=original,
                email=real_email(cell(cells, table.columns.get("email"))),
                stay=_stay(each, clock),
                total=_total(cell(cells, table.columns.get("total")), number),
            )
        )
    return rows, warnings


def _stay(told: _Told, clock: Clock) -> Stay | None:
    if told.joined is None or told.left is None:
        return None
    stay = Stay(clock.moment(told.joined), clock.moment(told.left))
    if stay.left < stay.joined:
        raise UnreadableAttendance("somebody leaves before joining", f"line {told.line.number}")
    return stay


def _total(text: str, line: int) -> timedelta | None:
    if not text:
        return None
    if not text.isdecimal():
        raise UnreadableAttendance(f"{text[:40]!r} is no number of minutes", f"line {line}")
    return timedelta(minutes=int(text))


def _names(name: str) -> tuple[str, str | None]:
    """Return the name shown and, where the participant changed it, the one they came with."""
    renamed = _RENAMED.fullmatch(name)
    if renamed is None or is_phone(name):
        return name, None
    return renamed[1], renamed[2]


def _homonyms(rows: Sequence[Row]) -> list[Warned]:
    """Warn where a name alone stands beside the same name with an e-mail."""
    known = {row.name.casefold() for row in rows if row.email}
    return [
        Warned("homonym", f"{row.name}: also there with an e-mail; not joined", row.line)
        for row in rows
        if not row.email and row.name.casefold() in known
    ]
