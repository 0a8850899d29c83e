"""`/xapi/about` (no credential needed) and `/health`."""

from http import HTTPStatus

import orjson
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from lrs.store import Store

router = APIRouter()
SUPPORTED = ("1.0.3", "2.0.0")


@router.head("/xapi/about", tags=["xAPI"], operation_id="head_about")
@router.get("/xapi/about", tags=["xAPI"])
async def about(request: Request) -> Response:
    """Answer the xAPI versions that this LRS speaks."""
    store: Store = request.app.state.store
    asked = request.headers.get("X-Experience-API-Version", store.settings.default_version)
    body = orjson.dumps({"version": SUPPORTED, "extensions": {}})
    headers = {"X-Experience-API-Version": asked}
    return Response(body, HTTPStatus.OK, headers, "application/json")


@router.get("/health")
async def health(request: Request) -> dict[str, object]:
    """Answer 200 while the store can be read, else 503."""
    store: Store = request.app.state.store
    head = await run_sync(store.log.head)
    return {"status": "ok", "position": head.position}
