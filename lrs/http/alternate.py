"""The alternate request syntax of xAPI 1.0.3 (Communication 1.3): a POST that stands for another request.

Browsers once could send nothing else across origins. The form's fields are headers, parameters and
the body (`content`); the credential and the version may be among them, so this comes before both.
"""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lrs.errors import InvalidQuery, LRSError
from lrs.http.body import read_body
from lrs.http.errors import error_response, status_of
from lrs.http.xapi import VERSION_HEADER
from lrs.xapi.versions import Version, negotiate

METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE"})
HEADERS = frozenset(
    {
        "authorization",
        "x-experience-api-version",
        "content-type",
        "content-length",
        "if-match",
        "if-none-match",
        "accept",
        "accept-language",
        "accept-encoding",
    }
)


class AlternateRequests:
    """Turns each such POST under `/xapi` into the request it stands for."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, as it is or as what it stands for."""
        is_alternate = (
            scope["type"] == "http"
            and scope["path"].startswith("/xapi/")
            and b"method=" in scope["query_string"]
        )
        if not is_alternate:
            await self._app(scope, receive, send)
            return
        try:
            meant, body = await self._meant(Request(scope, receive))
        except LRSError as error:
            response = error_response(status_of(error), error.code, error.message, error.path)
            asked = Headers(scope=scope).get(VERSION_HEADER, Version.V1_0_3.value)
            response.headers[VERSION_HEADER] = asked
            await response(scope, receive, send)
            return
        await self._app(meant, _once(body), send)

    async def _meant(self, request: Request) -> tuple[Scope, bytes]:
        """Return the request that is meant, and its body. Raises `LRSError`."""
        if request.method != "POST" or [*request.query_params] != ["method"]:
            raise InvalidQuery("only a POST with no other parameter stands for another", "method")
        method = request.query_params["method"].upper()
        if method not in METHODS:
            raise InvalidQuery("must be a method of xAPI", "method")
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/x-www-form-urlencoded":
            raise InvalidQuery("must be a form", "Content-Type")
        form = await read_body(request, self._limit)
        fields = dict(parse_qsl(form.decode("utf-8", "replace"), keep_blank_values=True))
        headers = dict(request.headers)
        headers.pop("content-type")
        headers |= {n.lower(): v for n, v in fields.items() if n.lower() in HEADERS}
        if negotiate(headers.get(VERSION_HEADER.lower())) is not Version.V1_0_3:
            raise InvalidQuery("this way of sending requests ended with xAPI 1.0.3", "method")
        body = fields.pop("content", "").encode()
        rest = {n: v for n, v in fields.items() if n.lower() not in HEADERS}
        headers["content-length"] = str(len(body))
        headers.setdefault("content-type", "application/json")
        return _scope(request.scope, method, headers, rest), body


def _scope(
    scope: Scope, method: str, headers: dict[str, str], parameters: dict[str, str]
) -> dict[str, Any]:
    return {
        **scope,
        "method": method,
        "query_string": urlencode(parameters).encode(),
        "headers": [(n.encode("latin-1"), v.encode("utf-8")) for n, v in headers.items()],
    }


def _once(body: bytes) -> Receive:
    """Return a channel that gives the body, then that the client has left."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive
