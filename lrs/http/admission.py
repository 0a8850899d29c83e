"""How much of request bodies is held at once: what comes beyond the limit is asked to come again."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lrs.errors import Unavailable
from lrs.http.errors import error_response, status_of
from lrs.http.xapi import VERSION_HEADER

BUSY = Unavailable("too many large requests are under way; try again later")


class Tally:
    """The bytes of bodies that are held now."""

    held = 0


class Admission:
    """Counts the bytes of bodies from their arrival to their answer.

    A request alone is always let in: what a single body may have is not decided here.
    """

    def __init__(self, app: ASGIApp, limit: int, largest: int, tally: Tally) -> None:
        self._app = app
        self._limit = limit
        self._largest = largest
        self._tally = tally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 503 without keeping its body."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        # More than the largest body is refused before it is read.
        wanted = min(int(declared), self._largest) if declared.isdecimal() else 0
        if self._tally.held and self._tally.held + wanted > self._limit:
            await _refuse(scope, receive, send)
            return
        self._tally.held += wanted
        held, received = wanted, 0

        async def counted() -> Message:
            """Receive; a body that declared no length takes its share as it grows."""
            nonlocal held, received
            message = await receive()
            received += len(message.get("body", b""))
            if received > held:
                if self._tally.held > held and self._tally.held + received - held > self._limit:
                    raise BUSY
                self._tally.held += received - held
                held = received
            return message

        try:
            await self._app(scope, counted, send)
        finally:
            self._tally.held -= held


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    # Many clients read no answer while they still send, and would see a broken connection.
    more = "expect" not in Headers(scope=scope)
    while more:
        message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)
    response = error_response(status_of(BUSY), BUSY.code, BUSY.message)
    if asked := Headers(scope=scope).get(VERSION_HEADER):
        response.headers[VERSION_HEADER] = asked
    await response(scope, receive, send)
