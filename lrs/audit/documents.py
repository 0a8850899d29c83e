"""Old versions of documents, which xAPI lets clients overwrite: the log keeps every one."""

from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from lrs.audit.history import action_of, moment_shown
from lrs.errors import NotFound
from lrs.events import DocumentStored
from lrs.log import EventLog
from lrs.sealing import from_micros, unseal


def versions(log: EventLog, stream: UUID) -> list[dict[str, Any]]:
    """Return what became of a document, in order: who stored or deleted it, when, and its size.

    The content of a version is at its position, see `content_at`. Raises `NotFound`.
    """
    found = [_version(log, each) for each in log.recorder.select_events(stream)]
    if not found:
        raise NotFound("there never was such a document")
    return found


def content_at(log: EventLog, position: int) -> DocumentStored:
    """Return the version of a document that was stored at a position. Raises `NotFound`."""
    for _, stored in log.at([position]):
        if stored.topic == DocumentStored.TOPIC:
            if unseal(stored.state).body is None:
                raise NotFound("this version was erased", "position")
            return _document(log, stored)
    raise NotFound("no document was stored there", "position")


def _version(log: EventLog, stored: StoredEvent) -> dict[str, Any]:
    sealed = unseal(stored.state)
    moment = from_micros(sealed.stored)
    found = {
        "version": stored.originator_version,
        "position": log.position_at(moment),
        "action": action_of(stored.topic),
        "stored": moment_shown(moment),
        "principal": sealed.principal,
        "content_type": None,
        "bytes": None,
        "sha256": None,
        "erased": sealed.body is None,
    }
    if sealed.body is None or stored.topic != DocumentStored.TOPIC:
        return found
    event = _document(log, stored)
    return found | {
        "content_type": event.content_type,
        "bytes": len(event.content),
        "sha256": sha256(event.content).hexdigest(),
    }


def _document(log: EventLog, stored: StoredEvent) -> DocumentStored:
    return cast("DocumentStored", log.mapper.to_domain_event(stored))
