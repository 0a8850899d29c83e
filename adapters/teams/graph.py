"""Attendance records of Microsoft Graph, kept as a file: a list, or a report that holds them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from adapters.attendance import (
    Attendance,
    Meeting,
    Row,
    Stay,
    Warned,
    gather,
    homonyms,
    real_email,
)
from adapters.occurrences import Held, pick
from adapters.payload import Item, Object, as_object, items_of, load, moment_of, seconds_of, text_of
from adapters.reader import File, Options
from adapters.teams.cells import plain_name
from adapters.teams.words import ROLES
from lrs.errors import UnreadableAttendance

SIGNS = ('"attendanceIntervals"', '"attendanceRecords"', '"totalAttendanceInSeconds"')
"""Members of Graph's answers that no other tool's have."""
_LONGEST = timedelta(days=366)


def read_records(file: File, options: Options) -> Attendance:
    """Return the attendance that the records tell; times are UTC.

    Graph makes a report each time a meeting starts and stops. Of several the one that is meant
    counts, with its restarts. Raises `UnreadableAttendance`, `AmbiguousAttendance`.
    """
    told = load(file.text)
    listed = told.get("value", told) if isinstance(told, dict) else told
    reports = [_report(listed, "")] if _holds_records(listed) else _reports(listed, options)
    warnings: list[Warned] = []
    records = [each for report in reports for each in report.records]
    if not reports:
        records = list(items_of(listed, "value"))
    rows = [row for record in records for row in _rows(record, warnings)]
    meeting = _meeting([report.held for report in reports])
    people = gather(rows, meeting.id or "graph")
    if not people:
        raise UnreadableAttendance("the file names nobody who was there")
    warnings += homonyms(rows)
    return Attendance("teams", meeting, people, tuple(warnings), file.sha256)


@dataclass(frozen=True)
class _Report:
    """A report's records, and when its meeting was held."""

    held: Held
    records: list[Item]


def _holds_records(told: Any) -> bool:
    return isinstance(told, dict) and "attendanceRecords" in told


def _reports(listed: Any, options: Options) -> list[_Report]:
    """Return the reports of a list that are meant, in order of time; none where it has none."""
    found = [
        _report(each, place) for _, place, each in items_of(listed, "value") if _holds_records(each)
    ]
    if len(found) < 2:
        return found
    by_key = {each.held.key: each for each in found}
    return [by_key[held.key] for held in pick([each.held for each in found], options.expected)]


def _report(told: Object, place: str) -> _Report:
    place = f"{place}." if place else ""
    starts = moment_of(told.get("meetingStartDateTime"), f"{place}meetingStartDateTime")
    ends = moment_of(told.get("meetingEndDateTime"), f"{place}meetingEndDateTime")
    if starts is None or ends is None:
        raise UnreadableAttendance(
            "the report does not say when its meeting was held", place.rstrip(".")
        )
    held = Held(text_of(told.get("id")) or f"{starts}", "", starts, ends)
    records = list(items_of(told["attendanceRecords"], f"{place}attendanceRecords"))
    return _Report(held, records)


def _meeting(held: Sequence[Held]) -> Meeting:
    if not held:
        return Meeting()
    starts, ends = min(each.starts for each in held), max(each.ends for each in held)
    return Meeting(id=held[0].key, starts=starts, ends=ends)


def _rows(item: Item, warnings: list[Warned]) -> Iterator[Row]:
    """Yield a row for each interval of a record, or one for its total."""
    number, place, record = item
    identity = as_object(record.get("identity"), f"{place}.identity")
    mail = text_of(record.get("emailAddress"))
    known = text_of(identity.get("id"))
    name = plain_name(text_of(identity.get("displayName")) or mail or known or "")
    if not name:
        raise UnreadableAttendance("a participant has no name", f"{place}.identity.displayName")
    total = _length(record.get("totalAttendanceInSeconds"), f"{place}.totalAttendanceInSeconds")
    role = (text_of(record.get("role")) or "none").casefold()
    stays = list(_stays(record, place))
    if not stays and not total:
        warnings.append(Warned("no_show", "neither times nor a total are told; left out", number))
        return
    told: list[Stay | None] = [*stays] or [None]
    for stay in told:
        yield Row(
            line=number,
            name=name,
            email=real_email(mail),
            stable_id=known,
            role=None if role == "none" else ROLES.get(role, role),
            stay=stay,
            total=None if stay else total,
        )


def _stays(record: Object, place: str) -> Iterator[Stay]:
    for _, where, interval in items_of(
        record.get("attendanceIntervals"), f"{place}.attendanceIntervals"
    ):
        joined = moment_of(interval.get("joinDateTime"), f"{where}.joinDateTime")
        left = moment_of(interval.get("leaveDateTime"), f"{where}.leaveDateTime")
        length = _length(interval.get("durationInSeconds"), f"{where}.durationInSeconds")
        if joined and not left and length:
            left = joined + length
        if not joined or not left:
            continue  # Graph writes no times where somebody came and went at once
        if left < joined:
            raise UnreadableAttendance("somebody leaves before joining", where)
        yield Stay(joined, left)


def _length(value: Any, place: str) -> timedelta | None:
    length = seconds_of(value, place)
    if length is not None and length > _LONGEST:
        raise UnreadableAttendance("nobody attends for more than a year", place)
    return length
