"""Google's Admin reports: the `call_ended` events of Meet, one for each device that left a call."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from adapters.attendance import Meeting, Row, Stay, Warned, real_email
from adapters.meet.pages import unfinished
from adapters.meet.phones import phone_name
from adapters.occurrences import Held, pick
from adapters.payload import (
    Item,
    as_object,
    items_of,
    later,
    moment_of,
    seconds_of,
    text_of,
)
from lrs.errors import UnreadableAttendance

SIGN = '"call_ended"'
"""The event's name; the activities of other applications have others."""


class Call(NamedTuple):
    """One device's call: the row, and the conference it was part of."""

    conference: str
    code: str
    """The meeting's code, the same for all recurrences."""
    row: Row


def call_rows(items: Any) -> list[Call]:
    """Return the calls that the items of `activity/…/applications/meet` tell of, in their order.

    A call's end is the activity's time, its start lies `duration_seconds` before. Lines count the
    items from 1. Raises `UnreadableAttendance` naming the item.
    """
    return [
        _call(item, event)
        for item in items_of(items, "items")
        for event in items_of(item.told.get("events"), f"{item.place}.events")
        if event.told.get("name") == "call_ended"
    ]


def read_payload(
    payload: Any, expected: datetime | None
) -> tuple[Meeting, list[Row], list[Warned]]:
    """Return the conference that an answer tells of, or the expected one of several.

    Raises `UnreadableAttendance` naming the item, `AmbiguousAttendance` for several conferences.
    """
    items = payload if isinstance(payload, list) else as_object(payload, "the file").get("items")
    of_conference: dict[str, list[Call]] = {}
    for call in call_rows(items):
        of_conference.setdefault(call.conference, []).append(call)
    if not of_conference:
        raise UnreadableAttendance("the file tells of no call that has ended")
    chosen = pick([_held(calls) for calls in of_conference.values()], expected)
    rows = [call.row for each in chosen for call in of_conference[each.key]]
    return Meeting(id=chosen[0].key), rows, unfinished(payload)


def _held(calls: Sequence[Call]) -> Held:
    stays = [call.row.stay for call in calls if call.row.stay]
    starts, ends = min(stay.joined for stay in stays), max(stay.left for stay in stays)
    return Held(calls[0].conference, calls[0].code, starts, ends)


def _call(item: Item, event: Item) -> Call:
    told = _parameters(event)
    at = as_object(item.told.get("id"), f"{item.place}.id")
    left = moment_of(at.get("time"), f"{item.place}.id.time")
    length = seconds_of(told.get("duration_seconds"), f"{event.place}.duration_seconds")
    if left is None or length is None:
        raise UnreadableAttendance("a call has no end or no duration", event.place)
    code = text_of(told.get("meeting_code")) or ""
    conference = text_of(told.get("conference_id")) or code
    if not conference:
        raise UnreadableAttendance("a call is of no conference", event.place)
    stay = Stay(later(left, -length, event.place), left)
    return Call(conference, code, _row(item, told, stay))


def _row(item: Item, told: Mapping[str, Any], stay: Stay) -> Row:
    actor = as_object(item.told.get("actor"), f"{item.place}.actor")
    kind, identifier = told.get("identifier_type"), text_of(told.get("identifier"))
    name = text_of(told.get("display_name"))
    email = real_email(identifier) if kind == "email_address" else None
    email = email or real_email(text_of(actor.get("email")))
    if kind == "phone_number":
        name, email = phone_name(identifier or name), None
    endpoint = text_of(told.get("endpoint_id")) or str(item.number)
    name = name or email or f"Anonymous {endpoint}"
    return Row(line=item.number, name=name, email=email, stay=stay)


def _parameters(event: Item) -> dict[str, Any]:
    """Return an event's parameters by name; numbers come as texts, `intValue`."""
    found: dict[str, Any] = {}
    for each in items_of(event.told.get("parameters"), f"{event.place}.parameters"):
        name = text_of(each.told.get("name"))
        values = (each.told.get(kind) for kind in ("value", "intValue", "boolValue"))
        value = next((value for value in values if value is not None), None)
        if name is not None and value is not None:
            found[name] = value
    return found
