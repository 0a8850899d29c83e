"""Attendance as xAPI: one `attended` for each person present, `join` and `leave` for each stay.

What people did in the meeting (`adapters.acts`) is told too; whoever only did something, as a chat
tells, is not thereby said to have attended.

A statement's id covers its content and nothing else: the same facts exported again, in another file
or on another day, give the same ids. So the file's hash and its rows stay out of the statements;
whoever imports keeps them with the import.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid5

import tincan

from adapters.acts import WORDS, act_kind, counted, deed
from adapters.attendance import ActKind, Attendance, Participant, merged, shown

_IDS = UUID("6f0b4a52-63ab-5b6c-8a2e-0c1f3b7d9e11")
ADAPTER_VERSION = "2"
"""Of what is written; it changes with the shape of the statements."""
ATTENDED = "http://adlnet.gov/expapi/verbs/attended"
JOIN = "http://activitystrea.ms/join"
LEAVE = "http://activitystrea.ms/leave"
PRESENCE = {ATTENDED: "attended", JOIN: "joined", LEAVE: "left"}
VERBS = PRESENCE | WORDS
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
    return [each for _, told in by_person(attendance, occurrence) for each in told]


def by_person(
    attendance: Attendance, occurrence: Occurrence
) -> Iterator[tuple[Participant, list[tincan.Statement]]]:
    """Yield each participant with the statements about them; each statement only once."""
    context = _context(attendance, occurrence)
    seen: set[str] = set()
    for person in attendance.participants:
        told = list(_of_person(person, attendance, occurrence, context))
        # Two participants of a file may be one actor: two ids at a tool, one address.
        yield person, [each for each in told if str(each.id) not in seen]
        seen.update(str(each.id) for each in told)


def meeting_activity_id(attendance: Attendance, occurrence: Occurrence) -> str:
    """Return the activity that all statements about a meeting's instance have in their context.

    A file that does not say which meeting it is, and when, is about the session as a whole.
    """
    meeting = attendance.meeting
    if meeting.id is None or meeting.starts is None:
        return session_activity_id(attendance.tool, occurrence)
    return _instance(attendance.tool, f"{meeting.id}\n{shown(meeting.starts)}")


def session_activity_id(tool: str, occurrence: Occurrence) -> str:
    """Return the activity that stands for a tool's meeting in a session, whichever it was."""
    return _instance(tool, occurrence.session_id)


def _instance(tool: str, name: str) -> str:
    return f"urn:bichron:meeting:{tool}:{uuid5(_IDS, name)}"


def kind_of(statement: Mapping[str, Any]) -> Literal["presence"] | ActKind | None:
    """Return the kind of what a statement tells; imports replace each other kind by kind."""
    return "presence" if statement["verb"]["id"] in PRESENCE else act_kind(statement)


def replaced(earlier: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the ids of earlier statements about a meeting that new ones no longer bear out.

    An import replaces only the kinds that it tells: a chat leaves presence alone, and a list of
    participants leaves what was said in the chat.
    """
    kept = {each["id"]: kind_of(each) for each in new}
    told = {*kept.values()} - {None}
    return [each["id"] for each in earlier if each["id"] not in kept and kind_of(each) in told]


def _of_person(
    person: Participant, attendance: Attendance, occurrence: Occurrence, context: dict[str, Any]
) -> Iterator[tincan.Statement]:
    actor = _actor(person, attendance, occurrence)
    provenance = _provenance(person, attendance)
    about = context | {"extensions": context["extensions"] | {PROVENANCE: provenance}}
    session = _session(occurrence)
    first = person.stays[0].joined if person.stays else None
    at = first or attendance.meeting.starts or occurrence.starts
    if person.stays or person.total is not None or person.present_unknown:
        yield _statement(actor, ATTENDED, session, about, at, _presence(person))
    for stay in merged(person.stays):
        yield _statement(actor, JOIN, session, about, stay.joined)
        if not stay.closed_by_end:
            yield _statement(actor, LEAVE, session, about, stay.left)
    instance = meeting_activity_id(attendance, occurrence)
    parent = {"parent": [{**session, "definition": {"type": MEETING}}]}
    within = about | {"contextActivities": about["contextActivities"] | parent}
    for act in counted(person.acts):
        verb, thing, result = deed(act, instance, person.key)
        where = about if thing is None else within
        yield _statement(actor, verb, thing or session, where, act.at or at, result)


def _statement(
    actor: dict[str, Any],
    verb: str,
    about: dict[str, Any],
    context: dict[str, Any],
    at: datetime,
    result: dict[str, Any] | None = None,
) -> tincan.Statement:
    content = {
        "actor": actor,
        "verb": {"id": verb, "display": {"en": VERBS[verb]}},
        "object": about,
        "context": context,
        "timestamp": shown(at),
    }
    if result:
        content["result"] = result
    # What a session is called may change; that changes no fact. Other objects' ids tell what they are.
    identity = json.dumps(content | {"object": about["id"]}, sort_keys=True, ensure_ascii=False)
    # tincan renames keys of what it is given, which the next statement shares.
    return tincan.Statement({**deepcopy(content), "id": str(uuid5(_IDS, identity))})


def _session(occurrence: Occurrence) -> dict[str, Any]:
    return {
        "objectType": "Activity",
        "id": occurrence.session_id,
        "definition": {"type": MEETING, "name": {"und": occurrence.session_title}},
    }


def _presence(person: Participant) -> dict[str, Any]:
    """Return the result of having attended; without a duration where the source gives none."""
    if person.stays or person.total is not None:
        return {"duration": _duration(person.present), "completion": True}
    return {"completion": True}


def _context(attendance: Attendance, occurrence: Occurrence) -> dict[str, Any]:
    instance = meeting_activity_id(attendance, occurrence)
    platform, _ = _platform(attendance.tool)
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


def _platform(tool: str) -> tuple[str, str]:
    """Return a tool's name and home page; a third party's adapter is its own."""
    return PLATFORMS.get(tool, (tool, ADAPTER + tool))


def _provenance(person: Participant, attendance: Attendance) -> dict[str, Any]:
    return {
        "tool": attendance.tool,
        "adapter_version": ADAPTER_VERSION,
        "confidence": person.confidence,
        "role": person.role,
    }


def _actor(person: Participant, attendance: Attendance, occurrence: Occurrence) -> dict[str, Any]:
    if person.email is not None:
        return {"objectType": "Agent", "name": person.name, "mbox": f"mailto:{person.email}"}
    _, home = _platform(attendance.tool)
    # A name alone says who somebody is only within their meeting.
    instance = meeting_activity_id(attendance, occurrence).rpartition(":")[2]
    account = {"homePage": f"{home}/meetings/{instance}", "name": person.key.partition(":")[2]}
    return {"objectType": "Agent", "name": person.name, "account": account}


def _duration(length: timedelta) -> str:
    seconds = length.total_seconds()
    return f"PT{seconds:.3f}".rstrip("0").rstrip(".") + "S"
