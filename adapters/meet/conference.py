"""Google Meet's REST API, version 2: participants of a conference record and their sessions.

There are no addresses, only the numbers of Google's users. Each device has a session of its own.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from adapters.attendance import Meeting, Row, Stay, Warned
from adapters.meet.pages import unfinished
from adapters.meet.phones import phone_name
from adapters.payload import Item, Object, as_object, items_of, moment_of, text_of
from lrs.errors import UnreadableAttendance

SIGN = '"conferenceRecords/'
"""What every name in these payloads begins with."""
_KINDS = ("signedinUser", "anonymousUser", "phoneUser")


def conference_rows(
    participants: Any, sessions: Any, ends: datetime | None = None
) -> tuple[list[Row], list[Warned]]:
    """Return a conference's participants as rows, one for each stay, and what there is to warn of.

    `participants` are those of `GET …/participants`, `sessions` those of `…/participantSessions`,
    of all participants in one list, or in lists by participant. Whoever has none was there from
    their earliest start to their latest end. Who has not left stays until the conference `ends`
    (aware; without it, until the last leave). Raises `UnreadableAttendance` naming the item.
    """
    people = list(items_of(participants, "participants"))
    of_person = _by_participant(sessions)
    told = [*people, *(each for listed in of_person.values() for each in listed)]
    ends = ends or max((left for each in told if (left := _left(each))), default=None)
    rows: list[Row] = []
    warnings: list[Warned] = []
    for person in people:
        spans = of_person.get(_name(person), [person])
        stays: list[Stay | None] = list(_stays(spans, ends))
        if not stays or any(stay is not None and stay.closed_by_end for stay in stays):
            warnings.append(Warned("no_leave", "join or leave time is missing", person.number))
        rows += [_row(person, stay) for stay in stays or [None]]
    return rows, warnings


def read_payload(payload: Any) -> tuple[Meeting, list[Row], list[Warned]]:
    """Return the conference of `{conferenceRecord, participants, participantSessions}`.

    Only `participants` is needed. Raises `UnreadableAttendance` naming the item.
    """
    answer = as_object(payload, "the file")
    record = as_object(answer.get("conferenceRecord"), "conferenceRecord")
    starts = moment_of(record.get("startTime"), "conferenceRecord.startTime")
    ends = moment_of(record.get("endTime"), "conferenceRecord.endTime")
    participants = answer.get("participants")
    rows, warnings = conference_rows(participants, answer.get("participantSessions"), ends)
    names = {_conference(_name(each)) for each in items_of(participants, "participants")}
    if len(names) > 1:
        raise UnreadableAttendance("the participants are of several conferences; save one alone")
    conference = text_of(record.get("name")) or next(iter(names), None)
    return Meeting(conference, None, starts, ends), rows, warnings + unfinished(payload)


def _conference(name: str) -> str:
    return "/".join(name.split("/")[:2])


def _by_participant(sessions: Any) -> dict[str, list[Item]]:
    """Return sessions by the name of the participant whose they are."""
    found: dict[str, list[Item]] = {}
    lists = sessions.values() if isinstance(sessions, dict) else [sessions]
    for listed in lists:
        for each in items_of(listed, "participantSessions"):
            person = _name(each).partition("/participantSessions/")[0]
            found.setdefault(person, []).append(each)
    return found


def _name(item: Item) -> str:
    name = text_of(item.told.get("name"))
    if name is None:
        raise UnreadableAttendance("it has no resource name", item.place)
    return name


def _joined(item: Item) -> datetime | None:
    told = item.told.get("startTime") or item.told.get("earliestStartTime")
    return moment_of(told, item.place)


def _left(item: Item) -> datetime | None:
    return moment_of(item.told.get("endTime") or item.told.get("latestEndTime"), item.place)


def _stays(spans: Sequence[Item], ends: datetime | None) -> Iterator[Stay]:
    for span in spans:
        joined, left = _joined(span), _left(span)
        if joined is None:
            continue
        stay = Stay(joined, left or max(joined, ends or joined), closed_by_end=left is None)
        if stay.left < stay.joined:
            raise UnreadableAttendance("somebody leaves before joining", span.place)
        yield stay


def _row(person: Item, stay: Stay | None) -> Row:
    kind, user = _user(person)
    name = text_of(user.get("displayName"))
    number = (text_of(user.get("user")) or "").removeprefix("users/") or None
    if kind == "phoneUser":
        name = phone_name(name)
    return Row(
        line=person.number,
        name=name or f"Anonymous {_name(person).rpartition('/')[2]}",
        stable_id=number if kind == "signedinUser" else None,
        stay=stay,
        present_unknown=stay is None,
    )


def _user(person: Item) -> tuple[str, Object]:
    for kind in _KINDS:
        if kind in person.told:
            return kind, as_object(person.told[kind], f"{person.place}.{kind}")
    raise UnreadableAttendance("it is no kind of user that is known", person.place)
