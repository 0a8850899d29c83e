"""BigBlueButton's webhooks (bbb-webhooks): a form with events as JSON, and a checksum in the URL.

The checksum is a hash of callback URL, body as sent and the shared secret; its length tells which.
bbb-webhooks takes a 401 for delivered, so only what is forged may be answered with it.
"""

import hashlib
from typing import Any
from urllib.parse import parse_qs

import orjson

from adapters.attendance import real_email
from adapters.bigbluebutton.people import born, moment, stable_id
from adapters.payload import Object, as_object, objects, text_of
from adapters.webhooks.call import Answer, Call, Delivery, delivery_key, same
from adapters.webhooks.facts import Fact, Kind, Someone, name_kept
from lrs.errors import InvalidInput, Unauthenticated

_ALGORITHMS = {40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}
_KINDS: dict[str, Kind] = {
    "meeting-created": "started",
    "meeting-ended": "ended",
    "user-joined": "joined",
    "user-left": "left",
}
MEETING, USER = "attributes.meeting", "attributes.user"


class BigBlueButtonWebhooks:
    """See `Receiver`."""

    def verify(self, call: Call, secret: str) -> None:
        """See `Receiver`. With `auth2.0` the secret itself comes as a bearer token."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and same(token.strip(), secret):
            return
        told = call.query.get("checksum", "").lower()
        hashed = getattr(hashlib, _ALGORITHMS.get(len(told), "sha1"))
        for url in call.urls:
            if same(told, hashed(url.encode() + call.body + secret.encode()).hexdigest()):
                return
        message = f"is not that of this body and a callback URL {' or '.join(call.urls)}"
        raise Unauthenticated(message, "checksum")

    def challenge(self, call: Call, secret: str) -> Answer | None:  # noqa: ARG002 - nothing is tried
        """See `Receiver`."""
        return None

    def deliveries(self, call: Call) -> list[Delivery]:
        """See `Receiver`."""
        found: list[Delivery] = []
        for place, each in objects(_events(call.body), "event"):
            data = as_object(each.get("data"), f"{place}.data")
            kind = _KINDS.get(text_of(data.get("id")) or "")
            if kind is not None:
                found.append(_delivery(kind, data, f"{place}.data"))
        return found


def _events(body: bytes) -> Any:
    try:
        fields = parse_qs(body.decode(), strict_parsing=True, max_num_fields=20)
        return orjson.loads(fields["event"][0])
    except (UnicodeDecodeError, ValueError, KeyError):
        raise InvalidInput("the body is no form with events as JSON", "event") from None


def _delivery(kind: Kind, data: Object, place: str) -> Delivery:
    told = as_object(data.get("attributes"), f"{place}.attributes")
    meeting = as_object(told.get("meeting"), f"{place}.{MEETING}")
    internal = _required(meeting, "internal-meeting-id", f"{place}.{MEETING}")
    when = as_object(data.get("event"), f"{place}.event").get("ts")
    if not isinstance(when, int):
        raise InvalidInput("is no time in milliseconds", f"{place}.event.ts")
    at = moment(when, f"{place}.event.ts")
    who = None
    if kind in {"joined", "left"}:
        who = _someone(as_object(told.get("user"), f"{place}.{USER}"), internal, f"{place}.{USER}")
    external = text_of(meeting.get("external-meeting-id"))
    fact = Fact(
        kind=kind,
        at=at,
        meeting=internal,
        names=tuple(filter(None, (external, internal))),
        title=text_of(meeting.get("name")),
        starts=born(internal) or (at if kind == "started" else None),
        ends=at if kind == "ended" else None,
        who=who,
        breakout=meeting.get("is-breakout") is True,
    )
    connection = who.connection if who else None
    return Delivery(internal, delivery_key(kind, internal, connection, at), [fact])


def _someone(user: Object, meeting: str, place: str) -> Someone:
    """Return who is told of; a leave has no name."""
    name = text_of(user.get("name")) or ""
    external = text_of(user.get("external-user-id")) or ""
    known = stable_id(external, name)
    return Someone(
        connection=_required(user, "internal-user-id", place),
        name=name_kept(name, meeting),
        email=real_email(external),
        ids=(f"id:{known}",) if known and name else (),
        role=(text_of(user.get("role")) or "").lower() or None,
    )


def _required(told: Object, key: str, place: str) -> str:
    known = text_of(told.get(key))
    if known is None:
        raise InvalidInput("is missing", f"{place}.{key}")
    return known
