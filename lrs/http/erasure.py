"""`/audit/erasures` and `/audit/holds`: erasing what is recorded, and what must not be erased."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import msgspec
import orjson
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from lrs.audit.erasure import Erasures, Wanted
from lrs.http import openapi
from lrs.http.auth import require
from lrs.http.body import read_json
from lrs.http.history import read_person
from lrs.http.parameters import parameters
from lrs.people import read_actor
from lrs.xapi.values import parse_uuid

router = APIRouter(prefix="/audit", tags=["Audit"])
JSON = "application/json"
_TEXT = {"type": "string", "minLength": 1}
_WHOM = {
    "person": {"oneOf": [_TEXT, openapi.AGENT], "description": "An actor key, or an agent."},
    "statement": openapi.UUID,
}


class Erase(msgspec.Struct, forbid_unknown_fields=True):
    """Erase a person (an actor key or an xAPI agent), or one statement."""

    reason: str
    legal_basis: str
    person: Any = None
    statement: str | None = None
    dry_run: bool = False


class Hold(msgspec.Struct, forbid_unknown_fields=True):
    """Hold a person (an actor key or an xAPI agent), or one statement."""

    reason: str
    person: Any = None
    statement: str | None = None


class Release(msgspec.Struct, forbid_unknown_fields=True):
    """End a hold."""

    reason: str


def _body(required: list[str], **properties: Any) -> dict[str, Any]:
    return {JSON: {"type": "object", "required": required, "properties": properties}}


@router.post(
    "/erasures",
    openapi_extra=openapi.operation(
        body=_body(
            ["reason", "legal_basis"],
            **_WHOM,
            reason=_TEXT,
            legal_basis=_TEXT,
            dry_run={"type": "boolean", "default": False},
        )
    ),
)
async def erase(request: Request) -> Response:
    """Erase, and answer the receipt; or, as a dry run, answer what would be erased."""
    principal = await require(request, "erase")
    parameters(request)
    asked = await read_json(request, Erase)
    wanted = Wanted(asked.reason, asked.legal_basis, *_whom(asked.person, asked.statement))
    erasures = _erasures(request)
    if asked.dry_run:
        return _json(await run_sync(erasures.preview, wanted))
    return _json(await run_sync(lambda: erasures.erase(wanted, by=principal.key)))


@router.get("/erasures", openapi_extra=openapi.operation())
async def list_erasures(request: Request) -> Response:
    """Answer the receipts of all erasures, the oldest first."""
    await require(request, "audit/read", "erase")
    parameters(request)
    return _json({"erasures": await run_sync(_erasures(request).receipts)})


@router.post(
    "/holds",
    openapi_extra=openapi.operation(body=_body(["reason"], **_WHOM, reason=_TEXT)),
)
async def hold(request: Request) -> Response:
    """Set a legal hold, and answer its id."""
    principal = await require(request, "erase")
    parameters(request)
    asked = await read_json(request, Hold)
    person, statement = _whom(asked.person, asked.statement)
    holds = _erasures(request).holds
    made = await run_sync(
        lambda: holds.add(person=person, statement=statement, reason=asked.reason, by=principal.key)
    )
    return _json({"hold": str(made)})


@router.post(
    "/holds/{hold}/release",
    openapi_extra=openapi.operation(body=_body(["reason"], reason=_TEXT), answers=(204,)),
)
async def release(request: Request, hold: str) -> Response:
    """Release a legal hold."""
    principal = await require(request, "erase")
    parameters(request)
    asked = await read_json(request, Release)
    held = parse_uuid(hold, "hold")
    holds = _erasures(request).holds
    await run_sync(lambda: holds.release(held, reason=asked.reason, by=principal.key))
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.get("/holds", openapi_extra=openapi.operation())
async def list_holds(request: Request) -> Response:
    """Answer the legal holds in force, the oldest first."""
    await require(request, "audit/read", "erase")
    parameters(request)
    return _json({"holds": await run_sync(_erasures(request).holds.listed)})


def _erasures(request: Request) -> Erasures:
    erasures: Erasures = request.app.state.erasures
    return erasures


def _whom(person: Any, statement: str | None) -> tuple[str | None, UUID | None]:
    named = None if person is None else _person(person)
    return named, None if statement is None else parse_uuid(statement, "statement")


def _person(person: Any) -> str:
    return read_person(person) if isinstance(person, str) else read_actor(person, "person")


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value), media_type=JSON)
