"""Errors as HTTP: one table of statuses, one JSON shape."""

import logging
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from lrs.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    LRSError,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnreadableAttendance,
)

STATUS: dict[type[LRSError], int] = {
    InvalidInput: 400,
    UnreadableAttendance: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Unavailable: 503,
}

logger = logging.getLogger("bichron")


def status_of(error: LRSError) -> int:
    """Return the status of an error, or of the nearest base that has one."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def error_response(status: int, code: str, message: str, path: str = "") -> Response:
    """Return the JSON that every error has, inside `/xapi` and outside."""
    body = orjson.dumps({"error": code, "message": message, "path": path})
    headers = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Basic realm="xAPI", charset="UTF-8"'
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "1"
    return Response(body, status, headers, "application/json")


def install(app: FastAPI) -> None:
    """Answer every error, ours and the framework's, in our shape."""

    async def ours(_: Request, error: Any) -> Response:
        return error_response(status_of(error), error.code, error.message, error.path)

    async def framework(_: Request, error: Any) -> Response:
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        response = error_response(error.status_code, code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    app.add_exception_handler(LRSError, ours)
    app.add_exception_handler(HTTPException, framework)
