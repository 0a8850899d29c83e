"""Request bodies: never more than the limit."""

from collections.abc import AsyncIterator
from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from lrs.errors import InvalidInput, TooLarge
from lrs.store import Store

DISCARDED_LIMITS = 8
T = TypeVar("T")


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body. Raises `TooLarge` without keeping more than `limit` bytes."""
    return b"".join([chunk async for chunk in chunks(request, limit)])


async def read_json(request: Request, kind: type[T]) -> T:
    """Return the body as JSON of a kind. Raises `InvalidInput`, naming the place, or `TooLarge`."""
    store: Store = request.app.state.store
    body = await read_body(request, store.settings.max_body_bytes)
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(str(error)) from None


async def chunks(request: Request, limit: int) -> AsyncIterator[bytes]:
    """Yield the body as it arrives. Raises `TooLarge` as soon as it has more than `limit` bytes."""
    declared = request.headers.get("content-length", "")
    size = 0
    try:
        if declared.isdecimal() and int(declared) > limit:
            await _discard(request, int(declared), limit)
            raise TooLarge(f"the body has {declared} bytes, more than the {limit} allowed")
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise TooLarge(f"the body has more than the {limit} bytes allowed")
            yield chunk
    except ClientDisconnect:
        raise InvalidInput("the client left before the body was complete") from None


async def _discard(request: Request, declared: int, limit: int) -> None:
    """Let a client finish sending what will be refused, within reason.

    Many clients read no answer while they still send, and would see a broken connection instead of
    the 413. One that asked first (`Expect`) or sends a flood gets its answer at once.
    """
    if declared > DISCARDED_LIMITS * limit or "expect" in request.headers:
        return
    async for _ in request.stream():
        pass
