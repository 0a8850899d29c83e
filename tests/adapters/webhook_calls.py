"""Calls as meeting tools make them: signed, in the tools' own shapes."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson

SECRET = "a secret of the tool's"
MEETING = "85218486288"
UUID = "4444AAAiAAAAAiAiAiiAii=="
STARTS = datetime(2026, 10, 9, 14, 0, 7, tzinfo=UTC)
Object = dict[str, Any]


def at(minutes: float) -> datetime:
    """Return a moment so long after the meeting's start."""
    return STARTS + timedelta(minutes=minutes)


def told(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def zoom_signature(body: bytes, sent: datetime, secret: str = SECRET) -> dict[str, str]:
    """Return the headers of a call that was sent at a moment."""
    seconds = str(int(sent.timestamp()))
    signed = b"v0:" + seconds.encode() + b":" + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return {"x-zm-request-timestamp": seconds, "x-zm-signature": f"v0={digest}"}


def zoom_event(happened: str, moment: datetime, who: Object | None = None, **more: Any) -> Object:
    """Return an event of the meeting; `who` is the participant, but for the time."""
    meeting = {
        "id": MEETING,
        "uuid": UUID,
        "topic": "Coaching lab",
        "start_time": told(STARTS),
        "timezone": "Europe/Berlin",
        **more,
    }
    if happened == "ended":
        meeting["end_time"] = told(moment)
    if who is not None:
        when = {"joined": "join_time", "left": "leave_time"}
        key = next((when[part] for part in happened.split("_") if part in when), "date_time")
        if "waiting" in happened:
            key = "date_time"
        meeting["participant"] = {**who, key: told(moment)}
    return {
        "event": f"meeting.{happened}",
        "event_ts": millis(moment),
        "payload": {"account_id": "AAAAAABBBB", "object": meeting},
    }


def zoom_person(name: str, number: int = 1, **more: Any) -> Object:
    """Return a participant; another number is another connection."""
    connection = f"{name}-{number}"
    return {"user_id": connection, "participant_uuid": connection, "user_name": name, **more}


def webex_signature(body: bytes, algorithm: str = "sha1") -> dict[str, str]:
    return {"x-spark-signature": hmac.new(SECRET.encode(), body, algorithm).hexdigest()}


def webex_event(resource: str, event: str, data: Object) -> Object:
    return {
        "id": "the webhook's",
        "name": "Bichron",
        "resource": resource,
        "event": event,
        "data": data,
    }


def bigbluebutton_body(*events: Object) -> bytes:
    """Return the form that bbb-webhooks sends."""
    fields = {
        "domain": "bbb.example.org",
        "event": orjson.dumps(list(events)).decode(),
        "timestamp": "1760018400000",
    }
    return urlencode(fields).encode()


def bigbluebutton_checksum(url: str, body: bytes, algorithm: str = "sha1") -> str:
    return hashlib.new(algorithm, url.encode() + body + SECRET.encode()).hexdigest()


def bigbluebutton_event(
    kind: str, moment: datetime, user: Mapping[str, Any] | None = None, **meeting: Any
) -> Object:
    attributes: Object = {
        "meeting": {
            "internal-meeting-id": f"{'8043c845' * 5}-{millis(STARTS)}",
            "external-meeting-id": "coaching-lab",
            **meeting,
        }
    }
    if user is not None:
        attributes["user"] = dict(user)
    event = {"ts": millis(moment)}
    return {"data": {"type": "event", "id": kind, "attributes": attributes, "event": event}}


def teams_notification(event: str, moment: datetime, **roster: Any) -> Object:
    """Return a notification of the meeting's call events, with its resource data in clear."""
    link = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc%40thread.v2/0"
    return {
        "subscriptionId": "11111111-2222-4333-8444-555555555555",
        "clientState": SECRET,
        "changeType": "updated",
        "resource": f"communications/onlineMeetings(joinWebUrl='{link}')/meetingCallEvents",
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.onlineMeeting",
            "id": f"communications/onlineMeetings?$filter=joinWebUrl+eq+'{link}'",
            "eventType": f"Microsoft.Communication.{event}",
            "eventDateTime": told(moment),
            **roster,
        },
    }
