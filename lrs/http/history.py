"""`/audit/history` and `/audit/documents`: who did what, when and why, and what was overwritten."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import orjson
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from lrs.audit.documents import content_at, versions
from lrs.documents import DocumentKey
from lrs.errors import InvalidQuery
from lrs.http import openapi
from lrs.http.auth import require
from lrs.http.disclosure import count_records
from lrs.http.parameters import activity_id, agent, parameters, registration, required
from lrs.index import Owner
from lrs.people import read_actor
from lrs.store import Store
from lrs.xapi.values import parse_timestamp, parse_uuid

router = APIRouter(prefix="/audit", tags=["Audit"])
JSON = "application/json"
PAGE = 100
LARGEST_PAGE = 1_000
LARGEST_POSITION = 2**63 - 1
OWNED_BY = {
    "state": ("activityId", "agent"),
    "activity-profile": ("activityId",),
    "agent-profile": ("agent",),
}


class Trail(Protocol):
    """Searches the audit trail; `projections.history.History` does."""

    def find(self, **wanted: Any) -> dict[str, Any]:
        """Return a page of events, see there."""


@router.get(
    "/history",
    openapi_extra=openapi.operation(
        openapi.parameter(
            "person",
            openapi.TEXT,
            description="An actor key, an xAPI agent as JSON, or a report's `person`.",
        ),
        openapi.parameter("principal", openapi.TEXT, description="A credential's key."),
        openapi.parameter("action", openapi.TEXT, description="Such as `people.linked`."),
        openapi.parameter("reason", openapi.TEXT, description="A part of it, in any case."),
        openapi.parameter("since", openapi.MOMENT, description="Stored then or later."),
        openapi.parameter("until", openapi.MOMENT, description="Stored then or earlier."),
        openapi.parameter("after", {"type": "integer", "minimum": 0, "default": 0}),
        openapi.parameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE},
        ),
    ),
)
async def get_history(request: Request) -> Response:
    """Answer a page of the audit trail, in order of positions; `next` is the next page's `after`."""
    await require(request, "audit/read")
    names = ("person", "principal", "action", "reason", "since", "until", "after", "limit")
    given = parameters(request, *names)
    trail: Trail = request.app.state.history
    wanted: dict[str, Any] = {
        name: given[name] for name in ("principal", "action", "reason") if name in given
    }
    if "person" in given:
        wanted["person"] = read_person(given["person"])
    wanted |= {name: _moment(given, name) for name in ("since", "until") if name in given}
    wanted["after"] = _number(given, "after", 0, 0, LARGEST_POSITION)
    wanted["limit"] = _number(given, "limit", PAGE, 1, LARGEST_PAGE)
    page = await run_sync(lambda: trail.find(**wanted))
    count_records(request, len(page["events"]))
    return Response(orjson.dumps(page), media_type=JSON)


@router.get(
    "/documents",
    openapi_extra=openapi.operation(
        openapi.parameter("resource", {"enum": [*OWNED_BY]}, required=True),
        openapi.parameter("documentId", openapi.TEXT, required=True),
        openapi.parameter("activityId", openapi.IRI),
        openapi.parameter("agent", openapi.AGENT),
        openapi.parameter("registration", openapi.UUID),
    ),
)
async def get_versions(request: Request) -> Response:
    """Answer every version that a document had, also of one deleted, with who and when."""
    store: Store = request.app.state.store
    await require(request, "audit/read")
    key = _document_key(request)
    found = await run_sync(versions, store.log, key.stream)
    count_records(request, len(found))
    return Response(orjson.dumps({"versions": found}), media_type=JSON)


@router.get(
    "/documents/{position}",
    openapi_extra=openapi.operation(answer={"type": "string", "format": "binary"}),
)
async def get_version(request: Request, position: str) -> Response:
    """Answer the content of a document as it was stored at a position."""
    store: Store = request.app.state.store
    await require(request, "audit/read")
    parameters(request)
    wanted = _number({"position": position}, "position", 0, 1, LARGEST_POSITION)
    event = await run_sync(content_at, store.log, wanted)
    count_records(request, 1)
    response = Response(event.content)
    response.headers["Content-Type"] = event.content_type
    # Whatever a client once stored, no browser shall run it as a page of ours.
    response.headers["Content-Disposition"] = "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def read_person(text: str) -> str:
    """Return an actor's key, or a person's id, as it may be written. Raises `InvalidInput`."""
    if text[:1] == "{":
        try:
            return read_actor(orjson.loads(text), "person")
        except orjson.JSONDecodeError:
            raise InvalidQuery("is no JSON", "person") from None
    if ":" not in text:
        return str(parse_uuid(text, "person"))
    return read_actor(text, "person")


def _document_key(request: Request) -> DocumentKey:
    given = parameters(request, "resource", "documentId", "activityId", "agent", "registration")
    resource = required(given, "resource")
    if resource not in OWNED_BY:
        raise InvalidQuery(f"is one of {', '.join(OWNED_BY)}", "resource")
    owned_by = OWNED_BY[resource]
    allowed = {*owned_by, "registration"} if resource == "state" else {*owned_by}
    if wrong := sorted(given.keys() - allowed - {"resource", "documentId"}):
        raise InvalidQuery(f"does not belong to {resource}", wrong[0])
    owner = Owner(
        resource,
        activity_id(given) if "activityId" in owned_by else None,
        agent(given) if "agent" in owned_by else None,
        registration(given),
    )
    return DocumentKey(owner, required(given, "documentId"))


def _moment(given: Mapping[str, str], name: str) -> datetime:
    try:
        # A plus sign that was not encoded arrives as a blank.
        return parse_timestamp(given[name].replace(" ", "+"))
    except ValueError as error:
        raise InvalidQuery(f"this is {error}", name) from None


def _number(given: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = given.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise InvalidQuery("this is no whole number", name)
    if not least <= int(text) <= most:
        raise InvalidQuery(f"is from {least} to {most}", name)
    return int(text)
