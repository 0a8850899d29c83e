"""GoTo's APIs: the attendees of a session, as GoToWebinar and GoToTraining list them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.attendance import Meeting, Row, Stay, Warned, real_email
from adapters.occurrences import Held, pick
from adapters.payload import Item, items_of, minutes_of, moment_of, seconds_of, text_of
from lrs.errors import UnreadableAttendance

SIGNS = ('"attendanceTimeInSeconds"', '"inSessionTimes"')
"""Names that only these payloads have."""
_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


def attendee_rows(attendees: Any) -> tuple[list[Row], list[Warned]]:
    """Return a session's attendees as rows, one for each stay, and what there is to warn of.

    `attendees` are the items of GoToWebinar's `…/sessions/{key}/attendees` or GoToTraining's
    `/reports/…/sessions/{key}/attendees`; lines count them from 1. Registrants who never came are
    left out. Raises `UnreadableAttendance` naming the item.
    """
    return _rows(list(items_of(attendees, "attendees")))


def read_payload(
    payload: Any, expected: datetime | None
) -> tuple[Meeting, list[Row], list[Warned]]:
    """Return the session that a payload is about, or the expected one of several.

    Raises `UnreadableAttendance` naming the item, `AmbiguousAttendance` for several sessions.
    """
    attendees = payload.get("data") if isinstance(payload, dict) else payload
    of_session: dict[str, list[Item]] = {}
    for each in items_of(attendees, "attendees"):
        of_session.setdefault(text_of(each.told.get("sessionKey")) or "", []).append(each)
    read = {key: _rows(listed) for key, listed in of_session.items()}
    held = [_held(key, rows) for key, (rows, _) in read.items() if rows]
    if not held:
        raise UnreadableAttendance("the file names no participant who was there")
    chosen = pick(held, expected)
    rows = [row for each in chosen for row in read[each.key][0]]
    warnings = [warned for each in chosen for warned in read[each.key][1]]
    return Meeting(id=chosen[0].key or None), rows, warnings


def _held(key: str, rows: list[Row]) -> Held:
    stays = [row.stay for row in rows if row.stay]
    starts = min((stay.joined for stay in stays), default=_UNKNOWN)
    return Held(key, key, starts, max((stay.left for stay in stays), default=starts))


def _rows(attendees: Sequence[Item]) -> tuple[list[Row], list[Warned]]:
    rows: list[Row] = []
    warnings: list[Warned] = []
    for each in attendees:
        total = _total(each)
        stays = list(_stays(each))
        whole = [stay for stay in stays if stay]
        if len(whole) < len(stays):
            warnings.append(Warned("no_leave", "join or leave time is missing", each.number))
        if (total and len(whole) < len(stays)) or (not whole and (total or stays)):
            rows.append(_row(each, None, total))
        elif whole:
            rows += [_row(each, stay, None) for stay in whole]
        else:
            warnings.append(Warned("no_show", "registered, never came; left out", each.number))
    return rows, warnings


def _stays(attendee: Item) -> Iterator[Stay | None]:
    """Yield an attendee's stays; None for one of which a time is missing."""
    for name in ("attendance", "inSessionTimes"):
        for _, place, each in items_of(attendee.told.get(name), f"{attendee.place}.{name}"):
            joined = moment_of(each.get("joinTime"), place)
            left = moment_of(each.get("leaveTime"), place)
            if joined and left and left < joined:
                raise UnreadableAttendance("somebody leaves before joining", place)
            yield Stay(joined, left) if joined and left else None


def _total(attendee: Item) -> timedelta | None:
    in_seconds = seconds_of(attendee.told.get("attendanceTimeInSeconds"), attendee.place)
    in_minutes = minutes_of(attendee.told.get("timeInSession"), attendee.place)
    return in_seconds if in_seconds is not None else in_minutes


def _row(attendee: Item, stay: Stay | None, total: timedelta | None) -> Row:
    told = attendee.told
    parts = (text_of(told.get(e)) for e in ("firstName", "givenName", "lastName", "surname"))
    email = real_email(text_of(told.get("email")))
    name = " ".join(filter(None, parts)) or email
    if name is None:
        raise UnreadableAttendance("a participant has no name", attendee.place)
    return Row(
        line=attendee.number,
        name=name,
        email=email,
        # A registrant's key is another one for each webinar; an address says more.
        stable_id=None if email else text_of(told.get("registrantKey")),
        stay=stay,
        total=total,
        present_unknown=not stay and not total,
    )
