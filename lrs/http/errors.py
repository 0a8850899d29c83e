"""Errors as HTTP: one table of statuses, one JSON shape."""

import logging
import sqlite3
from http import HTTPStatus
from typing import Any

import orjson
import psycopg
from eventsourcing.persistence import PersistenceError
from fastapi import FastAPI, Request, Response
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException

from lrs.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    LRSError,
    NotFound,
    PreconditionFailed,
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
    PreconditionFailed: 412,
    TooLarge: 413,
    Unavailable: 503,
}

STORE_FAILURES = (
    PersistenceError,
    psycopg.OperationalError,
    PoolTimeout,
    sqlite3.OperationalError,
)
"""What says that the database does not answer now."""

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


def store_away(error: Exception) -> Unavailable:
    """Return what a failing database means to a client; the log keeps the reason."""
    logger.error("the store does not answer: %s", error)
    return Unavailable("the store does not answer now; try again later")


def install(app: FastAPI) -> None:
    """Answer every error, ours and the framework's, in our shape."""

    async def ours(_: Request, error: Any) -> Response:
        return error_response(status_of(error), error.code, error.message, error.path)

    async def framework(_: Request, error: Any) -> Response:
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        response = error_response(error.status_code, code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    async def away(request: Request, error: Any) -> Response:
        return await ours(request, store_away(error))

    app.add_exception_handler(LRSError, ours)
    for failure in STORE_FAILURES:
        app.add_exception_handler(failure, away)
    app.add_exception_handler(HTTPException, framework)
