"""Zoom's webhooks: signed with HMAC-SHA256 over the time of sending and the body.

`user_id` may change on the way through the waiting room, `participant_uuid` does not. A move to a
breakout room is told by up to four calls in any order, and is no leave.
"""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import orjson

from adapters.attendance import real_email
from adapters.payload import Object, as_object, moment_of, text_of
from adapters.webhooks.call import Answer, Call, Delivery, delivery_key, read_object, same
from adapters.webhooks.facts import Fact, Kind, Someone, name_kept
from adapters.zoom.facts import meeting_number
from lrs.errors import InvalidInput, Unauthenticated

REPLAYED_WITHIN = timedelta(minutes=5)
VALIDATION = "endpoint.url_validation"
_KINDS: dict[str, tuple[Kind, str]] = {
    "started": ("started", "start_time"),
    "ended": ("ended", "end_time"),
    "participant_joined": ("joined", "join_time"),
    "participant_left": ("left", "leave_time"),
    "participant_joined_breakout_room": ("joined", "join_time"),
    "participant_left_breakout_room": ("left", "leave_time"),
    "participant_put_in_waiting_room": ("waiting", "date_time"),
}
"""What happened, and where the moment stands. Who only waits to be let in was never there."""
_ROOM = "_breakout_room"


class ZoomWebhooks:
    """See `Receiver`."""

    def verify(self, call: Call, secret: str) -> None:
        """See `Receiver`."""
        sent = call.headers.get("x-zm-request-timestamp", "")
        right = f"v0={_hex(secret, b'v0:' + sent.encode() + b':' + call.body)}"
        if not same(call.headers.get("x-zm-signature", ""), right):
            raise Unauthenticated("x-zm-signature is not that of this body", "x-zm-signature")
        if abs(call.received - _seconds(sent)) > REPLAYED_WITHIN:
            message = "the call was sent more than five minutes ago, or by a clock that is wrong"
            raise Unauthenticated(message, "x-zm-request-timestamp")

    def challenge(self, call: Call, secret: str) -> Answer | None:
        """See `Receiver`."""
        told = read_object(call.body)
        if told.get("event") != VALIDATION:
            return None
        token = text_of(as_object(told.get("payload"), "payload").get("plainToken"))
        if token is None:
            raise InvalidInput("is missing", "payload.plainToken")
        answer = {"plainToken": token, "encryptedToken": _hex(secret, token.encode())}
        return Answer(orjson.dumps(answer), "application/json")

    def deliveries(self, call: Call) -> list[Delivery]:
        """See `Receiver`."""
        told = read_object(call.body)
        event = text_of(told.get("event"))
        if event is None:
            raise InvalidInput("is missing", "event")
        kind, _, happened = event.partition(".")
        if kind not in {"meeting", "webinar"} or happened not in _KINDS:
            return []
        meeting = as_object(as_object(told.get("payload"), "payload").get("object"), "object")
        uuid = text_of(meeting.get("uuid"))
        if uuid is None:
            raise InvalidInput("is missing", "payload.object.uuid")
        fact = _fact(happened, told, meeting, uuid)
        connection = fact.who.connection if fact.who else None
        return [Delivery(uuid, delivery_key(event, uuid, connection, fact.at), [fact])]


def _fact(happened: str, told: Object, meeting: Object, uuid: str) -> Fact:
    kind, when = _KINDS[happened]
    number = meeting_number(text_of(meeting.get("id")))
    known = number or uuid
    participant = as_object(meeting.get("participant"), "participant")
    at = moment_of((participant or meeting).get(when), when) or _milliseconds(told.get("event_ts"))
    return Fact(
        kind=kind,
        at=at,
        meeting=known,
        names=tuple(filter(None, (number, uuid))),
        title=text_of(meeting.get("topic")),
        starts=moment_of(meeting.get("start_time"), "start_time"),
        ends=at if kind == "ended" else None,
        who=_someone(participant, meeting, known, room=happened.endswith(_ROOM))
        if happened.startswith("participant")
        else None,
    )


def _someone(told: Object, meeting: Object, known: str, *, room: bool) -> Someone:
    connection = text_of(told.get("participant_uuid")) or text_of(told.get("user_id"))
    if connection is None:
        raise InvalidInput("nobody is named", "payload.object.participant")
    if room:
        connection = f"{text_of(meeting.get('breakout_room_uuid')) or 'room'} {connection}"
    email = real_email(text_of(told.get("email")))
    ids = {
        f"id:{each}" for key in ("participant_user_id", "id") if (each := text_of(told.get(key)))
    }
    registrant = text_of(told.get("registrant_id"))
    return Someone(
        connection=connection,
        name=name_kept(text_of(told.get("user_name")) or email or "", known),
        email=email,
        ids=(*sorted(ids), *([f"registrant:{registrant}"] if registrant else [])),
        room=room,
    )


def _hex(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, sha256).hexdigest()


def _seconds(text: str) -> datetime:
    if not text.isascii() or not text.isdecimal() or len(text) > 11:
        raise Unauthenticated("is no time in seconds", "x-zm-request-timestamp")
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(text))


def _milliseconds(value: object) -> datetime:
    if not isinstance(value, int) or not 0 < value < 10**13:
        raise InvalidInput("the call tells no moment", "event_ts")
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value)
