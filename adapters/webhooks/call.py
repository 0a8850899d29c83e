"""A webhook call as it came in, and what a receiver makes of it."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

import orjson

from adapters.payload import Object
from adapters.webhooks.facts import Fact, write_facts
from lrs.errors import InvalidInput


@dataclass(frozen=True)
class Call:
    """A request; nothing about it is believed until `Receiver.verify` has returned."""

    body: bytes
    headers: Mapping[str, str]
    """By name in lower case."""
    query: Mapping[str, str]
    urls: Sequence[str]
    """What the caller may have been told to call, without a checksum: proxies hide the real one."""
    received: datetime
    """Aware."""


class Answer(NamedTuple):
    """What a vendor wants to hear at once, to see that the endpoint is its owner's."""

    body: bytes
    media_type: str


class Delivery(NamedTuple):
    """What a call tells about one meeting's instance."""

    instance: str
    """The vendor's name of the instance; no other has it."""
    key: str
    """The same whenever the same is delivered again: SHA-256, hexadecimal."""
    facts: Sequence[Fact]

    @property
    def ends(self) -> bool:
        """Whether it tells that the meeting has ended."""
        return any(fact.kind == "ended" for fact in self.facts)

    @property
    def written(self) -> bytes:
        """The facts as JSON."""
        return write_facts(self.facts)


class Receiver(Protocol):
    """Understands one vendor's calls."""

    def verify(self, call: Call, secret: str) -> None:
        """Return if the vendor sent the call, now. Raises `Unauthenticated`, `InvalidInput`."""

    def challenge(self, call: Call, secret: str) -> Answer | None:
        """Return the answer to a call that only tries the endpoint; None: it is a delivery."""

    def deliveries(self, call: Call) -> list[Delivery]:
        """Return what the call tells, nothing where that is not about who was there.

        Raises `InvalidInput` or `UnreadableAttendance`, naming the place.
        """


def same(told: str, right: str) -> bool:
    """Return whether two texts are equal, in a time that tells nothing of where they differ."""
    return hmac.compare_digest(told.encode(), right.encode())


def read_object(body: bytes) -> Object:
    """Return a body's JSON object. Raises `InvalidInput`."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"the body is no JSON: {error}", "body") from None
    if not isinstance(told, dict):
        raise InvalidInput("the body is no object", "body")
    return told


def delivery_key(*parts: Any) -> str:
    """Return what names a delivery by what makes it one."""
    return sha256(orjson.dumps(parts)).hexdigest()
