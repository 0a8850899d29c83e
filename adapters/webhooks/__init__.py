"""Webhooks: what meeting tools tell while a meeting goes on. Pure: no network, no clock, no store."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from adapters.webhooks.bigbluebutton import BigBlueButtonWebhooks
from adapters.webhooks.call import Answer, Call, Delivery, Receiver
from adapters.webhooks.meeting import Told, is_presence, prepare, replaced, told_of
from adapters.webhooks.teams import TeamsWebhooks
from adapters.webhooks.webex import WebexWebhooks
from adapters.webhooks.zoom import ZoomWebhooks
from lrs.errors import InvalidInput, NotFound, UnreadableAttendance

__all__ = [
    "RECEIVERS",
    "Answer",
    "Call",
    "Delivery",
    "Received",
    "Told",
    "is_presence",
    "prepare",
    "receive",
    "replaced",
    "told_of",
]

RECEIVERS: Mapping[str, Receiver] = {
    "zoom": ZoomWebhooks(),
    "webex": WebexWebhooks(),
    "bigbluebutton": BigBlueButtonWebhooks(),
    "teams": TeamsWebhooks(),
}


class Received(NamedTuple):
    """What a call comes to: an answer that its tool wants to hear at once, or what it tells."""

    answer: Answer | None
    deliveries: Sequence[Delivery] = ()


def receive(
    tool: str,
    secret: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    query: Mapping[str, str],
    urls: Sequence[str],
    received: datetime,
) -> Received:
    """Return what a call comes to, once it is verified; see `Call` for what it is made of.

    Raises `NotFound` for an unknown tool, `Unauthenticated` for what the vendor did not send, or not
    now, and `InvalidInput` for what is malformed.
    """
    if tool not in RECEIVERS:
        raise NotFound(f"there are no webhooks of {tool[:40]!r}; there are {', '.join(RECEIVERS)}")
    receiver, call = RECEIVERS[tool], Call(body, headers, query, urls, received)
    try:
        receiver.verify(call, secret)
        answer = receiver.challenge(call, secret)
        return Received(answer, [] if answer else receiver.deliveries(call))
    except UnreadableAttendance as fault:
        raise InvalidInput(fault.message, fault.path) from None
