"""Answers of Zoom's API: a report's or the dashboard's participants, polls and questions.

The same payloads come from a pull and from files that they were saved to. Addresses of networks and
devices, and telephone numbers, are not read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from adapters.attendance import (
    Attendance,
    Meeting,
    Participant,
    Row,
    Stay,
    Warned,
    gather,
    homonyms,
    real_email,
    shown,
)
from adapters.payload import Item, Object, items_of, moment_of, seconds_of, text_of
from adapters.zoom.facts import meeting_number
from adapters.zoom.identities import identified
from adapters.zoom.names import at_once
from lrs.errors import UnreadableAttendance

_MOVE = timedelta(seconds=30)
"""How long a move between the meeting and a breakout room takes at most."""
_IDS = ("participant_user_id", "id")
_NUMBERS = ("id", "meeting_id", "meeting_number")


class _Record(NamedTuple):
    """One record: a stay in the meeting or in one of its rooms, and by what the person is known."""

    row: Row
    room: bool
    tokens: frozenset[str]


def participants_from_report(payloads: Iterable[Object], meeting: Object | None) -> Attendance:
    """Return the attendance that the pages of one meeting's participants tell.

    Takes `report/meetings/{id}/participants`, `past_meetings/{id}/participants`,
    `metrics/meetings/{id}/participants` and the same of webinars; `meeting` is the answer of
    `report/meetings/{id}` or `past_meetings/{id}`, None where it is not known. Time in the waiting
    room is left out; a move to a breakout room is no leave. Lines count records over all pages,
    from 1. Raises `UnreadableAttendance`, naming the record as `participants[3]`.
    """
    pages = list(payloads)
    items = _items(pages)
    about = meeting_told(meeting or {}, pages)
    let_in, warnings = _let_in(items)
    ends = about.ends or max((time for each in let_in for time in _times(each)), default=None)
    records = [_record(each, ends) for each in let_in]
    rows = identified([each.row for each in records], [each.tokens for each in records])
    rooms = frozenset(each.row.line for each in records if each.room)
    by_line = {row.line: row for row in rows}
    gathered = gather(rows, _scope(about, rows))
    people = tuple(_without_rooms(each, by_line, rooms) for each in gathered)
    if not people:
        raise UnreadableAttendance("the report names nobody who was in the meeting")
    warnings += [*_open(rows), *homonyms(rows), *at_once(people), *_missing(pages, len(items))]
    return Attendance("zoom", about, people, tuple(warnings))


def meeting_told(meeting: Object, pages: Sequence[Object]) -> Meeting:
    """Return the meeting by its report, or by what the pages tell of it. Its number is its id.

    A number names a room and an instance only together with the start.
    """
    told = [meeting, *pages]
    numbers = (meeting_number(text_of(each.get(key))) for each in told for key in _NUMBERS)
    uuids = (text_of(each.get("uuid")) for each in told)
    return Meeting(
        id=next(filter(None, numbers), None) or next(filter(None, uuids), None),
        title=next(filter(None, (text_of(each.get("topic")) for each in told)), None),
        starts=next(filter(None, (_moment(each, "start_time") for each in told)), None),
        ends=next(filter(None, (_moment(each, "end_time") for each in told)), None),
    )


def _moment(told: Object, key: str) -> datetime | None:
    return moment_of(told.get(key), key)


def _items(pages: Sequence[Object]) -> list[Item]:
    """Return the records of all pages, numbered throughout."""
    records = [
        item.told for page in pages for item in items_of(page.get("participants"), "participants")
    ]
    return list(items_of(records, "participants"))


def _let_in(items: Sequence[Item]) -> tuple[list[Item], list[Warned]]:
    """Return the records of who was in the meeting, and what there is to say of the others."""
    kept: list[Item] = []
    warnings: list[Warned] = []
    for each in items:
        status = text_of(each.told.get("status")) or "in_meeting"
        if status == "in_waiting_room":
            message = "time in the waiting room is not counted"
            warnings.append(Warned("waiting_room", message, each.number))
        elif status != "in_meeting":
            message = f"the status {status[:40]!r} is not known; left out"
            warnings.append(Warned("unknown_status", message, each.number))
        elif _name(each.told) is None:
            warnings.append(Warned("no_name", "nobody is named; left out", each.number))
        else:
            kept.append(each)
    return kept, warnings


def _record(item: Item, ends: datetime | None) -> _Record:
    told = item.told
    email = real_email(text_of(told.get("user_email")) or text_of(told.get("email")))
    stay = _stay(item, ends)
    total = None if stay else seconds_of(told.get("duration"), item.place)
    row = Row(
        line=item.number,
        name=_name(told) or "",
        email=email,
        role=text_of(told.get("role")),
        stay=stay,
        total=total,
        present_unknown=stay is None and total is None,
    )
    ids = {f"id:{each}" for key in _IDS if (each := text_of(told.get(key)))}
    registrant = text_of(told.get("registrant_id"))
    more = {f"registrant:{registrant}"} if registrant else set()
    mail = {f"mail:{email}"} if email else set()
    return _Record(row, text_of(told.get("bo_mtg_id")) is not None, frozenset(ids | more | mail))


def _name(told: Object) -> str | None:
    names = (text_of(told.get(key)) for key in ("name", "user_name", "user_email", "email"))
    return next(filter(None, names), None)


def _times(item: Item) -> list[datetime]:
    told = (moment_of(item.told.get(key), item.place) for key in ("join_time", "leave_time"))
    return [time for time in told if time]


def _stay(item: Item, ends: datetime | None) -> Stay | None:
    joined = moment_of(item.told.get("join_time"), item.place)
    left = moment_of(item.told.get("leave_time"), item.place)
    if joined is None:
        return None
    if left is None:
        return Stay(joined, max(joined, ends or joined), closed_by_end=True)
    if left < joined:
        raise UnreadableAttendance("somebody leaves before joining", item.place)
    return Stay(joined, left)


def _scope(meeting: Meeting, rows: Sequence[Row]) -> str:
    first = min((row.stay.joined for row in rows if row.stay), default=None)
    return meeting.id or shown(first) or ""


def _without_rooms(
    person: Participant, rows: Mapping[int, Row], rooms: frozenset[int]
) -> Participant:
    """Return a participant whose stays in rooms are part of the stay in the meeting around them."""
    if rooms.isdisjoint(person.rows):
        return person
    told = sorted((stay, line in rooms) for line in person.rows if (stay := rows[line].stay))
    stays: list[tuple[Stay, bool]] = []
    for stay, room in told:
        if stays and (room or stays[-1][1]) and stay.joined - stays[-1][0].left <= _MOVE:
            stays[-1] = _around(stays[-1], (stay, room))
        else:
            stays.append((stay, room))
    return replace(person, stays=tuple(stay for stay, _ in stays))


def _around(earlier: tuple[Stay, bool], later: tuple[Stay, bool]) -> tuple[Stay, bool]:
    """Return the stay that two make, and whether it ends in a room."""
    last, room = max(earlier, later, key=lambda each: each[0].left)
    return Stay(earlier[0].joined, last.left, last.closed_by_end), room


def _open(rows: Sequence[Row]) -> Iterator[Warned]:
    for row in rows:
        if row.stay is not None and row.stay.closed_by_end:
            message = "no leave is told; the stay ends with the meeting"
            yield Warned("no_leave", message, row.line)


def _missing(pages: Sequence[Object], told: int) -> Iterator[Warned]:
    """Warn where the pages tell of records that they do not hold."""
    totals = [each["total_records"] for each in pages if isinstance(each.get("total_records"), int)]
    if told < max(totals, default=0):
        message = (
            f"the report has {max(totals)} records and {told} of them are here: pages are missing"
        )
        yield Warned("pages_missing", message)
