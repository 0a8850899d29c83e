"""Microsoft Teams: attendance reports with sections (2022 on), read by structure, so in any language.

Sections are numbered lines (`1. Summary`, `2. Participants`, `3. In-Meeting Activities`) and columns
keep their places, whatever they are called; only `(UPN)` and `(UTC)` are looked for in headers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from adapters.attendance import Attendance, Meeting, Row, Stay, Warned, gather, real_email
from adapters.reader import File, Options
from adapters.text import Line, cell, heading, lines, widest
from adapters.times import Clock, Written, date_order, read_duration, read_time
from lrs.errors import UnreadableAttendance

_SECTION = re.compile(r"([1-9])\. ?\S.*")
_TAG = re.compile(
    r" ?\((?:guest|external|unverified|convidado|gast|invité|invitado|gość|外部|ゲスト)\)$",
    re.IGNORECASE,
)
ROLES = {
    "organizer": "organizer",
    "organizator": "organizer",
    "organisateur": "organizer",
    "organizador": "organizer",
    "organisator": "organizer",
    "co-organizer": "co-organizer",
    "presenter": "presenter",
    "osoba prowadząca": "presenter",
    "présentateur": "presenter",
    "apresentador": "presenter",
    "attendee": "attendee",
}
OTHER_FILES = {
    "user action": "the attendance list of 2020, with a line for each join and leave",
    "meeting summary": "the attendance report of 2021, without numbered sections",
    "utc event timestamp": "a live event's attendance",
}


@dataclass(frozen=True)
class _Section:
    """A numbered section: its header row and the rows below."""

    header: Line
    rows: Sequence[Line]


@dataclass(frozen=True)
class _Told:
    """A row of section 3 (or 2) with its times as written."""

    line: Line
    joined: Written
    left: Written


class TeamsReader:
    """See `adapters.reader.Reader`."""

    name = "teams"

    def recognises(self, file: File) -> bool:
        """Return whether the file has numbered sections, or is an older file of Teams."""
        return {"1", "2"} <= _sections(file.text).keys() or _other_file(file.text) is not None

    def read(self, file: File, options: Options) -> Attendance:
        """Return a report's attendance; stays come from section 3, without it from section 2."""
        sections = _sections(file.text)
        if not {"1", "2"} <= sections.keys():
            other = _other_file(file.text)
            what = f"this is {other}, which is not read yet" if other else "this is no Teams file"
            raise UnreadableAttendance(f"{what}; an attendance report with sections is wanted")
        listed = sections.get("3", sections["2"])
        told = [_read_row(line) for line in listed.rows if any(line.cells)]
        summary = _summary(sections["1"])
        span = _span(summary)
        times = [time for each in told for time in (each.joined, each.left)] + list(span or ())
        pairs = [(each.joined, each.left) for each in told] + ([span] if span else [])
        if not told:
            raise UnreadableAttendance("the file names no participant")
        expected = options.expected and options.expected.date()
        in_utc = any("(utc)" in heading(name) for name in listed.header.cells)
        clock = Clock(
            date_order(times, pairs, options.date_order, expected),
            UTC if in_utc else options.timezone,
        )
        meeting = Meeting(
            title=cell(summary[0].cells, 1) or None if summary else None,
            starts=clock.moment(span[0]) if span else None,
            ends=clock.moment(span[1]) if span else None,
        )
        rows = _rows(told, _Directory(sections["2"]), clock)
        warnings = _odd_durations(listed, told, rows)
        people = gather(rows, f"{meeting.title} {meeting.starts}")
        return Attendance(self.name, meeting, people, tuple(warnings + clock.warnings), file.sha256)


class _Directory:
    """Section 2: who has which UPN; section 3 lacks it."""

    def __init__(self, section: _Section) -> None:
        header = [heading(name) for name in section.header.cells]
        upn = next((n for n, name in enumerate(header) if "(upn)" in name), None)
        self._by_mail: dict[str, str] = {}
        self._by_name: dict[str, set[str]] = {}
        for line in section.rows:
            if known := cell(line.cells, upn):
                if mail := cell(line.cells, 4):
                    self._by_mail[mail.casefold()] = known
                self._by_name.setdefault(cell(line.cells, 0).casefold(), set()).add(known)

    def upn(self, name: str, mail: str) -> str | None:
        """Return the UPN of an address or, where it has no address, of a name that only one has."""
        if mail:
            return self._by_mail.get(mail.casefold())
        known = self._by_name.get(name.casefold(), set())
        return next(iter(known)) if len(known) == 1 else None


def _sections(text: str) -> dict[str, _Section]:
    found: dict[str, _Section] = {}
    number: str | None = None
    body: list[Line] = []
    table = list(lines(text, widest(text)))
    for line in [*table, Line(0, ["9. end"])]:
        title = (
            _SECTION.fullmatch(line.cells[0]) if line.cells and not any(line.cells[1:]) else None
        )
        if title is None:
            body.append(line)
            continue
        filled = [each for each in body if any(each.cells)]
        if number and filled:
            # The summary has no header: its rows are name and value.
            found[number] = _Section(filled[0], filled if number == "1" else filled[1:])
        number, body = title[1], []
    return found


def _other_file(text: str) -> str | None:
    beginning = text[:5_000].casefold()
    return next((what for sign, what in OTHER_FILES.items() if sign in beginning), None)


def _summary(section: _Section) -> Sequence[Line]:
    """Return the summary's rows: title, participants, start, end, then durations."""
    return section.rows


def _span(summary: Sequence[Line]) -> tuple[Written, Written] | None:
    if len(summary) < 4:
        return None
    starts, ends = (cell(line.cells, 1) for line in summary[2:4])
    if not starts or not ends:
        return None
    return read_time(starts, summary[2].number), read_time(ends, summary[3].number)


def _read_row(line: Line) -> _Told:
    if not cell(line.cells, 0):
        raise UnreadableAttendance("a participant has no name", f"line {line.number}")
    if not cell(line.cells, 1) or not cell(line.cells, 2):
        message = "join or leave time is missing; a Teams policy may have stripped them"
        raise UnreadableAttendance(message, f"line {line.number}")
    return _Told(line, read_time(line.cells[1], line.number), read_time(line.cells[2], line.number))


def _rows(told: Sequence[_Told], directory: _Directory, clock: Clock) -> list[Row]:
    rows: list[Row] = []
    for each in told:
        cells = each.line.cells
        stay = Stay(clock.moment(each.joined), clock.moment(each.left))
        if stay.left < stay.joined:
            raise UnreadableAttendance("somebody leaves before joining", f"line {each.line.number}")
        name, mail = cell(cells, 0), cell(cells, 4)
        upn = directory.upn(name, mail)
        role = cell(cells, 6 if _has_upn(cells) else 5).casefold()
        rows.append(
            Row(
                line=each.line.number,
                name=_TAG.sub("", name),
                email=real_email(mail) or real_email(upn),
                stable_id=upn,
                role=ROLES.get(role, role or None),
                stay=stay,
            )
        )
    return rows


def _has_upn(cells: Sequence[str]) -> bool:
    # Section 2 keeps the UPN between address and role.
    return "@" in cell(cells, 5)


def _odd_durations(listed: _Section, told: Sequence[_Told], rows: Sequence[Row]) -> list[Warned]:
    """Warn where a row's own duration is not what lies between its times."""
    found: list[Warned] = []
    for each, row in zip(told, rows, strict=True):
        duration = read_duration(cell(each.line.cells, 3))
        if duration is None or row.stay is None or listed.header.number == 0:
            continue
        off = abs((row.stay.left - row.stay.joined - duration).total_seconds())
        if off > 60:
            message = "the duration differs from the times by more than a minute; the times count"
            found.append(Warned("duration_differs", message, row.line))
    return found
