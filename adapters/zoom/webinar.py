"""A webinar's attendee report: sections for host, panelists, attendees and telephones."""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from adapters.attendance import Attendance, gather, real_email
from adapters.reader import File, Options
from adapters.text import Line, cell, heading, lines
from adapters.zoom.facts import meeting_of, preamble
from adapters.zoom.lead import delimiter_behind, first_words
from adapters.zoom.moments import clock_of, read_cell
from adapters.zoom.names import told_apart
from adapters.zoom.told import Told, doubts, rows_of
from adapters.zoom.words import EMAIL, JOINED, LEFT, MINUTES, NAME, NO, YES
from lrs.errors import UnreadableAttendance

TITLE = "attendee report"
SECTIONS = {
    "host details": "host",
    "panelist details": "panelist",
    "attendee details": "attendee",
    "other attended": "attendee",
}
COLUMNS = {
    "attended": frozenset({"attended"}),
    "name": NAME | {"user name", "user name (original name)"},
    "first": frozenset({"first name"}),
    "last": frozenset({"last name"}),
    "email": EMAIL,
    "joined": JOINED,
    "left": LEFT,
    "minutes": MINUTES,
}


def recognises(text: str) -> bool:
    """Return whether a text begins as the report does, or names its sections."""
    beginning = first_words(text)
    return TITLE in beginning[:3] or not SECTIONS.keys().isdisjoint(beginning)


def read(file: File, options: Options) -> Attendance:
    """Return who attended a webinar; who only registered is left out."""
    table = list(lines(file.text, delimiter_behind("attended", file.text)))
    told = list(_attended(table))
    facts = preamble(list(takewhile(lambda line: not _is_title(line), table)))
    times = [time for each in told for time in each.times]
    spans = [span for each in told for span in each.span]
    clock = clock_of([*times, *facts.times], spans, options)
    meeting = meeting_of([facts], clock)
    rows = told_apart(rows_of(told, clock, meeting.ends))
    people = gather(rows, meeting.id or file.sha256)
    if not people:
        raise UnreadableAttendance("the webinar's attendee report names nobody who attended")
    warnings = [*doubts(told, rows, people), *dict.fromkeys(clock.warnings)]
    return Attendance("zoom", meeting, people, tuple(warnings), file.sha256)


def _attended(table: Sequence[Line]) -> Iterator[Told]:
    """Yield the rows of those who attended, section by section."""
    role: str | None = None
    columns: dict[str, int] | None = None
    for line in table:
        if _is_title(line):
            role, columns = SECTIONS[heading(line.cells[0])], None
        elif role is None or not any(line.cells):
            continue
        elif columns is None:
            columns = _columns(line)
        elif told := _told(line, role, columns):
            yield told


def _is_title(line: Line) -> bool:
    return heading(cell(line.cells, 0)) in SECTIONS and not any(line.cells[1:])


def _columns(header: Line) -> dict[str, int]:
    found = [heading(each) for each in header.cells]
    columns = {
        field: next(n for n, name in enumerate(found) if name in known)
        for field, known in COLUMNS.items()
        if not known.isdisjoint(found)
    }
    if not {"name", "first", "email"} & columns.keys():
        message = "the webinar's section has no header that is known"
        raise UnreadableAttendance(message, f"line {header.number}")
    return columns


def _told(line: Line, role: str, columns: dict[str, int]) -> Told | None:
    """Return a row of somebody who attended; None for a no-show."""
    told = {field: cell(line.cells, columns.get(field)) for field in COLUMNS}
    joined, left = (read_cell(told[each], line.number) for each in ("joined", "left"))
    if not _came(told["attended"].casefold(), joined is not None, line.number):
        return None
    email = real_email(told["email"])
    name = told["name"] or f"{told['first']} {told['last']}".strip() or email
    if not name:
        raise UnreadableAttendance("an attendee has no name", f"line {line.number}")
    return Told(line.number, name, email, joined, left, told["minutes"], role)


def _came(word: str, joined: bool, line: int) -> bool:
    """Return whether somebody attended; a time of joining says so where the word is missing."""
    if word in YES or word in NO:
        return word in YES or (joined and not word)
    message = f"{word[:40]!r} does not tell whether somebody attended"
    raise UnreadableAttendance(message, f"line {line}")
