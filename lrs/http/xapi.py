"""What all xAPI resources share: version negotiation, headers on every answer, errors as JSON."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime

from fastapi import Request, Response

from lrs.errors import LRSError
from lrs.http.errors import STORE_FAILURES, error_response, status_of, store_away
from lrs.xapi.versions import Version, negotiate

VERSION_HEADER = "X-Experience-API-Version"
CONSISTENT_THROUGH = "X-Experience-API-Consistent-Through"

Handler = Callable[[Request, Version], Awaitable[Response]]


def resource(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that negotiates the version and answers with xAPI's headers, whatever comes."""

    async def answer(request: Request) -> Response:
        asked = request.headers.get(VERSION_HEADER)
        try:
            version = negotiate(asked)
        except LRSError as error:
            asked = request.app.state.store.settings.default_version
            response = _error(error)
        else:
            try:
                response = await handler(request, version)
            except LRSError as error:
                response = _error(error)
            except STORE_FAILURES as error:
                response = _error(store_away(error))
        response.headers[VERSION_HEADER] = str(asked)
        return response

    answer.__name__ = getattr(handler, "__name__", "answer")
    answer.__doc__ = handler.__doc__
    return answer


def http_moment(moment: datetime) -> str:
    """Return a moment in UTC, milliseconds rounded down, as the consistent-through header has it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _error(error: LRSError) -> Response:
    return error_response(status_of(error), error.code, error.message, error.path)


def last_modified(moment: datetime) -> dict[str, str]:
    """Return the Last-Modified header for what was stored at a moment."""
    return {"Last-Modified": format_datetime(moment, usegmt=True)}
