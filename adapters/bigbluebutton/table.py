"""BigBlueButton's learning dashboard as CSV, in whatever language it was shown.

The first twelve columns keep their places: name, moderator, activity score, talk time, webcam time,
messages, reactions, poll votes, raised hands, join, left, duration; an answer for each poll follows.
The file quotes without escaping, leaves its header unquoted, and shows the viewer's clock.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from adapters.attendance import Act, Attendance, Meeting, Row, Stay, Warned, gather
from adapters.bigbluebutton.people import doubtful_names, row
from adapters.reader import File, Options
from adapters.text import Line, cell, clean, lines, widest
from adapters.times import Clock, Written, date_order, read_length, read_time
from lrs.errors import UnreadableAttendance

NAME, MODERATOR, MESSAGES, REACTIONS, HANDS = 0, 1, 5, 6, 8
JOIN, LEFT, DURATION, POLLS = 9, 10, 11, 12
# Excel translates truth when it saves.
TRUE = frozenset({"TRUE", "WAHR", "VRAI", "VERDADERO", "VERDADEIRO", "VERO", "PRAWDA", "WAAR"})
FALSE = frozenset({"FALSE", "FALSCH", "FAUX", "FALSO", "FAŁSZ", "ONWAAR"})
_NONE = frozenset({"", "-"})
_FILE = re.compile(r"LearningDashboard_(.+)_(\d{4}-\d\d-\d\d)(?: ?\(\d+\))?\.csv", re.IGNORECASE)
_DAY = timedelta(days=1)
_CLOSE = timedelta(seconds=2)


@dataclass(frozen=True)
class _Told:
    """A person's row, read but for whose clock it shows."""

    line: Line
    joined: Written
    left: Written | None
    length: timedelta


def looks_so(text: str) -> bool:
    """Return whether a text has the dashboard's columns, by the values of its first row."""
    beginning = text[:20_000].split("\n", 3)
    if len(beginning) < 2:
        return False
    try:
        first = next(_table("\n".join(beginning[:2]))[1], Line(0, []))
    except UnreadableAttendance:
        return False
    return _is_row(first)


def read(file: File, options: Options) -> Attendance:
    """Return what the dashboard's CSV says.

    Who stayed once has a stay; of who came again the file tells only how long they were there in
    all, with devices added up, so at most from the first join to the last leave.
    """
    header, table = _table(file.text)
    told = [_told(line) for line in table if any(line.cells) and _is_row(line)]
    if not told:
        raise UnreadableAttendance("the file names no participant")
    title, day = _named(file.name)
    expected = options.expected.date() if options.expected else day
    times = [time for each in told for time in (each.joined, each.left) if time]
    spans = [(each.joined, each.left) for each in told if each.left]
    order = date_order(times, spans, options.date_order, expected)
    clock = Clock(order, options.timezone)
    rows: dict[tuple[str, ...], Row] = {}
    warnings: list[Warned] = []
    for each in told:
        stay, total = _presence(each, clock)
        if total is not None:
            message = "came more than once or was still there; only the time in all is told"
            warnings.append(Warned("only_total", message, each.line.number))
        rows.setdefault(tuple(each.line.cells), _row(each.line, header, stay, total))
    unique = list(rows.values())
    people = gather(unique, file.sha256)
    warnings += doubtful_names(unique) + clock.warnings
    return Attendance("bigbluebutton", Meeting(title=title), people, tuple(warnings), file.sha256)


def _table(text: str) -> tuple[Line, Iterator[Line]]:
    """Return the header and the rows below it."""
    head, _, body = text.partition("\n")
    if body.startswith('"') and '"' not in head:
        return next(lines(head, ","), Line(1, [])), _unescaped(body)
    # Something has saved the file again, with whatever delimiter and quotes.
    saved = lines(text, widest(text))
    return next(saved, Line(1, [])), saved


def _unescaped(body: str) -> Iterator[Line]:
    """Yield rows of cells that are all quoted, without escaping; one may span lines."""
    number, parts = 2, list[str]()
    for each in [*body.split("\n"), '"']:
        if each.startswith('"') and parts:
            joined = "\n".join(parts).strip()
            yield Line(
                number,
                [clean(found) for found in joined.removeprefix('"').removesuffix('"').split('","')],
            )
            number, parts = number + len(parts), []
        parts.append(each)


def _is_row(line: Line) -> bool:
    cells = line.cells
    return (
        len(cells) >= POLLS
        and cells[MODERATOR].upper() in TRUE | FALSE
        and read_length(cells[DURATION]) is not None
        and all(cells[column].isdecimal() for column in (MESSAGES, REACTIONS, HANDS))
    )


def _told(line: Line) -> _Told:
    left = line.cells[LEFT]
    return _Told(
        line,
        read_time(line.cells[JOIN], line.number),
        None if left in _NONE else read_time(left, line.number),
        read_length(line.cells[DURATION]) or timedelta(),
    )


def _presence(told: _Told, clock: Clock) -> tuple[Stay | None, timedelta | None]:
    """Return the only stay, or the time in all where there was more than one or no leave yet."""
    joined = clock.moment(told.joined)
    if told.left is None:
        return None, told.length
    left = clock.moment(told.left)
    if left < joined:
        raise UnreadableAttendance("somebody leaves before joining", f"line {told.line.number}")
    # The duration starts again from nothing after a day.
    if abs((left - joined) % _DAY - told.length) <= _CLOSE:
        return Stay(joined, left), None
    return None, min(told.length, left - joined)


def _row(line: Line, header: Line, stay: Stay | None, total: timedelta | None) -> Row:
    role = "moderator" if line.cells[MODERATOR].upper() in TRUE else "viewer"
    found = row(line.number, line.cells[NAME], "", role, stay)
    return replace(found, total=total, acts=tuple(_acts(line, header)))


def _acts(line: Line, header: Line) -> Iterator[Act]:
    if number := _count(line, MESSAGES):
        yield Act("posted", number=number)
    if number := _count(line, REACTIONS):
        yield Act("reacted", number=number)
    if number := _count(line, HANDS):
        yield Act("raised-hand", number=number)
    # A comma in a question shifts the header; then nobody knows which question is which.
    questions: Sequence[str] = header.cells if len(header.cells) == len(line.cells) else []
    for column in range(POLLS, len(line.cells)):
        if line.cells[column] not in _NONE:
            about = cell(questions, column) or None
            yield Act("answered-poll", text=line.cells[column], about=about)


def _count(line: Line, column: int) -> int:
    text = line.cells[column]
    if len(text) > 6:
        raise UnreadableAttendance(f"{text[:40]!r} is no number of acts", f"line {line.number}")
    return int(text)


def _named(name: str | None) -> tuple[str | None, date | None]:
    """Return the meeting's title and its day, as the file's name tells them."""
    found = _FILE.fullmatch((name or "").rpartition("/")[2])
    if found is None:
        return None, None
    try:
        return found[1], date.fromisoformat(found[2])
    except ValueError:
        return found[1], None
