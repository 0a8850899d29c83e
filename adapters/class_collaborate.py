"""Class, once Blackboard Collaborate: the attendance report as CSV, of a session or an institution.

Times are UTC, month before day, and cut to minutes; only the time in all has seconds. Who came again
has a first join and a last leave, but nobody tells when they were away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.attendance import Attendance, Meeting, Row, Stay, Warned, gather, homonyms, real_email
from adapters.occurrences import NEAR, Held, pick
from adapters.reader import File, Options
from adapters.table import Table, find
from adapters.text import Line
from adapters.times import Clock, DateOrder, Written, date_order, read_length, read_time
from lrs.errors import AmbiguousAttendance, UnreadableAttendance

# Headers as `adapters.text.heading` leaves them.
HEADERS: dict[str, frozenset[str]] = {
    "title": frozenset({"sessionname"}),
    "session": frozenset({"sessionidentifier"}),
    # The vendor's spelling, and the one it might change to.
    "instance": frozenset({"sessioninstanceidentifer", "sessioninstanceidentifier"}),
    "opened": frozenset({"roomopened"}),
    "closed": frozenset({"roomclosed"}),
    "name": frozenset({"nameofattendee"}),
    "given": frozenset({"firstnameofattendee"}),
    "family": frozenset({"lastnameofattendee"}),
    "email": frozenset({"emailofattendee"}),
    "username": frozenset({"username"}),
    "role": frozenset({"attendeerole"}),
    "joined": frozenset({"attendeefirstjointime"}),
    "left": frozenset({"attendeelastleavetime"}),
    "total": frozenset({"attendeetotaltimeinsession"}),
    "rejoins": frozenset({"attendeetotalrejoins"}),
}
_WANTED = frozenset({"name", "joined", "left"})
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class _Told:
    """A row with its times as written."""

    line: Line
    joined: Written
    left: Written | None
    opened: Written | None
    closed: Written | None
    total: timedelta | None

    def spans(self) -> list[tuple[Written, Written]]:
        """Return the times of which one is not after the other."""
        pairs = ((self.joined, self.left), (self.opened, self.closed))
        return [(earlier, later) for earlier, later in pairs if earlier and later]


class ClassReader:
    """See `adapters.reader.Reader`."""

    name = "class"

    def recognises(self, file: File) -> bool:
        """Return whether the report's columns are there."""
        return find(file.text, HEADERS, _WANTED) is not None

    def read(self, file: File, options: Options) -> Attendance:
        """Return the attendance of the session that is meant.

        Who came once has a stay as long as their time in all; who came again has only that time.
        """
        table = find(file.text, HEADERS, _WANTED)
        if table is None:
            message = "this is no file of Class or Collaborate; the attendance report is wanted"
            raise UnreadableAttendance(message)
        # A row that is there twice tells nothing more.
        unique = {tuple(line.cells): line for line in reversed(list(table.rows()))}
        told = [_told(table, line) for line in reversed(unique.values())]
        if not told:
            raise UnreadableAttendance("the file names no participant")
        clock = Clock(_order(told, options), UTC)
        chosen = _chosen(table, told, clock, options.expected)
        warnings = []
        if left_out := len(told) - len(chosen):
            message = f"{left_out} rows of other sessions are left out"
            warnings.append(Warned("other_meetings", message))
        meeting = _meeting(table, chosen, clock)
        rows = []
        for each in chosen:
            row = _row(table, each, clock, meeting.ends)
            rows.append(row)
            warnings += _doubts(row)
        people = gather(rows, meeting.id or file.sha256)
        warnings += homonyms(rows)
        return Attendance(self.name, meeting, people, tuple(warnings), file.sha256)


def _told(table: Table, line: Line) -> _Told:
    def time(field: str) -> Written | None:
        text = table.cell(line, field)
        return read_time(text, line.number) if text else None

    joined, total = time("joined"), table.cell(line, "total")
    if joined is None:
        raise UnreadableAttendance("the join time is missing", f"line {line.number}")
    length = read_length(total)
    if total and length is None:
        message = f"{total[:40]!r} is no time as hours, minutes and seconds"
        raise UnreadableAttendance(message, f"line {line.number}")
    return _Told(line, joined, time("left"), time("opened"), time("closed"), length)


def _order(told: Sequence[_Told], options: Options) -> DateOrder:
    """Return the order of day and month: the vendor's, unless the file bears out another."""
    spans = [span for each in told for span in each.spans()]
    times = [time for span in spans for time in span] + [each.joined for each in told]
    expected = options.expected and options.expected.date()
    try:
        return date_order(times, spans, options.date_order, expected)
    except AmbiguousAttendance:
        return "mdy"


def _chosen(
    table: Table, told: Sequence[_Told], clock: Clock, expected: datetime | None
) -> list[_Told]:
    """Return the rows of the session that is meant, with its restarts.

    Raises `AmbiguousAttendance` where several sessions are near the planned start, or none is.
    """
    rows: dict[str, list[_Told]] = {}
    held: dict[str, Held] = {}
    for each in told:
        session = table.cell(each.line, "session") or table.cell(each.line, "title")
        starts = clock.moment(each.opened or each.joined)
        ends = clock.moment(each.closed or each.left or each.joined)
        key = table.cell(each.line, "instance") or f"{session} {starts:%Y-%m-%d}"
        known = held.get(key, Held(key, session, starts, ends))
        held[key] = Held(key, session, min(known.starts, starts), max(known.ends, ends))
        rows.setdefault(key, []).append(each)
    near = [one for one in held.values() if expected and abs(one.starts - expected) <= NEAR]
    if len({one.series for one in near}) > 1:
        titles = {table.cell(rows[one.key][0].line, "title") for one in near}
        message = f"the file holds several sessions at that time ({', '.join(sorted(titles)[:5])})"
        raise AmbiguousAttendance(f"{message}; leave only the lines of one in it")
    return [each for one in pick(list(held.values()), expected) for each in rows[one.key]]


def _meeting(table: Table, chosen: Sequence[_Told], clock: Clock) -> Meeting:
    line = chosen[0].line
    opened = [clock.moment(each.opened) for each in chosen if each.opened]
    closed = [clock.moment(each.closed) for each in chosen if each.closed]
    return Meeting(
        id=table.cell(line, "instance") or table.cell(line, "session") or None,
        title=table.cell(line, "title") or None,
        starts=min(opened) if opened else None,
        ends=max(closed) if closed else None,
    )


def _row(table: Table, told: _Told, clock: Clock, ends: datetime | None) -> Row:
    line = told.line
    names = (table.cell(line, "given"), table.cell(line, "family"))
    name = table.cell(line, "name") or " ".join(filter(None, names))
    if not name:
        raise UnreadableAttendance("a participant has no name", f"line {line.number}")
    username = table.cell(line, "username")
    stay = _stay(told, clock, ends, table.cell(line, "rejoins"))
    return Row(
        line=line.number,
        name=name,
        email=real_email(table.cell(line, "email")) or real_email(username),
        stable_id=username or None,
        role=table.cell(line, "role").casefold() or None,
        stay=stay,
        total=told.total if stay is None else None,
        present_unknown=stay is None and told.total is None,
    )


def _stay(told: _Told, clock: Clock, ends: datetime | None, rejoins: str) -> Stay | None:
    """Return the only stay; None where there were several, or nobody tells when one ended."""
    joined = clock.moment(told.joined)
    last = clock.moment(told.left) if told.left else None
    if last is not None and last < joined:
        raise UnreadableAttendance("somebody leaves before joining", f"line {told.line.number}")
    if rejoins not in {"", "0"}:
        return None
    if last is None:
        return Stay(joined, max(joined, ends), closed_by_end=True) if ends else None
    # Both ends are cut to minutes, so the time between them is up to one off.
    if told.total is not None and abs(last - joined - told.total) <= _MINUTE:
        return Stay(joined, joined + told.total)
    return Stay(joined, last) if told.total is None else None


def _doubts(row: Row) -> list[Warned]:
    if row.present_unknown:
        return [Warned("no_leave", "neither a leave nor a time in all is told", row.line)]
    if row.stay is None:
        return [Warned("only_total", "came more than once; only the time in all is told", row.line)]
    if row.stay.closed_by_end:
        message = "no leave is told; the stay ends with the meeting"
        return [Warned("no_leave", message, row.line)]
    return []
