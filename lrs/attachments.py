"""Attachments: each content once in the log, in a stream named by its SHA-2."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from lrs.events import AttachmentStored
from lrs.log import EventLog, stream_id
from lrs.xapi.multipart import Attachment, digests

UNTYPED = "application/octet-stream"


def attachment_stream(sha2: str) -> UUID:
    """Return the stream of the attachment with this SHA-2 (lower case)."""
    return stream_id(f"attachment {sha2}")


def attachment_events(attachments: Iterable[Attachment], by: str) -> list[AttachmentStored]:
    """Return the events that store attachments."""
    return [
        AttachmentStored(
            originator_id=attachment_stream(each.sha2),
            originator_version=1,
            principal=by,
            content=each.content,
        )
        for each in attachments
    ]


def stored_attachments(
    log: EventLog, statements: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, str, bytes]]:
    """Yield (sha2, content type, content) of the statements' attachments that are stored here.

    One content is in memory at a time.
    """
    for sha2, attachment in digests(statements).items():
        stream = attachment_stream(sha2)
        content = log.attachments([stream]).get(stream)
        if content is not None:
            yield sha2, attachment.get("contentType", UNTYPED), content
