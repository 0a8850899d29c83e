"""Attendance records of Microsoft Graph, kept as a file: a list, or a report that holds them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
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
from adapters.payload import Object, as_object, load, moment_of, objects, seconds_of, text_of
from adapters.reader import File
from adapters.teams.cells import plain_name
from adapters.teams.words import ROLES
from lrs.errors import UnreadableAttendance

SIGNS = ('"attendanceIntervals"', '"attendanceRecords"', '"totalAttendanceInSeconds"')
"""Members of Graph's answers that no other tool's have."""
_BEGINNING_OF_TIME = 2000
_LONGEST = timedelta(days=366)


def read_records(file: File) -> Attendance:
    """Return the attendance that the records tell; times are UTC. Raises `UnreadableAttendance`."""
    told = load(file.text)
    report = _report(told)
    warnings: list[Warned] = []
    rows = [
        row
        for number, (place, record) in enumerate(_records(told, report), start=1)
        for row in _rows(record, place, number, warnings)
    ]
    meeting = Meeting(
        id=text_of(report.get("id")),
        starts=_moment(report.get("meetingStartDateTime"), "meetingStartDateTime"),
        ends=_moment(report.get("meetingEndDateTime"), "meetingEndDateTime"),
    )
    people = gather(rows, meeting.id or "graph")
    if not people:
        raise UnreadableAttendance("the file names nobody who was there")
    warnings += homonyms(rows)
    return Attendance("teams", meeting, people, tuple(warnings), file.sha256)


def _report(told: Any) -> Object:
    """Return the report that holds the records; empty where they are only a list.

    Raises `UnreadableAttendance` for several reports: which of them is meant is the caller's to say.
    """
    if isinstance(told, dict) and "attendanceRecords" in told:
        return told
    listed = told.get("value") if isinstance(told, dict) else told
    reports = [each for _, each in objects(listed, "value") if "attendanceRecords" in each]
    if len(reports) > 1:
        raise UnreadableAttendance("the file holds several reports; one at a time is read", "value")
    return reports[0] if reports else {}


def _records(told: Any, report: Object) -> Iterator[tuple[str, Object]]:
    if report:
        return objects(report["attendanceRecords"], "attendanceRecords")
    return objects(told.get("value") if isinstance(told, dict) else told, "value")


def _rows(record: Object, place: str, number: int, warnings: list[Warned]) -> Iterator[Row]:
    """Yield a row for each interval of a record, or one for its total."""
    identity = as_object(record.get("identity"), f"{place}.identity")
    mail = text_of(record.get("emailAddress"))
    name = plain_name(text_of(identity.get("displayName")) or mail or "")
    if not name:
        raise UnreadableAttendance("a participant has no name", f"{place}.identity.displayName")
    total = _length(record.get("totalAttendanceInSeconds"), f"{place}.totalAttendanceInSeconds")
    role = (text_of(record.get("role")) or "none").casefold()
    stays = list(_stays(record, place))
    if not stays and not total:
        warnings.append(
            Warned("not_there", f"{name}: neither times nor a total; taken as not there")
        )
        return
    told: list[Stay | None] = [*stays] or [None]
    for stay in told:
        yield Row(
            line=number,
            name=name,
            email=real_email(mail),
            stable_id=text_of(identity.get("id")),
            role=None if role == "none" else ROLES.get(role, role),
            stay=stay,
            total=None if stay else total,
        )


def _stays(record: Object, place: str) -> Iterator[Stay]:
    intervals = objects(record.get("attendanceIntervals"), f"{place}.attendanceIntervals")
    for where, interval in intervals:
        joined = _moment(interval.get("joinDateTime"), f"{where}.joinDateTime")
        left = _moment(interval.get("leaveDateTime"), f"{where}.leaveDateTime")
        length = _length(interval.get("durationInSeconds"), f"{where}.durationInSeconds")
        if joined and not left and length:
            left = joined + length
        if not joined or not left:
            continue  # Graph writes no times where somebody came and went at once
        if left < joined:
            raise UnreadableAttendance("somebody leaves before joining", where)
        yield Stay(joined, left)


def _moment(value: Any, place: str) -> datetime | None:
    """Return a time; None for none, and for the year 1 that stands for none."""
    moment = moment_of(value, place)
    return moment if moment and moment.year >= _BEGINNING_OF_TIME else None


def _length(value: Any, place: str) -> timedelta | None:
    length = seconds_of(value, place)
    if length is not None and length > _LONGEST:
        raise UnreadableAttendance("nobody attends for more than a year", place)
    return length
