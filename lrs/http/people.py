"""`/people/links` and `/people/unlinks`: decisions about who is who."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from lrs.http import openapi
from lrs.http.auth import require
from lrs.http.body import read_json
from lrs.people import read_actor
from lrs.store import Store

router = APIRouter(prefix="/people", tags=["People"])
JSON = "application/json"
ACTOR = {"oneOf": [{"type": "string", "examples": ["mailto:ada@example.org"]}, openapi.AGENT]}
REASON = {"type": "string", "minLength": 1}


class Link(msgspec.Struct, forbid_unknown_fields=True):
    """These actors (keys or xAPI agents) are one person."""

    actors: Sequence[Any]
    reason: str


class Unlink(msgspec.Struct, forbid_unknown_fields=True):
    """This actor (a key or an xAPI agent) is not who it had been linked to."""

    actor: Any
    reason: str


@router.post(
    "/links",
    openapi_extra=openapi.operation(
        body={
            JSON: {
                "type": "object",
                "required": ["actors", "reason"],
                "properties": {
                    "actors": {"type": "array", "minItems": 2, "items": ACTOR},
                    "reason": REASON,
                },
            }
        },
        answers=(204,),
    ),
)
async def link(request: Request) -> Response:
    """Record that actors are one person; reports follow at once."""
    store: Store = request.app.state.store
    principal = await require(request, "people/write")
    asked = await read_json(request, Link)
    actors = [read_actor(actor, f"actors[{n}]") for n, actor in enumerate(asked.actors)]
    await run_sync(lambda: store.people.link(actors, reason=asked.reason, by=principal.key))
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post(
    "/unlinks",
    openapi_extra=openapi.operation(
        body={
            JSON: {
                "type": "object",
                "required": ["actor", "reason"],
                "properties": {"actor": ACTOR, "reason": REASON},
            }
        },
        answers=(204,),
    ),
)
async def unlink(request: Request) -> Response:
    """Record that an actor is nobody of those it had been linked to."""
    store: Store = request.app.state.store
    principal = await require(request, "people/write")
    asked = await read_json(request, Unlink)
    actor = read_actor(asked.actor, "actor")
    await run_sync(lambda: store.people.unlink(actor, reason=asked.reason, by=principal.key))
    return Response(status_code=HTTPStatus.NO_CONTENT)
