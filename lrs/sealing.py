"""How an event is written down: facts that outlive erasure, a body, and a salted commitment to each.

The commitments and their salts are made when the event is appended and live with it; the audit
log's leaves are built from them, so destroying a body and its salt later keeps every proof valid.

    meta commitment = HMAC-SHA256(meta salt, meta)
    body commitment = HMAC-SHA256(body salt, body)
    meta = JSON [topic, stream, version, stored, principal]
    body = JSON; of a statement: the statement itself; of an attachment: its bytes

`stored` is an integer: microseconds since 1970-01-01T00:00Z.
"""

import hmac
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent
from eventsourcing.utils import get_topic, resolve_topic

from lrs.events import AttachmentStored, Erased, Event, StatementRecorded

SALT_BYTES = 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HEADER = frozenset({"originator_id", "originator_version", "timestamp", "principal"})


def to_micros(moment: datetime) -> int:
    """Return an aware moment as microseconds since the epoch."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the moment, in UTC, that is so many microseconds after the epoch."""
    return _EPOCH + timedelta(microseconds=micros)


class Sealed(msgspec.Struct, frozen=True, array_like=True):
    """The state of a stored event. An erased event has neither body nor body salt."""

    stored: int
    principal: str
    body: bytes | None
    meta_salt: bytes
    body_salt: bytes | None
    meta_commitment: bytes
    body_commitment: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Sealed).decode
_json = msgspec.json.Encoder().encode


def unseal(state: bytes) -> Sealed:
    """Return what `SealingMapper` wrote as an event's state."""
    return _decode(state)


def meta(topic: str, stream: UUID, version: int, stored: int, principal: str) -> bytes:
    """Return the bytes that the meta commitment covers."""
    return _json([topic, str(stream), version, stored, principal])


def without_body(state: bytes) -> bytes:
    """Return an event's state once its body and the body's salt are destroyed."""
    return _encode(msgspec.structs.replace(_decode(state), body=None, body_salt=None))


class SealingMapper(Mapper[UUID]):
    """The library's mapper, with msgspec in place of its transcoder and the commitments added.

    `replacement` returns what stands in for the erased body of a stream's version, if anything.
    """

    replacement: Callable[[UUID, int], bytes | None] = staticmethod(lambda *_: None)

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Return the event sealed; salts are fresh, so sealing twice gives two different states."""
        event = cast("Event", domain_event)
        if event.timestamp is None:
            raise ValueError("only the log stamps events, and only stamped events are sealed")
        topic = get_topic(type(event))
        stored = to_micros(event.timestamp)
        body = body_of(event)
        salts = os.urandom(2 * SALT_BYTES)
        meta_salt, body_salt = salts[:SALT_BYTES], salts[SALT_BYTES:]
        facts = meta(topic, event.originator_id, event.originator_version, stored, event.principal)
        sealed = Sealed(
            stored,
            event.principal,
            body,
            meta_salt,
            body_salt,
            hmac.digest(meta_salt, facts, "sha256"),
            hmac.digest(body_salt, body, "sha256"),
        )
        return StoredEvent(
            originator_id=event.originator_id,
            originator_version=event.originator_version,
            topic=topic,
            state=_encode(sealed),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Return the event that was sealed, or what is left of it, or what stands in for it."""
        sealed = _decode(stored_event.state)
        header: dict[str, Any] = {
            "originator_id": stored_event.originator_id,
            "originator_version": stored_event.originator_version,
            "timestamp": from_micros(sealed.stored),
            "principal": sealed.principal,
        }
        body = sealed.body
        if body is None:
            stream = cast("UUID", stored_event.originator_id)
            body = self.replacement(stream, stored_event.originator_version)
        if body is None:
            return Erased(topic=stored_event.topic, **header)
        return event_from_body(stored_event.topic, body, header)


def event_from_body(topic: str, body: bytes, header: dict[str, Any]) -> Event:
    """Return the event of a topic with a body as it is stored."""
    kind = cast("type[Event]", resolve_topic(topic))
    if kind is StatementRecorded:
        return StatementRecorded(statement=body, **header)
    if kind is AttachmentStored:
        return AttachmentStored(content=body, **header)
    return kind(**header, **_read_body(kind, body))


def body_of(event: Event) -> bytes:
    """Return an event's body, as it is stored."""
    if isinstance(event, StatementRecorded):
        return event.statement
    if isinstance(event, AttachmentStored):
        return event.content
    fields = {name: getattr(event, name) for name in event.__struct_fields__ if name not in _HEADER}
    return _json(fields)


@cache
def _types(kind: type[Event]) -> dict[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(kind)}


def _read_body(kind: type[Event], body: bytes) -> dict[str, Any]:
    types = _types(kind)
    parts = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return {
        name: raw if types[name] is msgspec.Raw else msgspec.json.decode(raw, type=types[name])
        for name, raw in parts.items()
        if name in types
    }
