"""`POST /webhooks/{tool}`: what a meeting tool tells while a meeting goes on.

There is no credential: the tool's own signature, or secret, says who calls.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Protocol

import orjson
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, FastAPI, Path, Request, Response

from lrs.attendance import planned_session
from lrs.errors import InvalidQuery, NotFound, Unavailable
from lrs.http import openapi
from lrs.http.body import read_body
from lrs.http.parameters import parameters
from lrs.sessions import Meeting, Sessions
from lrs.settings import Settings
from lrs.settling import BY
from lrs.store import Store
from lrs.webhooks import Address, Delivery, Webhooks

LARGEST_BODY = 1024 * 1024
THREADS = 2
"""Deliveries are kept one at a time; more threads would only wait, and be missed elsewhere."""
SECRETS = {
    "zoom": "zoom_webhook_secret",
    "webex": "webex_webhook_secret",
    "bigbluebutton": "bigbluebutton_webhook_secret",
    "teams": "teams_client_state",
}
Tool = Annotated[str, Path(json_schema_extra={"enum": sorted(SECRETS)})]
CHECKSUM = "checksum"
DESCRIBED = openapi.operation(
    openapi.parameter("program", openapi.TEXT, description="The slug; with `session`."),
    openapi.parameter(
        "session",
        openapi.TEXT,
        description="The session's id; without it the meeting finds its session by id or `match`.",
    ),
    openapi.parameter(CHECKSUM, openapi.TEXT, description="BigBlueButton's."),
    openapi.parameter("validationToken", openapi.TEXT, description="Graph's; it is echoed."),
    openapi.header("x-zm-signature", openapi.TEXT),
    openapi.header("x-zm-request-timestamp", openapi.TEXT),
    openapi.header("x-spark-signature", openapi.TEXT),
    body={
        "application/json": {"type": "object"},
        "application/x-www-form-urlencoded": {
            "type": "object",
            "required": ["event"],
            "properties": dict.fromkeys(("event", "domain", "timestamp"), openapi.TEXT),
        },
    },
    answers=(200, 202),
    answer={
        "type": "object",
        "required": ["status", "session"],
        "properties": {
            "status": {"enum": ["received", "duplicate", "ignored", "kept"]},
            "session": {"type": ["string", "null"]},
        },
    },
)


class Answer(Protocol):
    """What a tool wants to hear at once."""

    @property
    def body(self) -> bytes:
        """The answer's body."""

    @property
    def media_type(self) -> str:
        """And its type."""


class Received(Protocol):
    """What a call comes to."""

    @property
    def answer(self) -> Answer | None:
        """What the tool wants to hear at once; None: nothing in particular."""

    @property
    def deliveries(self) -> Sequence[Delivery]:
        """What it tells of meetings."""


class Receiver(Protocol):
    """Understands calls; `adapters.webhooks` does."""

    def receive(
        self,
        tool: str,
        secret: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        query: Mapping[str, str],
        urls: Sequence[str],
        received: datetime,
    ) -> Received:
        """Return what a call comes to; `urls` are what its tool may have been told to call.

        Raises `Unauthenticated` and `InvalidInput`.
        """

    def told_of(self, facts: Sequence[bytes]) -> Meeting:
        """Return what finds a meeting its session."""


def webhook_router(receiver: Receiver) -> APIRouter:
    """Return the route; `receiver` understands the calls."""
    router = APIRouter(tags=["Webhooks"])
    limiter = CapacityLimiter(THREADS)

    @router.post("/webhooks/{tool}", openapi_extra=DESCRIBED)
    async def post_webhook(request: Request, tool: Tool) -> Response:
        """Keep what a tool tells of a meeting; once it has ended, that becomes its attendance.

        Signed by the tool. What is known already, or tells nothing of who was there, is answered
        alike; what belongs to no session yet is kept (202).
        """
        store: Store = request.app.state.store
        secret = _secret(tool, store.settings)
        given = parameters(request, "program", "session", CHECKSUM, "validationToken")
        received = receiver.receive(
            tool,
            secret,
            body=await read_body(request, LARGEST_BODY),
            headers=request.headers,
            query=given,
            urls=_urls(request, store.settings.public_url),
            received=datetime.now(UTC),
        )
        if received.answer is not None:
            # What is echoed is text, whatever it looks like.
            plain = {"X-Content-Type-Options": "nosniff"}
            return Response(received.answer.body, 200, plain, received.answer.media_type)

        def keep() -> Response:
            return _kept(request.app, receiver, tool, received.deliveries, _address(given, store))

        return await run_sync(keep, limiter=limiter)

    return router


def _secret(tool: str, settings: Settings) -> str:
    """Return what proves that a tool calls. Raises `NotFound`, or `Unavailable` where it is not set."""
    if tool not in SECRETS:
        raise NotFound(f"there are no webhooks of {tool[:40]!r}; there are {', '.join(SECRETS)}")
    secret: str | None = getattr(settings, SECRETS[tool])
    if not secret:
        raise Unavailable(f"LRS_{SECRETS[tool].upper()} is not set, so no call can be believed")
    return secret


def _address(given: Mapping[str, str], store: Store) -> Address | None:
    """Return the session that the call is addressed to. Raises `InvalidQuery`, `NotFound`."""
    program, session = given.get("program"), given.get("session")
    if not program and not session:
        return None
    if not program or not session:
        raise InvalidQuery("are given together, or neither", "session" if program else "program")
    planned_session(store, program, session)
    return Address(program, session)


def _kept(
    app: FastAPI,
    receiver: Receiver,
    tool: str,
    deliveries: Sequence[Delivery],
    address: Address | None,
) -> Response:
    webhooks: Webhooks = app.state.webhooks
    sessions: Sessions = app.state.webhook_sessions
    if not deliveries:
        return _answer("ignored", address.session if address else None)
    new = webhooks.keep(tool, deliveries, address, by=BY)
    session = address.session if address else None
    if address is None:
        sessions.refresh()
        held = sessions.of(receiver.told_of([each.written for each in deliveries]))
        session = held.session.id if held else None
    if not new:
        return _answer("duplicate", session)
    return _answer("received" if session else "kept", session)


def _answer(status: str, session: str | None) -> Response:
    return Response(
        orjson.dumps({"status": status, "session": session}),
        HTTPStatus.ACCEPTED if status == "kept" else HTTPStatus.OK,
        media_type="application/json",
    )


def _urls(request: Request, public_url: str) -> list[str]:
    """Return what the caller may have been given as this URL: as the world knows it, as it came."""
    query = request.scope["query_string"].decode("ascii", "replace")
    plain = "&".join(part for part in query.split("&") if not part.startswith(f"{CHECKSUM}="))
    path = request.scope["raw_path"].decode("ascii", "replace") + (f"?{plain}" if plain else "")
    host = f"{request.url.scheme}://{request.url.netloc}"
    return list(dict.fromkeys([public_url.rstrip("/") + path, host + path]))
