"""Attendance as xAPI: one `attended` for each person, `join` and `leave` for each stay.

A statement's id covers its content and nothing else: the same facts exported again, in another file
or on another day, give the same ids. So the file's hash and its rows stay out of the statements;
whoever imports keeps them with the import.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import tincan

from adapters.attendance import Attendance, Participant, shown

_IDS = UUID("6f0b4a52-63ab-5b6c-8a2e-0c1f3b7d9e11")
ADAPTER_VERSION = "1"
ATTENDED = "http://adlnet.gov/expapi/verbs/attended"
JOIN = "http://activitystrea.ms/join"
LEAVE = "http://activitystrea.ms/leave"
VERBS = {ATTENDED: "attended", JOIN: "joined", LEAVE: "left"}
MEETING = "http://adlnet.gov/expapi/activities/meeting"
PROFILE = "http://adlnet.gov/expapi/activities/profile"
VIRTUAL_CLASSROOM = "https://w3id.org/xapi/virtual-classroom"
ADAPTER = "https://w3id.org/bichron/adapter/"
PROVENANCE = "https://w3id.org/bichron/extensions/provenance"
HELD = "https://w3id.org/bichron/extensions/held"
SESSION_ID = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
PLATFORMS = {
    "zoom": ("Zoom", "https://zoom.us"),
    "teams": ("Microsoft Teams", "https://teams.microsoft.com"),
    "bigbluebutton": ("BigBlueButton", "https://bigbluebutton.org"),
    "adobe-connect": ("Adobe Connect", "https://www.adobeconnect.com"),
    "class": ("Class", "https://www.class.com"),
    "signin-sheet": ("Sign-in sheet", "https://w3id.org/bichron/sign-in-sheet"),
    "meet": ("Google Meet", "https://meet.google.com"),
    "webex": ("Cisco Webex", "https://webex.com"),
    "goto": ("GoTo", "https://goto.com"),
}


@dataclass(frozen=True)
class Occurrence:
    """The planned session that a file is about."""

    session_id: str
    session_title: str
    program: str
    starts: datetime
    ends: datetime
    mode: str


def statements(attendance: Attendance, occurrence: Occurrence) -> list[tincan.Statement]:
    """Return the statements of an attendance, in order of its people. Valid in 1.0.3 and 2.0."""
    context = _context(attendance, occurrence)
    return [
        statement
        for person in attendance.participants
        for statement in _of_person(person, attendance, occurrence, context)
    ]


def meeting_activity_id(attendance: Attendance, occurrence: Occurrence) -> str:
    """Return the activity that all statements about a meeting's instance have in their context.

    A file that does not say which meeting it is, and when, is about the session as a whole.
    """
    meeting = attendance.meeting
    if meeting.id is not None and meeting.starts is not None:
        instance = f"{meeting.id}\n{shown(meeting.starts)}"
    else:
        instance = occurrence.session_id
    return f"urn:bichron:meeting:{attendance.tool}:{uuid5(_IDS, instance)}"


def replaced(earlier: Iterable[dict[str, Any]], kept: Collection[str]) -> list[str]:
    """Return the ids of earlier statements about the meeting that are not to be kept."""
    return [
        each["id"] for each in earlier if each["id"] not in kept and each["verb"]["id"] in VERBS
    ]


def _of_person(
    person: Participant, attendance: Attendance, occurrence: Occurrence, context: dict[str, Any]
) -> Iterator[tincan.Statement]:
    actor = _actor(person, attendance, occurrence)
    about = context | {"extensions": context["extensions"] | {PROVENANCE: _provenance(person)}}
    first = person.stays[0].joined if person.stays else None
    at = first or attendance.meeting.starts or occurrence.starts
    result = {"duration": _duration(person.present), "completion": True}
    yield _statement(actor, ATTENDED, occurrence, about, at, result)
    for stay in person.stays:
        yield _statement(actor, JOIN, occurrence, about, stay.joined)
        if not stay.closed_by_end:
            yield _statement(actor, LEAVE, occurrence, about, stay.left)


def _statement(
    actor: dict[str, Any],
    verb: str,
    occurrence: Occurrence,
    context: dict[str, Any],
    at: datetime,
    result: dict[str, Any] | None = None,
) -> tincan.Statement:
    content = {
        "actor": actor,
        "verb": {"id": verb, "display": {"en": VERBS[verb]}},
        "object": {
            "objectType": "Activity",
            "id": occurrence.session_id,
            "definition": {"type": MEETING, "name": {"und": occurrence.session_title}},
        },
        "context": context,
        "timestamp": shown(at),
    }
    if result is not None:
        content["result"] = result
    identity = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return tincan.Statement({**content, "id": str(uuid5(_IDS, identity))})


def _context(attendance: Attendance, occurrence: Occurrence) -> dict[str, Any]:
    instance = meeting_activity_id(attendance, occurrence)
    platform, _ = PLATFORMS[attendance.tool]
    extensions: dict[str, Any] = {SESSION_ID: instance.rpartition(":")[2]}
    if attendance.meeting.starts and attendance.meeting.ends:
        extensions[HELD] = {
            "starts": shown(attendance.meeting.starts),
            "ends": shown(attendance.meeting.ends),
        }
    return {
        "platform": platform,
        "contextActivities": {
            "grouping": [
                {"objectType": "Activity", "id": instance, "definition": {"type": MEETING}}
            ],
            "category": [_profile(VIRTUAL_CLASSROOM), _profile(ADAPTER + attendance.tool)],
        },
        "extensions": extensions,
    }


def _profile(iri: str) -> dict[str, Any]:
    return {"objectType": "Activity", "id": iri, "definition": {"type": PROFILE}}


def _provenance(person: Participant) -> dict[str, Any]:
    return {
        "adapter_version": ADAPTER_VERSION,
        "confidence": person.confidence,
        "role": person.role,
    }


def _actor(person: Participant, attendance: Attendance, occurrence: Occurrence) -> dict[str, Any]:
    if person.email is not None:
        return {"objectType": "Agent", "name": person.name, "mbox": f"mailto:{person.email}"}
    _, home = PLATFORMS[attendance.tool]
    # A name alone says who somebody is only within their meeting.
    instance = meeting_activity_id(attendance, occurrence).rpartition(":")[2]
    account = {"homePage": f"{home}/meetings/{instance}", "name": person.key.partition(":")[2]}
    return {"objectType": "Agent", "name": person.name, "account": account}


def _duration(length: timedelta) -> str:
    seconds = length.total_seconds()
    return f"PT{seconds:.3f}".rstrip("0").rstrip(".") + "S"
