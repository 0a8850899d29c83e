"""Webex's API: the participants of a meeting, as the lists of two endpoints tell them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from adapters.attendance import Meeting, Row, Stay, Warned, real_email
from adapters.occurrences import Held, pick
from adapters.payload import Item, as_object, items_of, later, moment_of, seconds_of, text_of
from adapters.webex.roles import ROLES
from lrs.errors import UnreadableAttendance

_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


def participant_rows(items: Any, ends: datetime | None = None) -> tuple[list[Row], list[Warned]]:
    """Return one meeting's participants as rows, one for each stay, and what there is to warn of.

    `items` are those of `GET /meetingParticipants` or `/meetingReports/attendees`; lines count them
    from 1. Whoever has not left, by the list, stays until the meeting `ends` (aware; without it,
    until the last leave). Raises `UnreadableAttendance` naming the item.
    """
    return _rows(list(items_of(items, "items")), ends)


def read_payload(
    payload: Any, expected: datetime | None
) -> tuple[Meeting, list[Row], list[Warned]]:
    """Return the meeting that a payload is about, or the expected one of several.

    Raises `UnreadableAttendance` naming the item, `AmbiguousAttendance` for several meetings.
    """
    of_meeting: dict[str, list[Item]] = {}
    items = payload if isinstance(payload, list) else as_object(payload, "the file").get("items")
    for each in items_of(items, "items"):
        meeting_id = text_of(each.told.get("meetingId"))
        if meeting_id is None:
            raise UnreadableAttendance("a participant is of no meeting", each.place)
        of_meeting.setdefault(meeting_id, []).append(each)
    read = {meeting_id: _rows(listed, None) for meeting_id, listed in of_meeting.items()}
    held = [_held(each, of_meeting[each], rows) for each, (rows, _) in read.items() if rows]
    if not held:
        raise UnreadableAttendance("the file names no participant")
    chosen = pick(held, expected)
    first = of_meeting[chosen[0].key]
    title = next((t for each in first if (t := text_of(each.told.get("meetingTitle")))), None)
    meeting = Meeting(chosen[0].key, title, _starts(first))
    rows = [row for each in chosen for row in read[each.key][0]]
    return meeting, rows, [warned for each in chosen for warned in read[each.key][1]]


def _rows(items: Sequence[Item], ends: datetime | None) -> tuple[list[Row], list[Warned]]:
    rows: list[Row] = []
    warnings: list[Warned] = []
    ends = ends or max((left for item in items for left in _leaves(item)), default=None)
    for item in items:
        state = item.told.get("state")
        stays: list[Stay | None] = list(_stays(item, ends))
        if state == "lobby":
            warnings.append(Warned("lobby", "time in the lobby is not counted", item.number))
        elif not stays and state not in {"joined", "end"}:
            warnings.append(Warned("no_show", "never joined; left out", item.number))
        else:
            if not stays or any(stay is not None and stay.closed_by_end for stay in stays):
                warnings.append(Warned("no_leave", "join or leave time is missing", item.number))
            rows += [_row(item, stay) for stay in stays or [None]]
    return rows, warnings


def _held(meeting_id: str, items: Sequence[Item], rows: Sequence[Row]) -> Held:
    stays = [row.stay for row in rows if row.stay]
    starts = _starts(items) or min((stay.joined for stay in stays), default=_UNKNOWN)
    ends = max((stay.left for stay in stays), default=starts)
    return Held(meeting_id, meeting_id.partition("_I_")[0], starts, ends)


def _starts(items: Sequence[Item]) -> datetime | None:
    told = (moment_of(each.told.get("meetingStartTime"), each.place) for each in items)
    return min((moment for moment in told if moment), default=None)


def _row(item: Item, stay: Stay | None) -> Row:
    told = item.told
    email = real_email(text_of(told.get("email")))
    name = text_of(told.get("displayName")) or email
    if name is None:
        raise UnreadableAttendance("a participant has no name", item.place)
    role = (text_of(told.get("participantType")) or "").casefold()
    if told.get("host") is True or told.get("coHost") is True:
        role = "host" if told.get("host") is True else "co-host"
    return Row(
        line=item.number,
        name=name,
        email=email,
        role=ROLES.get(role),
        stay=stay,
        present_unknown=stay is None,
    )


def _leaves(item: Item) -> Iterator[datetime]:
    for _, place, each in _intervals(item):
        if (left := moment_of(each.get("leftTime"), place)) is not None:
            yield left


def _intervals(item: Item) -> Iterator[Item]:
    """Yield what has a join and a leave time: devices, or else the participant, and breakouts."""
    told, place = item.told, item.place
    devices = list(items_of(told.get("devices"), f"{place}.devices"))
    timed = [each for each in devices if moment_of(each.told.get("joinedTime"), each.place)]
    yield from timed or [item]
    yield from items_of(told.get("breakoutSessionsAttended"), f"{place}.breakoutSessionsAttended")


def _stays(item: Item, ends: datetime | None) -> Iterator[Stay]:
    for _, place, each in _intervals(item):
        joined = moment_of(each.get("joinedTime"), place)
        if joined is None:
            continue
        left = moment_of(each.get("leftTime"), place)
        length = seconds_of(each.get("durationSecond"), place)
        if left is None and length is not None:
            left = later(joined, length, place)
        stay = Stay(joined, left or max(ends or joined, joined), closed_by_end=left is None)
        if stay.left < stay.joined:
            raise UnreadableAttendance("somebody leaves before joining", place)
        yield stay
