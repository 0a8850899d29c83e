"""Sign-in sheets of sessions in person, CSV or XLSX: who, when in and out, ticked or signed.

A sheet that tells no times tells only that people were there: attendance without minutes. Who has
not signed, or is marked absent, is left out. It is the most general of all files, so `auto` asks
every other reader first.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.attendance import Attendance, Meeting, Row, Stay, Warned, gather, homonyms, real_email
from adapters.reader import File, Options
from adapters.signin_sheet.presence import Days, Times
from adapters.signin_sheet.sheet import EVIDENCE, Sheet, find
from adapters.signin_sheet.words import BLANK, NO, TOTALS, YES, said
from adapters.signin_sheet.workbook import is_workbook
from adapters.text import Line
from lrs.errors import UnreadableAttendance

__all__ = ["SigninSheetReader"]

FAR = timedelta(hours=4)
"""Who comes this long before or after the plan has perhaps written half a day's hours."""


class SigninSheetReader:
    """See `adapters.reader.Reader`."""

    name = "signin-sheet"

    def recognises(self, file: File) -> bool:
        """Return whether there is a table of people with times, ticks or signatures."""
        sheet = find(file)
        if sheet is not None and not EVIDENCE.isdisjoint(sheet.columns):
            return True
        if is_workbook(file.content):
            message = "the workbook holds no sign-in sheet; what a tool exported is wanted as CSV"
            raise UnreadableAttendance(message)
        return False

    def read(self, file: File, options: Options) -> Attendance:
        """Return who was there, and from when to when where the sheet says so."""
        sheet = find(file)
        if sheet is None:
            message = "this is no sign-in sheet: no line names columns for people and what they did"
            raise UnreadableAttendance(message)
        listed = [line for line in sheet.below if _is_person(sheet, line)]
        warnings: list[Warned] = []
        present = _present(sheet, listed, warnings)
        days = Days(sheet, present, file, options)
        rows = _rows(sheet, present, days, warnings)
        warnings += _far(rows, options.expected) + _same_names(rows) + homonyms(rows)
        people = gather(rows, file.sha256)
        if not people:
            raise UnreadableAttendance("nobody on the sheet was there")
        meeting = Meeting(title=sheet.title() or None)
        found = tuple(warnings + days.clock.warnings)
        return Attendance(self.name, meeting, people, found, file.sha256)


def _is_person(sheet: Sheet, line: Line) -> bool:
    name = sheet.name(line)
    if said(name).rstrip(":") in TOTALS:
        return False
    return bool(name or sheet.cell(line, "email")) or any(
        said(sheet.cell(line, field)) not in BLANK for field in EVIDENCE
    )


def _present(sheet: Sheet, listed: Sequence[Line], warnings: list[Warned]) -> list[Line]:
    """Return the rows of those who were there, as far as the columns that anybody filled tell."""
    used = {
        field
        for field in EVIDENCE
        if any(said(sheet.cell(line, field)) not in BLANK for line in listed)
    }
    if not used and not EVIDENCE.isdisjoint(sheet.columns):
        raise UnreadableAttendance("nobody has signed, and no times are told")
    present = []
    for line in listed:
        timed = any(said(sheet.cell(line, field)) not in BLANK for field in ("in", "out"))
        ticked = _ticked(sheet.cell(line, "present"), line)
        signed = said(sheet.cell(line, "signature")) not in BLANK | NO
        if ticked is False or ("signature" in used and not signed):
            if timed or ticked:
                message = "has times or a tick but is marked absent or has not signed; left out"
                warnings.append(Warned("not_signed", message, line.number))
        elif timed or ticked or signed or not used:
            present.append(line)
    return present


def _ticked(text: str, line: Line) -> bool | None:
    """Return whether a mark says present or absent; None where there is no mark."""
    mark = said(text)
    if mark in YES:
        return True
    if mark in NO:
        return False
    if mark in BLANK:
        return None
    message = f"{text[:40]!r} says neither present nor absent; write yes or no"
    raise UnreadableAttendance(message, f"line {line.number}")


def _rows(sheet: Sheet, present: Sequence[Line], days: Days, warnings: list[Warned]) -> list[Row]:
    times = [days.times(line) for line in present]
    last = max((each.went for each in times if each.went), default=None)
    rows = []
    for line, each in zip(present, times, strict=True):
        stay = _stay(each, last)
        if stay is None and (each.came or each.went):
            message = "only one of the times is told; for how long they were there is unknown"
            warnings.append(Warned("minutes_unknown", message, line.number))
        elif stay is not None and stay.closed_by_end:
            message = "no time out is told; the stay ends with the last one on the sheet"
            warnings.append(Warned("no_leave", message, line.number))
        rows.append(replace(_person(sheet, line), stay=stay, present_unknown=stay is None))
    return rows


def _person(sheet: Sheet, line: Line) -> Row:
    email = real_email(sheet.cell(line, "email"))
    name = sheet.name(line) or email
    if not name:
        raise UnreadableAttendance("a participant has no name", f"line {line.number}")
    role = sheet.cell(line, "role").casefold() or None
    return Row(line=line.number, name=name, email=email, role=role)


def _stay(times: Times, last: datetime | None) -> Stay | None:
    if times.came is None:
        return None
    if times.went is not None:
        return Stay(times.came, times.went)
    if last is not None and last > times.came:
        return Stay(times.came, last, closed_by_end=True)
    return None


def _far(rows: Sequence[Row], expected: datetime | None) -> list[Warned]:
    """Warn of times far off the plan, as `1:00` is for one in the afternoon."""
    message = "the times lie hours off the planned start; half days need AM or PM"
    return [
        Warned("far_from_plan", message, row.line)
        for row in rows
        if row.stay and expected and abs(row.stay.joined - expected) > FAR
    ]


def _same_names(rows: Sequence[Row]) -> list[Warned]:
    """Warn where a name without an address stands on more than one line."""
    met: set[str] = set()
    warnings = []
    for row in rows:
        name = row.name.casefold()
        if row.email is None and name in met:
            message = f"{row.name} is there more than once; taken as one person"
            warnings.append(Warned("same_name", message, row.line))
        met.add(name)
    return warnings
