"""Statements with attachments: `multipart/mixed`, both ways (1.0.3 Communication 1.5; RFC 2046, 5.1)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha224, sha256, sha384, sha512
from typing import Any, NamedTuple

from lrs.errors import InvalidInput, InvalidStatement

HASH_HEADER = "X-Experience-API-Hash"
_BOUNDARY = re.compile(
    r'multipart/mixed\s*(?:;.*?)?;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE
)
_DIGESTS = {56: sha224, 64: sha256, 96: sha384, 128: sha512}


class Part(NamedTuple):
    """A part of a multipart body; header names are in lower case."""

    headers: Mapping[str, str]
    content: bytes


class Attachment(NamedTuple):
    """An attachment's content under its SHA-2, in lower case."""

    sha2: str
    content: bytes


def boundary_of(content_type: str) -> str | None:
    """Return the boundary of a `multipart/mixed` content type; None for any other type."""
    if not content_type.lower().startswith("multipart/mixed"):
        return None
    found = _BOUNDARY.match(content_type)
    if found is None:
        raise InvalidInput("multipart/mixed needs a boundary", "Content-Type")
    return found[1] or found[2]


class PartsReader:
    """Takes a multipart body in chunks as they arrive, and keeps nothing but its parts."""

    def __init__(self, boundary: str) -> None:
        self._mark = b"\r\n--" + boundary.encode("latin-1")
        self._buffer = bytearray(b"\r\n")
        self._pieces: list[bytearray] = []

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body."""
        buffer, mark = self._buffer, self._mark
        buffer += chunk
        while (found := buffer.find(mark)) >= 0:
            self._keep(found)
            del buffer[: len(mark)]
            self._pieces.append(bytearray())
        # What might be the beginning of a mark waits for the next chunk.
        self._keep(max(0, len(buffer) - len(mark) + 1))

    def parts(self) -> list[Part]:
        """Return the parts of the body, which has ended. Raises `InvalidInput`."""
        self._keep(len(self._buffer))
        closed = next((n for n, each in enumerate(self._pieces) if each.startswith(b"--")), None)
        if closed is None:
            raise InvalidInput("the multipart body has no closing boundary", "body")
        return [_part(each, f"parts[{n}]") for n, each in enumerate(self._pieces[:closed])]

    def _keep(self, size: int) -> None:
        """Move so many bytes from the buffer to the part they belong to; none begins it yet: drop them."""
        if self._pieces:
            self._pieces[-1] += self._buffer[:size]
        del self._buffer[:size]


def statements_and_attachments(found: list[Part]) -> tuple[bytes, dict[str, Attachment]]:
    """Return the statements' JSON, which comes first, and the attachments by their SHA-2.

    Raises `InvalidInput` for a part that is not what its headers say.
    """
    if not found:
        raise InvalidInput("the multipart body has no parts", "body")
    first, *rest = found
    media_type = first.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise InvalidInput("the first part must be application/json", "parts[0]")
    attachments = [_attachment(part, f"parts[{n}]") for n, part in enumerate(rest, start=1)]
    return first.content, {each.sha2: each for each in attachments}


def check_attachments(
    statements: Iterable[Mapping[str, Any]], sent: Mapping[str, Attachment] | None
) -> None:
    """Check that every attachment of the statements is there or elsewhere, and no other is sent.

    `sent` is None for a body that is JSON alone. A declared length is not held against the content
    (the digest decides). Raises `InvalidStatement`.
    """
    named: set[str] = set()
    for statement in statements:
        for attachment in _attachments(statement):
            digest = str(attachment["sha2"]).lower()
            named.add(digest)
            if "fileUrl" not in attachment and (sent is None or digest not in sent):
                message = f"the attachment {digest} is neither sent nor has a fileUrl"
                raise InvalidStatement(message, "attachments")
    if unknown := sorted(set(sent or ()) - named):
        raise InvalidStatement(f"no statement names the attachment {unknown[0]}", "attachments")


def digests(statements: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the attachments that statements name, by SHA-2, each once, in order."""
    return {
        str(attachment["sha2"]).lower(): attachment
        for statement in statements
        for attachment in _attachments(statement)
    }


def compose(
    statements: bytes, attachments: Iterable[tuple[str, str, bytes]], boundary: str
) -> Iterator[bytes]:
    """Yield a multipart body: the statements' JSON, then each (sha2, content type, content)."""
    mark = f"--{boundary}".encode()
    yield mark + b"\r\nContent-Type: application/json\r\n\r\n" + statements + b"\r\n"
    for digest, content_type, content in attachments:
        head = (
            f"Content-Type: {content_type}\r\n"
            "Content-Transfer-Encoding: binary\r\n"
            f"{HASH_HEADER}: {digest}\r\n\r\n"
        )
        yield mark + b"\r\n" + head.encode()
        yield content
        yield b"\r\n"
    yield mark + b"--\r\n"


def _part(piece: bytearray, place: str) -> Part:
    head, blank, content = piece.partition(b"\r\n\r\n")
    if not blank:
        raise InvalidInput("the part's headers do not end", place)
    headers: dict[str, str] = {}
    for line in head.decode("latin-1").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return Part(headers, bytes(content))


def _attachment(part: Part, place: str) -> Attachment:
    digest = part.headers.get(HASH_HEADER.lower(), "").lower()
    if part.headers.get("content-transfer-encoding", "").lower() != "binary":
        raise InvalidInput("must be sent with Content-Transfer-Encoding: binary", place)
    algorithm = _DIGESTS.get(len(digest))
    if algorithm is None:
        raise InvalidInput(f"lacks a SHA-2 in {HASH_HEADER}", place)
    if algorithm(part.content).hexdigest() != digest:
        raise InvalidInput(f"its content is not what {HASH_HEADER} says", place)
    return Attachment(digest, part.content)


def _attachments(statement: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    own: list[Mapping[str, Any]] = statement.get("attachments", [])
    inner = statement.get("object", {})
    return (
        [*own, *inner.get("attachments", [])] if inner.get("objectType") == "SubStatement" else own
    )
