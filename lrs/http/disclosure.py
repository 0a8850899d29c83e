"""Tells the disclosure log who was answered what; see `lrs.audit.disclosure`."""

from functools import lru_cache
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lrs.audit.disclosure import Disclosures, Question, asked
from lrs.http.auth import PRINCIPAL

RECORDS = "bichron.records"
"""Where a request's scope says how many records its answer holds."""
ALWAYS = ("/reports/", "/people", "/programs/", "/audit/")
IMPERSONAL = ("/audit/checkpoint", "/audit/key", "/audit/tile", "/audit/proof/consistency")
XAPI = ("/xapi/statements", "/xapi/agents", "/xapi/activities/state")


class DisclosureLog:
    """Notes each GET that was answered with somebody's records, once it was answered."""

    def __init__(self, app: ASGIApp, *, xapi: bool) -> None:
        self._app = app
        self._disclosing = ALWAYS + XAPI if xapi else ALWAYS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; nothing waits for the note."""
        if scope["type"] != "http" or scope["method"] != "GET" or not self._discloses(scope):
            await self._app(scope, receive, send)
            return
        status = 0

        async def noticed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noticed)
        finally:
            # Who leaves before the end may have read what came until then.
            if 200 <= status < 300 and PRINCIPAL in scope:
                _note(scope)

    def _discloses(self, scope: Scope) -> bool:
        path: str = scope["path"]
        return path.startswith(self._disclosing) and not path.startswith(IMPERSONAL)


def _note(scope: Scope) -> None:
    disclosures: Disclosures = scope["app"].state.disclosures
    question, named = _asked(scope[PRINCIPAL], scope["path"], scope["query_string"])
    disclosures.count(question, named, scope.get(RECORDS))


@lru_cache(maxsize=2048)
def _asked(principal: str, path: str, query: bytes) -> tuple[Question, str | None]:
    # Clients ask the same all day; reading it again would cost more than counting it.
    return asked(principal, f"GET {path}", dict(parse_qsl(query.decode("ascii", "replace"))))


def count_records(request: Request, records: int) -> None:
    """Say how many records a request is answered."""
    request.scope[RECORDS] = records
