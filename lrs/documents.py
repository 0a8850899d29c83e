"""Documents of the state and profile resources: each a stream of its own, every version kept."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha1
from typing import NamedTuple, cast
from uuid import UUID

import msgspec
import orjson
from eventsourcing.persistence import IntegrityError

from lrs.errors import Conflict, InvalidInput, InvalidJSON
from lrs.events import DocumentDeleted, DocumentStored, Event
from lrs.index import Owner
from lrs.log import EventLog, stream_id
from lrs.xapi.parsing import loads

ATTEMPTS = 20
JSON = "application/json"


class DocumentKey(NamedTuple):
    """Which document: its owner and its id."""

    owner: Owner
    document_id: str

    @property
    def stream(self) -> UUID:
        """The stream that holds the document's versions."""
        parts = [*self.owner[:3], str(self.owner.registration or ""), self.document_id]
        return stream_id("document" + orjson.dumps(parts).decode())


class Document(NamedTuple):
    """A document as it is now."""

    content: bytes
    content_type: str
    stored: datetime

    @property
    def etag(self) -> str:
        """The entity tag: SHA-1 of the content in hexadecimal, in quotes (1.0.3 Communication 3.1)."""
        return f'"{sha1(self.content, usedforsecurity=False).hexdigest()}"'


Precondition = Callable[[Document | None], None]
"""Raises an `LRSError` if the document, as it is now, is not what the caller takes it for."""


class Documents:
    """Stores, merges and deletes documents; what somebody else changes meanwhile is judged anew."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def get(self, key: DocumentKey) -> Document | None:
        """Return a document; None if there is none."""
        return _document(self._log.last(key.stream))

    def ids(self, owner: Owner, since: datetime | None = None) -> list[str]:
        """Return the ids of an owner's documents, stored after a moment if given, each once."""
        found = self._log.index.documents(owner, since)
        return sorted({document_id for document_id, _ in found})

    def put(
        self, key: DocumentKey, content: bytes, content_type: str, check: Precondition, *, by: str
    ) -> None:
        """Store a document in place of what is there."""
        self._change(key, check, lambda _: (content, content_type), by)

    def post(
        self, key: DocumentKey, content: bytes, content_type: str, check: Precondition, *, by: str
    ) -> None:
        """Store a document, or merge its top-level keys into the JSON object that is there.

        Raises `InvalidInput` where one of the two is no JSON object (1.0.3 Communication 2.2).
        """
        if _is_json(content_type):
            _object(content)

        def merged(known: Document | None) -> tuple[bytes, str]:
            if known is None:
                return content, content_type
            if not _is_json(known.content_type) or not _is_json(content_type):
                raise InvalidInput("only JSON documents are merged, and one of the two is none")
            whole = _object(known.content) | _object(content)
            return msgspec.json.encode(whole), known.content_type

        self._change(key, check, merged, by)

    def delete(self, key: DocumentKey, check: Precondition, *, by: str) -> None:
        """Delete a document; nothing happens if there is none."""
        self._change(key, check, None, by)

    def delete_all(self, owner: Owner, *, by: str) -> None:
        """Delete all of an owner's documents."""
        for document_id, registration in self._log.index.documents(owner, None):
            key = DocumentKey(owner._replace(registration=registration), document_id)
            self.delete(key, lambda _: None, by=by)

    def _change(
        self,
        key: DocumentKey,
        check: Precondition,
        make: Callable[[Document | None], tuple[bytes, str]] | None,
        by: str,
    ) -> None:
        for _ in range(ATTEMPTS):
            last = self._log.last(key.stream)
            known = _document(last)
            check(known)
            if make is None and known is None:
                return
            event = _event(key, last, make(known) if make else None, by)
            try:
                self._log.append([event])
            except IntegrityError:
                continue  # somebody else was first
            return
        raise Conflict("others keep changing this document; try again")


def _event(
    key: DocumentKey, last: Event | None, made: tuple[bytes, str] | None, by: str
) -> DocumentStored | DocumentDeleted:
    owner = key.owner
    about = {
        "originator_id": key.stream,
        "originator_version": last.originator_version + 1 if last else 1,
        "principal": by,
        "resource": owner.resource,
        "activity": owner.activity,
        "agent": owner.agent,
        "registration": str(owner.registration) if owner.registration else None,
        "document_id": key.document_id,
    }
    if made is None:
        return DocumentDeleted(**about)  # type: ignore[arg-type] # a dict of several types
    content, content_type = made
    return DocumentStored(**about, content=content, content_type=content_type)  # type: ignore[arg-type] # as above


def _document(event: Event | None) -> Document | None:
    if not isinstance(event, DocumentStored):
        return None
    return Document(event.content, event.content_type, cast("datetime", event.timestamp))


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == JSON


def _object(content: bytes) -> dict[str, msgspec.Raw]:
    """Return a JSON object's members, their values as they were written."""
    if not isinstance(loads(content), dict):
        raise InvalidJSON("the document is no JSON object")
    return msgspec.json.decode(content, type=dict[str, msgspec.Raw])
