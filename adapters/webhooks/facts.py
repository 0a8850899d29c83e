"""What webhooks tell, in words of our own. It is stored: add fields with defaults, change none.

Addresses of networks and devices are not read, and a telephone number is kept only as the
pseudonym that a report of the same meeting would give it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from adapters.attendance import Row, gather, is_phone

Kind = Literal["started", "ended", "joined", "left", "waiting"]
PHONE = "phone:"


class Someone(msgspec.Struct, frozen=True, omit_defaults=True):
    """A participant, as far as one call knows them."""

    connection: str
    """Ties leaves to joins, within the meeting."""
    name: str = ""
    email: str | None = None
    ids: tuple[str, ...] = ()
    """`id:…`, `registrant:…`: what stays the same over a person's connections."""
    role: str | None = None
    room: bool = False
    """It is about a breakout room of the meeting."""


class Fact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that happened in a meeting."""

    kind: Kind
    """`waiting`: somebody was sent back to the waiting room."""
    at: datetime
    """Aware, in UTC."""
    meeting: str | None = None
    """The meeting's id in the tool's reports; None where reports have one that calls do not tell."""
    names: tuple[str, ...] = ()
    """What a session's id, or its `match`, may call the meeting: numbers, codes, links."""
    title: str | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    who: Someone | None = None
    breakout: bool = False
    """The meeting is itself a breakout room of another; who is in it has not left that."""


_FACTS = msgspec.json.Decoder(list[Fact])
_encode = msgspec.json.Encoder().encode


def write_facts(facts: Iterable[Fact]) -> bytes:
    """Return facts as JSON."""
    return _encode(list(facts))


def read_facts(written: Iterable[bytes]) -> list[Fact]:
    """Return the facts of deliveries, each once, in an order that does not tell how they came."""
    found = {fact for each in written for fact in _FACTS.decode(each)}
    return sorted(found, key=lambda fact: (fact.at, _encode(fact)))


def name_kept(name: str, meeting: str) -> str:
    """Return a name, or in place of a telephone number its pseudonym in the meeting."""
    return gather((Row(1, name),), meeting)[0].key if is_phone(name) else name
