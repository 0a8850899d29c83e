"""`/xapi/statements` (xAPI 1.0.3 Communication 2.1; 2.0, 4.1.6.1)."""

from asyncio import wrap_future
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import urlencode
from uuid import UUID, uuid4

import orjson
from anyio.to_thread import run_sync
from eventsourcing.persistence import PersistenceError
from fastapi import APIRouter, Request, Response
from starlette.datastructures import QueryParams
from starlette.responses import StreamingResponse

from lrs.append import StatementDraft
from lrs.attachments import attachment_events, stored_attachments
from lrs.credentials import Principal
from lrs.errors import InvalidInput, InvalidQuery, NotFound
from lrs.events import AttachmentStored
from lrs.http import openapi
from lrs.http.auth import require
from lrs.http.body import chunks, read_body
from lrs.http.disclosure import count_records
from lrs.http.xapi import CONSISTENT_THROUGH, http_moment, last_modified, resource
from lrs.store import Store
from lrs.xapi.formats import FORMATS, in_format
from lrs.xapi.multipart import (
    Attachment,
    PartsReader,
    boundary_of,
    compose,
    statements_and_attachments,
)
from lrs.xapi.query import StatementQuery, parse_query
from lrs.xapi.values import parse_uuid
from lrs.xapi.versions import Version

router = APIRouter(prefix="/xapi", tags=["xAPI"])
JSON = "application/json"
PATH = "/statements"

Handler = Callable[[Request, Version], Awaitable[Response]]


def statements_resource(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint whose every answer tells what it is consistent through."""
    answer = resource(handler)

    async def consistent(request: Request) -> Response:
        store: Store = request.app.state.store
        # Taken before the answer is: whatever was stored by then, the answer has seen.
        through = store.log.known_head().stored
        if request.method != "POST":
            with suppress(PersistenceError):  # the answer itself will say that the store is away
                through = await run_sync(store.log.index.consistent_through)
        response = await answer(request)
        response.headers[CONSISTENT_THROUGH] = http_moment(through)
        return response

    consistent.__doc__ = handler.__doc__
    return consistent


async def put_statement(request: Request, version: Version) -> Response:
    """Record one statement under the id that the client chose."""
    principal = await require(request, "statements/write")
    statement_id = _put_id(request.query_params)
    await _record(request, principal, version, statement_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def post_statements(request: Request, version: Version) -> Response:
    """Record a statement, or all of a batch or none; answer the ids in order."""
    principal = await require(request, "statements/write")
    if request.query_params:
        raise InvalidQuery(
            "a POST of statements takes no parameters", next(iter(request.query_params))
        )
    drafts = await _record(request, principal, version)
    return Response(orjson.dumps([str(each.draft.id) for each in drafts]), media_type=JSON)


async def get_statements(request: Request, version: Version) -> Response:
    """Answer one statement by its id, or a page of those that meet the filters."""
    store: Store = request.app.state.store
    principal = await require(request, "statements/read", "statements/read/mine")
    query = parse_query(request.query_params.multi_items(), version)
    only = None if principal.may("statements/read") else principal
    wanted = query.statement_id or query.voided_statement_id
    if wanted is not None:
        return await _one(request, store, query, wanted, only)
    return await _page(request, store, query, only)


async def _one(
    request: Request, store: Store, query: StatementQuery, wanted: UUID, only: Principal | None
) -> Response:
    found = await run_sync(store.log.index.find, wanted)
    voided = query.voided_statement_id is not None
    if found is None or found.voided != voided or (only and found.principal != only.key):
        raise NotFound(
            f"no {'voided ' if voided else ''}statement has the id {wanted}", "statementId"
        )
    count_records(request, 1)
    language = request.headers.get("accept-language")
    statement = in_format(found.statement, query.format, language)
    headers = last_modified(found.stored)
    return await _answer(store, query, statement, [found.statement], headers)


async def _page(
    request: Request, store: Store, query: StatementQuery, only: Principal | None
) -> Response:
    limit = min(query.limit or store.settings.page_size, store.settings.page_limit)

    mine = store.statements.mine(only) if only else None
    page = await run_sync(store.log.index.page, query, limit, mine)
    count_records(request, len(page.statements))
    language = request.headers.get("accept-language")
    statements = [in_format(each, query.format, language) for each in page.statements]
    more = _more(request, page.cursor) if page.cursor is not None else ""
    headers = last_modified(page.newest) if page.newest else {}
    return await _answer(store, query, _result(statements, more), page.statements, headers)


async def _answer(
    store: Store,
    query: StatementQuery,
    body: bytes,
    statements: Sequence[bytes],
    headers: dict[str, str],
) -> Response:
    """Return the body, with the statements' attachments if they were asked for."""
    if not query.attachments:
        return Response(body, media_type=JSON, headers=headers)
    found = stored_attachments(store.log, map(orjson.loads, statements))
    boundary = f"bichron-{uuid4().hex}"
    return StreamingResponse(
        compose(body, found, boundary),
        media_type=f"multipart/mixed; boundary={boundary}",
        headers=headers,
    )


def _result(statements: Sequence[bytes], more: str) -> bytes:
    # Stored statements are joined as they are: nothing is parsed, nothing changes.
    return b'{"statements":[' + b",".join(statements) + b'],"more":' + orjson.dumps(more) + b"}"


def _more(request: Request, cursor: int) -> str:
    """Return the path of the next page: the same request, from the cursor on."""
    parameters = [each for each in request.query_params.multi_items() if each[0] != "cursor"]
    return f"{request.url.path}?{urlencode([*parameters, ('cursor', str(cursor))])}"


async def _record(
    request: Request, principal: Principal, version: Version, statement_id: UUID | None = None
) -> Sequence[StatementDraft]:
    """Record a request's statements with their attachments, and return them."""
    store: Store = request.app.state.store
    drafts, attachments = await _drafted(request, principal, version, statement_id)
    if drafts:
        await wrap_future(store.statements.record(drafts, attachments))
    return drafts


async def _drafted(
    request: Request, principal: Principal, version: Version, statement_id: UUID | None
) -> tuple[Sequence[StatementDraft], Sequence[AttachmentStored]]:
    """Return a request's statements and attachments, ready to be recorded.

    On its own, so that the body is gone while they wait.
    """
    store: Store = request.app.state.store
    body, sent = await _read(request, store)
    drafts = store.statements.draft(body, principal, version, statement_id)
    store.statements.check_attachments(drafts, sent, version)
    return drafts, attachment_events((sent or {}).values(), principal.key)


async def _read(request: Request, store: Store) -> tuple[bytes, dict[str, Attachment] | None]:
    """Return a request's statements as JSON and the attachments sent with them, if it may have any."""
    content_type = request.headers.get("content-type", "")
    boundary = boundary_of(content_type)
    media_type = content_type.partition(";")[0].strip().lower()
    if boundary is None and media_type != JSON:
        message = f"statements come as {JSON} or multipart/mixed, not {media_type or 'untyped'}"
        raise InvalidInput(message, "Content-Type")
    limit = store.settings.max_body_bytes
    if boundary is None:
        return await read_body(request, limit), None
    reader = PartsReader(boundary)
    async for chunk in chunks(request, limit):
        reader.feed(chunk)
    return statements_and_attachments(reader.parts())


def _put_id(parameters: QueryParams) -> UUID:
    names = [name for name, _ in parameters.multi_items()]
    if names != ["statementId"]:
        wrong = next((name for name in names if name != "statementId"), "statementId")
        raise InvalidQuery("a PUT of a statement takes exactly one parameter, statementId", wrong)
    return parse_uuid(parameters["statementId"], "statementId")


_STATEMENT_ID = openapi.parameter("statementId", openapi.UUID, required=True)
_FILTERS = (
    openapi.parameter("statementId", openapi.UUID),
    openapi.parameter("voidedStatementId", openapi.UUID),
    openapi.parameter("agent", openapi.AGENT),
    openapi.parameter("verb", openapi.IRI),
    openapi.parameter("activity", openapi.IRI),
    openapi.parameter("registration", openapi.UUID),
    openapi.parameter("related_activities", openapi.FLAG),
    openapi.parameter("related_agents", openapi.FLAG),
    openapi.parameter("since", openapi.MOMENT),
    openapi.parameter("until", openapi.MOMENT),
    openapi.parameter("limit", {"type": "integer", "minimum": 0, "default": 0}),
    openapi.parameter("format", {"enum": [*FORMATS], "default": "exact"}),
    openapi.parameter("attachments", openapi.FLAG),
    openapi.parameter("ascending", openapi.FLAG),
    openapi.header("Accept-Language", openapi.TEXT),
)
_GET = openapi.operation(openapi.VERSION, *_FILTERS, answer=openapi.RESULT)
_PUT = openapi.operation(
    openapi.VERSION, _STATEMENT_ID, body={JSON: openapi.STATEMENT}, answers=(204,)
)
_POST = openapi.operation(
    openapi.VERSION,
    body={JSON: openapi.STATEMENTS},
    answer={"type": "array", "items": openapi.UUID},
)
_RESOURCE = (
    ("PUT", put_statement, _PUT),
    ("POST", post_statements, _POST),
    ("GET", get_statements, _GET),
    ("HEAD", get_statements, _GET),
)
LANE = {
    (router.prefix + PATH, method): statements_resource(handler) for method, handler, _ in _RESOURCE
}
"""What requests take, see `lrs.http.lane`; the routes below describe the same."""
for _method, _handler, _described in _RESOURCE:
    router.add_api_route(
        PATH, statements_resource(_handler), methods=[_method], openapi_extra=_described
    )
