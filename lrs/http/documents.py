"""The state and profile resources: `…/activities/state` and two `…/profile` (1.0.3 Communication 2.2–2.7)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

import orjson
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from lrs.documents import DocumentKey
from lrs.errors import NotFound
from lrs.http import openapi, parameters
from lrs.http.auth import require
from lrs.http.body import read_body
from lrs.http.preconditions import precondition
from lrs.http.xapi import last_modified, resource
from lrs.index import Owner
from lrs.store import Store
from lrs.xapi.versions import Version

router = APIRouter(prefix="/xapi", tags=["xAPI"])
UNTYPED = "application/octet-stream"


@dataclass(frozen=True)
class Kind:
    """What tells one document resource from another."""

    resource: str
    path: str
    id_name: str
    owned_by: tuple[str, ...]
    scope: str

    @property
    def is_profile(self) -> bool:
        """Profiles may not be overwritten blindly."""
        return self.resource != "state"

    def names(self) -> tuple[str, ...]:
        """Return the parameters that name an owner."""
        return (*self.owned_by, "registration") if self.resource == "state" else self.owned_by

    def owner(self, given: Mapping[str, str]) -> Owner:
        """Return the owner that a request names. Raises `InvalidQuery`."""
        return Owner(
            self.resource,
            parameters.activity_id(given) if "activityId" in self.owned_by else None,
            parameters.agent(given) if "agent" in self.owned_by else None,
            parameters.registration(given),
        )

    def key(self, given: Mapping[str, str]) -> DocumentKey:
        """Return the document that a request names. Raises `InvalidQuery`."""
        return DocumentKey(self.owner(given), parameters.required(given, self.id_name))


KINDS = (
    Kind("state", "/activities/state", "stateId", ("activityId", "agent"), "state"),
    Kind("activity-profile", "/activities/profile", "profileId", ("activityId",), "profile"),
    Kind("agent-profile", "/agents/profile", "profileId", ("agent",), "profile"),
)


async def get_document(kind: Kind, request: Request, _: Version) -> Response:
    """Answer a document, or the ids of an owner's documents."""
    store: Store = request.app.state.store
    await require(request, kind.scope, "all/read")
    given = parameters.parameters(request, *kind.names(), kind.id_name, "since")
    if kind.id_name not in given:
        since = parameters.since(given)
        ids = await run_sync(store.documents.ids, kind.owner(given), since)
        return Response(orjson.dumps(ids), media_type="application/json")
    key = kind.key(given)
    document = await run_sync(store.documents.get, key)
    if document is None:
        raise NotFound(f"there is no document {key.document_id!r}", kind.id_name)
    headers = {"ETag": document.etag, **last_modified(document.stored)}
    response = Response(document.content, headers=headers)
    # Set as it was sent: a text type would get a charset appended.
    response.headers["Content-Type"] = document.content_type
    return response


async def write_document(kind: Kind, request: Request, version: Version) -> Response:
    """Store a document (PUT) or merge into it (POST)."""
    store: Store = request.app.state.store
    principal = await require(request, kind.scope, "all")
    key = kind.key(parameters.parameters(request, *kind.names(), kind.id_name))
    content = await read_body(request, store.settings.max_body_bytes)
    content_type = request.headers.get("content-type", UNTYPED)
    check = precondition(request, version, profile=kind.is_profile)
    change = store.documents.put if request.method == "PUT" else store.documents.post
    await run_sync(partial(change, key, content, content_type, check, by=principal.key))
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def delete_document(kind: Kind, request: Request, version: Version) -> Response:
    """Delete a document or, of state, all of an owner's."""
    store: Store = request.app.state.store
    principal = await require(request, kind.scope, "all")
    given = parameters.parameters(request, *kind.names(), kind.id_name)
    if kind.id_name in given or kind.is_profile:
        check = precondition(request, version, profile=kind.is_profile)
        delete = partial(store.documents.delete, kind.key(given), check, by=principal.key)
    else:
        delete = partial(store.documents.delete_all, kind.owner(given), by=principal.key)
    await run_sync(delete)
    return Response(status_code=HTTPStatus.NO_CONTENT)


Document = Callable[[Kind, Request, Version], Awaitable[Response]]


def _endpoint(handler: Document, kind: Kind) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request, version: Version) -> Response:
        return await handler(kind, request, version)

    handle.__name__ = f"{handler.__name__}_{kind.resource}".replace("-", "_")
    handle.__doc__ = handler.__doc__
    return resource(handle)


_SCHEMAS = {"activityId": openapi.IRI, "agent": openapi.AGENT, "registration": openapi.UUID}
_CONDITIONS = tuple(openapi.header(name, openapi.ETAG) for name in ("If-Match", "If-None-Match"))


def _described(kind: Kind, method: str) -> dict[str, Any]:
    owner = [
        openapi.parameter(name, _SCHEMAS[name], required=name in kind.owned_by)
        for name in kind.names()
    ]
    one = method in {"PUT", "POST"} or (method == "DELETE" and kind.is_profile)
    named = openapi.parameter(kind.id_name, openapi.TEXT, required=one)
    if method in {"GET", "HEAD"}:
        since = openapi.parameter("since", openapi.MOMENT)
        return openapi.operation(openapi.VERSION, *owner, named, since)
    # A PUT takes any media type; JSON is what nearly all clients keep.
    body = None if method == "DELETE" else {"application/json": {"type": "object"}}
    return openapi.operation(
        openapi.VERSION, *owner, named, *_CONDITIONS, body=body, answers=(204,)
    )


for _kind in KINDS:
    for _method, _handler in (
        ("GET", get_document),
        ("HEAD", get_document),
        ("PUT", write_document),
        ("POST", write_document),
        ("DELETE", delete_document),
    ):
        router.add_api_route(
            _kind.path,
            _endpoint(_handler, _kind),
            methods=[_method],
            openapi_extra=_described(_kind, _method),
        )
