"""Webex's webhooks: `X-Spark-Signature` is an HMAC over the body, SHA-1 unless it is longer.

The envelope's `id` is the webhook's, not the call's. A leave tells the join as well, so either of
the two calls may be missing.
"""

import hmac
from collections.abc import Iterator
from datetime import datetime

from adapters.attendance import real_email
from adapters.payload import Object, as_object, moment_of, text_of
from adapters.webex.roles import ROLES
from adapters.webhooks.call import Answer, Call, Delivery, delivery_key, read_object, same
from adapters.webhooks.facts import Fact, Kind, Someone, name_kept
from lrs.errors import InvalidInput, Unauthenticated

_ALGORITHMS = {40: "sha1", 64: "sha256"}
_TIMES: dict[str, tuple[tuple[Kind, str], ...]] = {
    "joined": (("joined", "joinedTime"),),
    "left": (("joined", "joinedTime"), ("left", "leftTime")),
}


class WebexWebhooks:
    """See `Receiver`."""

    def verify(self, call: Call, secret: str) -> None:
        """See `Receiver`."""
        told = call.headers.get("x-spark-signature", "").strip().lower()
        algorithm = _ALGORITHMS.get(len(told), "sha1")
        if not same(told, hmac.new(secret.encode(), call.body, algorithm).hexdigest()):
            raise Unauthenticated("X-Spark-Signature is not that of this body", "x-spark-signature")

    def challenge(self, call: Call, secret: str) -> Answer | None:  # noqa: ARG002 - Webex tries nothing
        """See `Receiver`."""
        return None

    def deliveries(self, call: Call) -> list[Delivery]:
        """See `Receiver`."""
        told = read_object(call.body)
        resource, event = text_of(told.get("resource")), text_of(told.get("event"))
        data = as_object(told.get("data"), "data")
        if resource == "meetings" and event in {"started", "ended"}:
            meeting, facts = _required(data, "id"), [_meeting(event, data)]
        elif resource == "meetingParticipants" and event in _TIMES:
            meeting, facts = _required(data, "meetingId"), list(_participant(event, data))
        elif resource is None or event is None:
            raise InvalidInput("is missing", "event" if resource else "resource")
        else:
            return []
        key = delivery_key(resource, event, data.get("id"), [fact.at for fact in facts])
        return [Delivery(meeting, key, facts)] if facts else []


def _meeting(event: str, data: Object) -> Fact:
    starts, ends = (moment_of(data.get(each), f"data.{each}") for each in ("start", "end"))
    kind, at = ("ended", ends) if event == "ended" else ("started", starts)
    if at is None:
        raise InvalidInput("is missing", "data.end" if kind == "ended" else "data.start")
    return _fact("ended" if event == "ended" else "started", at, data, "id", starts)


def _participant(event: str, data: Object) -> Iterator[Fact]:
    """Yield what is told of a participant; nothing of one who waits in the lobby."""
    if data.get("state") == "lobby":
        return
    starts = moment_of(data.get("meetingStartTime"), "data.meetingStartTime")
    who = _someone(data)
    for kind, when in _TIMES[event]:
        if (at := moment_of(data.get(when), f"data.{when}")) is not None:
            yield _fact(kind, at, data, "meetingId", starts, who)
        elif kind == event:
            raise InvalidInput("is missing", f"data.{when}")


def _fact(
    kind: Kind,
    at: datetime,
    data: Object,
    key: str,
    starts: datetime | None,
    who: Someone | None = None,
) -> Fact:
    meeting = _required(data, key)
    numbers = (text_of(data.get(each)) for each in ("meetingNumber", "webLink"))
    return Fact(
        kind=kind,
        at=at,
        meeting=meeting,
        names=tuple(filter(None, (meeting, meeting.partition("_I_")[0], *numbers))),
        title=text_of(data.get("title")) or text_of(data.get("meetingTitle")),
        starts=starts,
        ends=at if kind == "ended" else None,
        who=who,
    )


def _someone(data: Object) -> Someone:
    email = real_email(text_of(data.get("email")))
    role = (text_of(data.get("participantType")) or "").casefold()
    if data.get("host") is True or data.get("coHost") is True:
        role = "host" if data.get("host") is True else "co-host"
    return Someone(
        connection=_required(data, "id"),
        name=name_kept(
            text_of(data.get("displayName")) or email or "", _required(data, "meetingId")
        ),
        email=email,
        role=ROLES.get(role),
    )


def _required(data: Object, key: str) -> str:
    known = text_of(data.get(key))
    if known is None:
        raise InvalidInput("is missing", f"data.{key}")
    return known
