"""Adobe Connect: a room's attendance as CSV, or as the XML that `report-meeting-attendance` answers.

Both call their fields alike (`participant-name`, `date-created`, `date-end`); Connect Central's pages
say it in words. The report tells a room's whole history, of which only the meeting of the planned
session is taken. Times carry their offset, unless a spreadsheet has saved them again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.attendance import Attendance, Meeting, Row, Stay, Warned, gather, homonyms, real_email
from adapters.markup import elements
from adapters.occurrences import RESTARTED_WITHIN, Held, pick
from adapters.reader import File, Options
from adapters.table import find
from adapters.times import Clock, Written, date_order, read_moment, read_time
from lrs.errors import UnreadableAttendance

# Headers as `adapters.text.heading` leaves them.
HEADERS: dict[str, frozenset[str]] = {
    "name": frozenset({"participant-name", "participant name", "attendee name", "user-name"}),
    "shown": frozenset({"session-name", "session name"}),
    "login": frozenset({"login", "attendee e-mail", "attendee email", "e-mail", "email"}),
    "principal": frozenset({"principal-id", "principal id"}),
    "joined": frozenset({"date-created", "date created", "time entered", "entry time"}),
    "left": frozenset({"date-end", "date end", "time exited", "exit time"}),
    "room": frozenset({"sco-id", "sco id"}),
    "title": frozenset({"sco-name", "sco name", "meeting name"}),
}
_WANTED = frozenset({"name", "joined", "left"})
_RESULTS = "<report-meeting-attendance"
_ROW_LEVEL = 3


@dataclass(frozen=True)
class _Record:
    """A presence in the room: its fields, and its times as far as they say whose clock they show."""

    line: int
    fields: Mapping[str, str]
    joined: datetime | Written
    left: datetime | Written | None


@dataclass(frozen=True)
class _Presence:
    """A presence in the room, in UTC; without a leave, `left` is None."""

    record: _Record
    joined: datetime
    left: datetime | None


class AdobeConnectReader:
    """See `adapters.reader.Reader`."""

    name = "adobe-connect"

    def recognises(self, file: File) -> bool:
        """Return whether the file has the report's columns, or is the report's XML."""
        if file.text.lstrip()[:1] == "<":
            return _RESULTS in file.text[:20_000]
        return find(file.text, HEADERS, _WANTED) is not None

    def read(self, file: File, options: Options) -> Attendance:
        """Return the attendance of the meeting that the planned session was."""
        records = [_record(line, fields) for line, fields in _fields(file.text)]
        if not records:
            raise UnreadableAttendance("the file names no participant")
        presences, warnings = _presences(records, options)
        chosen = _chosen(presences, options.expected)
        if left_out := len(presences) - len(chosen):
            message = f"{left_out} rows of other meetings in the room are left out"
            warnings.append(Warned("other_meetings", message))
        ends = max(each.left or each.joined for each in chosen)
        rows: list[Row] = []
        for each in chosen:
            stay = Stay(each.joined, each.left or ends, closed_by_end=each.left is None)
            rows.append(_row(each.record, stay))
            if each.left is None:
                message = "no leave is told; the stay ends with the meeting"
                warnings.append(Warned("no_leave", message, each.record.line))
        first = chosen[0].record.fields
        meeting = Meeting(
            id=first.get("room") or None,
            title=first.get("title") or None,
            starts=min(each.joined for each in chosen),
            ends=ends,
        )
        people = gather(rows, f"{meeting.id} {meeting.starts}")
        warnings += homonyms(rows)
        return Attendance(self.name, meeting, people, tuple(warnings), file.sha256)


def _fields(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield each row's line and fields, of the XML or of the table."""
    if text.lstrip()[:1] == "<":
        for element in elements(text, _ROW_LEVEL):
            told = {**element.attributes, **element.fields}
            if element.name == "row":
                yield (
                    element.line,
                    {
                        field: told[name]
                        for field, known in HEADERS.items()
                        for name in known
                        if name in told
                    },
                )
        return
    table = find(text, HEADERS, _WANTED)
    if table is None:
        raise UnreadableAttendance(
            "this is no Adobe Connect file; a meeting's attendance is wanted"
        )
    for line in table.rows():
        yield line.number, {field: table.cell(line, field) for field in HEADERS}


def _record(line: int, fields: Mapping[str, str]) -> _Record:
    joined, left = fields.get("joined", ""), fields.get("left", "")
    if not joined:
        raise UnreadableAttendance("the join time is missing", f"line {line}")
    return _Record(line, fields, _time(joined, line), _time(left, line) if left else None)


def _time(text: str, line: int) -> datetime | Written:
    return read_moment(text) or read_time(text.replace("T", " "), line)


def _presences(
    records: Sequence[_Record], options: Options
) -> tuple[list[_Presence], list[Warned]]:
    """Return the presences in UTC, those that a spreadsheet has saved by the caller's clock."""
    spans = [(each.joined, each.left) for each in records]
    written = [time for span in spans for time in span if isinstance(time, Written)]
    pairs = [(a, b) for a, b in spans if isinstance(a, Written) and isinstance(b, Written)]
    expected = options.expected and options.expected.date()
    order = date_order(written, pairs, options.date_order, expected) if written else "ymd"
    clock = Clock(order, options.timezone)

    def moment(time: datetime | Written) -> datetime:
        return clock.moment(time) if isinstance(time, Written) else time

    found = []
    for each in records:
        presence = _Presence(each, moment(each.joined), moment(each.left) if each.left else None)
        if presence.left is not None and presence.left < presence.joined:
            raise UnreadableAttendance("somebody leaves before joining", f"line {each.line}")
        found.append(presence)
    return found, clock.warnings


def _chosen(presences: Sequence[_Presence], expected: datetime | None) -> list[_Presence]:
    """Return the presences of one meeting, in order of the file.

    Between two meetings of a room nobody was there for longer than a restart takes.
    """
    runs: list[list[_Presence]] = []
    reach = None
    for each in sorted(presences, key=lambda one: one.joined):
        if reach is None or each.joined - reach > RESTARTED_WITHIN:
            runs.append([])
            reach = each.joined
        runs[-1].append(each)
        reach = max(reach, each.left or each.joined)
    held = [
        Held(str(number), "", run[0].joined, max(each.left or each.joined for each in run))
        for number, run in enumerate(runs)
    ]
    meant = {id(each) for one in pick(held, expected) for each in runs[int(one.key)]}
    return [each for each in presences if id(each) in meant]


def _row(record: _Record, stay: Stay) -> Row:
    fields = record.fields
    name = fields.get("name") or fields.get("shown")
    if not name:
        raise UnreadableAttendance("a participant has no name", f"line {record.line}")
    login = fields.get("login", "")
    return Row(
        line=record.line,
        name=" ".join(name.split()),
        email=real_email(login),
        # A guest has no login, and a principal only for the visit.
        stable_id=(fields.get("principal") or login) if login else None,
        stay=stay,
    )
