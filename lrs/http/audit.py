"""`/audit/checkpoint`, `/audit/tile`, `/audit/proof` and `/audit/bundle`: evidence, as it is stored."""

from http import HTTPStatus
from uuid import UUID

import orjson
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from lrs.audit.export import Evidence
from lrs.audit.tiles import WIDTH
from lrs.credentials import Principal
from lrs.errors import InvalidQuery, NotFound
from lrs.http import openapi
from lrs.http.auth import require
from lrs.http.disclosure import count_records
from lrs.http.parameters import parameters, required
from lrs.store import Store
from lrs.xapi.values import parse_uuid

router = APIRouter(prefix="/audit", tags=["Audit"])
JSON = "application/json"
NOTE = "text/plain; charset=utf-8"
FORMATS = ("json", "text")
MAX_DIGITS = 19
SIZE = {"type": "integer", "minimum": 1}
ALL_STATEMENTS = ("audit/read", "statements/read")
FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}
"""A full tile never changes."""


@router.get("/checkpoint", openapi_extra=openapi.operation())
async def get_checkpoint(request: Request) -> Response:
    """Answer the last signed head of the log's Merkle tree (C2SP tlog-checkpoint)."""
    await require(request, "audit/read")
    parameters(request)
    head = await run_sync(_evidence(request).head)
    return Response(head.note, media_type=NOTE, headers={"Cache-Control": "no-cache"})


@router.get("/key", openapi_extra=openapi.operation())
async def get_key(request: Request) -> Response:
    """Answer the public key of the last signed head, as text (C2SP signed-note)."""
    await require(request, "audit/read")
    parameters(request)
    head = await run_sync(_evidence(request).head)
    return Response(f"{head.key}\n", media_type=NOTE, headers={"Cache-Control": "no-cache"})


@router.get("/tile/{path:path}", openapi_extra=openapi.operation())
async def get_tile(request: Request, path: str) -> Response:
    """Answer a tile of the tree (C2SP tlog-tiles): up to 256 hashes of 32 bytes."""
    await require(request, "audit/read")
    parameters(request)
    hashes = await run_sync(_evidence(request).tile, f"tile/{path}")
    headers = FOR_EVER if len(hashes) == 32 * WIDTH else {"Cache-Control": "no-cache"}
    return Response(hashes, media_type="application/octet-stream", headers=headers)


@router.get(
    "/proof/inclusion",
    openapi_extra=openapi.operation(
        openapi.parameter("statementId", openapi.UUID, required=True),
        openapi.parameter(
            "format",
            {"enum": [*FORMATS], "default": "json"},
            description="`text` is C2SP tlog-proof, without what ties the statement to its leaf.",
        ),
    ),
)
async def get_inclusion(request: Request) -> Response:
    """Answer the proof that the last signed head includes a statement, to whoever may read it."""
    principal = await require(request, *ALL_STATEMENTS, "statements/read/mine")
    given = parameters(request, "statementId", "format")
    statement = parse_uuid(required(given, "statementId"), "statementId")
    form = given.get("format", "json")
    if form not in FORMATS:
        raise InvalidQuery(f"is one of {', '.join(FORMATS)}", "format")
    if not principal.may(*ALL_STATEMENTS):
        await run_sync(_check_own, request, principal, statement)
    proof = await run_sync(_evidence(request).prove, statement)
    count_records(request, 1)
    if form == "text":
        return Response(proof.proof.encode(), media_type=NOTE)
    return Response(orjson.dumps(proof.as_json()), media_type=JSON)


@router.get(
    "/proof/consistency",
    openapi_extra=openapi.operation(
        openapi.parameter("from", SIZE, required=True, description="The smaller tree's size."),
        openapi.parameter("to", SIZE, required=True, description="The larger tree's size."),
    ),
)
async def get_consistency(request: Request) -> Response:
    """Answer the proof that one tree extends another; both are covered by the last signed head."""
    await require(request, "audit/read")
    given = parameters(request, "from", "to")
    first, second = (_size(required(given, name), name) for name in ("from", "to"))
    proof = await run_sync(_evidence(request).consistency, first, second)
    return Response(orjson.dumps(proof), media_type=JSON)


@router.get("/bundle", openapi_extra=openapi.operation())
async def get_bundle(request: Request) -> Response:
    """Answer the whole log up to its last signed head, for `lrs audit verify` (JSON lines)."""
    await require(request, "audit/read")
    parameters(request)
    events, content = await run_sync(_evidence(request).bundle)
    count_records(request, events)
    headers = {"Content-Disposition": 'attachment; filename="log.bundle"'}
    return StreamingResponse(
        content, HTTPStatus.OK, media_type="application/x-ndjson", headers=headers
    )


def _evidence(request: Request) -> Evidence:
    evidence: Evidence = request.app.state.evidence
    return evidence


def _check_own(request: Request, principal: Principal, statement: UUID) -> None:
    """Raise `NotFound` unless the caller, who may read its own statements only, has sent this one."""
    store: Store = request.app.state.store
    found = store.log.index.find(statement)
    if found is None or found.principal != principal.key:
        raise NotFound(f"no statement has the id {statement}", "statementId")


def _size(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS):
        raise InvalidQuery("this is no whole number", name)
    return int(text)
