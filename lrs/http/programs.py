"""`/programs`: what is planned."""

from http import HTTPStatus

import msgspec
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from lrs.document_text import parse_document
from lrs.http import openapi
from lrs.http.auth import require
from lrs.http.body import read_body
from lrs.http.parameters import parameters
from lrs.programs import Planned
from lrs.store import Store

router = APIRouter(prefix="/programs", tags=["Programs"])
REASON = openapi.parameter(
    "reason", {"type": "string", "minLength": 1}, description="Why; kept for ever."
)
LARGEST_DOCUMENT = 4 * 1024 * 1024


@router.get("")
async def list_programs(request: Request) -> dict[str, list[str]]:
    """Answer the slugs of the programs in force."""
    store: Store = request.app.state.store
    await require(request, "reports/read", "programs/write")
    return {"programs": await run_sync(store.programs.slugs)}


@router.get("/{slug}")
async def get_program(request: Request, slug: str) -> Response:
    """Answer a program's document, normalised."""
    store: Store = request.app.state.store
    await require(request, "reports/read", "programs/write")
    document = await run_sync(store.programs.document, slug)
    return Response(document, media_type="application/json")


@router.get("/{slug}/history")
async def get_history(request: Request, slug: str) -> Response:
    """Answer a program's versions in order: when, by whom, and what each changed."""
    store: Store = request.app.state.store
    await require(request, "reports/read", "programs/write")
    versions = await run_sync(store.programs.history, slug)
    body = msgspec.json.encode({"program": slug, "versions": versions})
    return Response(body, media_type="application/json")


@router.put(
    "/{slug}",
    openapi_extra=openapi.operation(
        REASON,
        body={"application/json": {"type": "object"}, "application/yaml": openapi.TEXT},
        answers=(200, 201),
    ),
)
async def put_program(request: Request, slug: str) -> Response:
    """Plan a program, or plan it anew, by a document in JSON or YAML."""
    store: Store = request.app.state.store
    principal = await require(request, "programs/write")
    reason = parameters(request, "reason").get("reason")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await read_body(request, min(LARGEST_DOCUMENT, store.settings.max_body_bytes))
    document = parse_document(body, yaml="yaml" in media_type)

    def plan() -> Planned:
        return store.programs.plan(document, by=principal.key, slug=slug, reason=reason)

    planned = await run_sync(plan)
    status = HTTPStatus.CREATED if planned.created else HTTPStatus.OK
    answer = msgspec.json.encode({"slug": planned.slug})
    return Response(answer, status, media_type="application/json")


@router.delete("/{slug}", openapi_extra=openapi.operation(REASON, answers=(204,)))
async def delete_program(request: Request, slug: str) -> Response:
    """Take a program back; its history stays in the log."""
    store: Store = request.app.state.store
    principal = await require(request, "programs/write")
    reason = parameters(request, "reason").get("reason")
    await run_sync(lambda: store.programs.withdraw(slug, by=principal.key, reason=reason))
    return Response(status_code=HTTPStatus.NO_CONTENT)
