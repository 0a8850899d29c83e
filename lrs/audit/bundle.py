"""Evidence bundles: the log up to a checkpoint, in one file that streams and needs no server.

A bundle is UTF-8 text of JSON lines, in this order:

    {"bundle": "lrs-bundle/v1", "log": UUID, "key": public key}
    {"position": 1, …}                   each event, by rising position
    {"checkpoint": signed note}          each signed head, right after the last event it covers
    {"sha256": of every byte before this line}

Writing judges nothing: a log that was tampered with is exported as it is, for the verifier to judge.
`lrs.audit.verifier` reads bundles, a line at a time; `docs/evidence.md` tells strangers how to.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Self
from uuid import UUID

from lrs.audit.encoding import InvalidEvidence, encode64
from lrs.audit.note import parse_checkpoint, parse_note

FORMAT = "lrs-bundle/v1"


class Record(NamedTuple):
    """An event as it lies in the store, with the leaf hash that the Merkle tree has for it.

    `stored` is in microseconds since 1970-01-01T00:00Z. An erased event has neither body nor body
    salt. `leaf` is the stored leaf hash, never one computed for the export, which would prove
    nothing; None where the tree has none.
    """

    position: int
    topic: str
    stream: UUID
    version: int
    stored: int
    principal: str
    body: bytes | None
    meta_salt: bytes
    body_salt: bytes | None
    meta_commitment: bytes
    body_commitment: bytes
    leaf: bytes | None

    @classmethod
    def unreadable(cls, position: int, leaf: bytes | None) -> Self:
        """Return what stands for an event whose stored state cannot be read: a finding at its leaf."""
        return cls(position, "", UUID(int=0), 0, 0, "", None, b"", None, b"", b"", leaf)


def bundle_lines(
    log_id: UUID, key: str, records: Iterable[Record], checkpoints: Iterable[bytes]
) -> Iterator[bytes]:
    """Yield the lines of a bundle; memory holds one at a time.

    `key` is the log's public key as text (`str(Ed25519Key)`). Records come by rising position, from 1
    to the size of the last checkpoint; checkpoints (signed notes) by rising size.
    """
    digest = hashlib.sha256()
    for line in _content(log_id, key, records, checkpoints):
        digest.update(line)
        yield line
    yield _line({"sha256": encode64(digest.digest())})


def _content(
    log_id: UUID, key: str, records: Iterable[Record], checkpoints: Iterable[bytes]
) -> Iterator[bytes]:
    yield _line({"bundle": FORMAT, "log": str(log_id), "key": key})
    notes = iter(checkpoints)
    note = next(notes, None)
    for record in records:
        while note is not None and _size(note) < record.position:
            yield _checkpoint(note)
            note = next(notes, None)
        yield _line(_event(record))
    while note is not None:
        yield _checkpoint(note)
        note = next(notes, None)


def _checkpoint(note: bytes) -> bytes:
    return _line({"checkpoint": note.decode(errors="replace")})


def _size(note: bytes) -> int:
    try:
        return parse_checkpoint(parse_note(note).text).size
    except InvalidEvidence:
        return 0  # wherever it stands, the verifier refuses it


def _event(record: Record) -> dict[str, Any]:
    return {
        "position": record.position,
        "topic": record.topic,
        "stream": str(record.stream),
        "version": record.version,
        "stored": record.stored,
        "principal": record.principal,
        "body": _body(record.body),
        "meta_salt": encode64(record.meta_salt),
        "body_salt": _optional64(record.body_salt),
        "meta_commitment": encode64(record.meta_commitment),
        "body_commitment": encode64(record.body_commitment),
        "leaf": _optional64(record.leaf),
    }


def _body(body: bytes | None) -> str | dict[str, str] | None:
    """Return a body as text, so that people can read it, or as base64 if it is not UTF-8."""
    if body is None:
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {"base64": encode64(body)}


def _optional64(data: bytes | None) -> str | None:
    return None if data is None else encode64(data)


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
