"""`GET /people`: who is nobody's learner yet, and who is who."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import orjson
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from lrs.errors import InvalidQuery
from lrs.xapi.actor import actor_key, agent_from_key, parse_agent
from projections.database import Database
from projections.people import show_person
from projections.reports import Reports
from projections.unmatched import LARGEST_PAGE, PAGE, unmatched

Require = Callable[..., Awaitable[object]]
_TEXT = {"type": "string"}
_UNMATCHED = ("unmatched", "program", "limit", "cursor")
_PERSON = ("actor", "as_of")
DESCRIBED: list[dict[str, Any]] = [
    {
        "name": "unmatched",
        "in": "query",
        "schema": {"enum": ["true"]},
        "description": "List the actors who are no learners; either this or `actor` is needed.",
    },
    {"name": "program", "in": "query", "schema": _TEXT, "description": "Only one program's."},
    {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE},
    },
    {
        "name": "cursor",
        "in": "query",
        "schema": _TEXT,
        "description": "The `cursor` that the page before ended with.",
    },
    {
        "name": "actor",
        "in": "query",
        "schema": {**_TEXT, "examples": ["mailto:ada@example.org"]},
        "description": "Show the person behind an actor: an actor key, or an xAPI agent as JSON.",
    },
    {
        "name": "as_of",
        "in": "query",
        "schema": _TEXT,
        "description": "With `actor`, as it stood then: an RFC 3339 time or `position:N`.",
    },
]


def people_router(require: Require) -> APIRouter:
    """Return the route; `require(request, *scopes)` raises unless the caller has one of them.

    The app's state holds `reports` (a `Reports`) and `views` (a `Database`).
    """
    router = APIRouter()

    @router.get("/people", tags=["People"], openapi_extra={"parameters": DESCRIBED})
    async def get_people(request: Request) -> Response:
        """Answer who on programs' steps is none of their learners, or who an actor is."""
        await require(request, "reports/read", "people/write")
        given = _given(request)
        reports: Reports = request.app.state.reports
        views: Database = request.app.state.views
        if "actor" in given:
            _only(given, _PERSON)
            answer = partial(show_person, reports.log, read_key(given["actor"]), given.get("as_of"))
        else:
            if given.get("unmatched") != "true":
                raise InvalidQuery("ask for unmatched=true or for an actor", "unmatched")
            _only(given, _UNMATCHED)
            answer = partial(
                unmatched,
                reports.log,
                views,
                program=given.get("program"),
                limit=_limit(given),
                cursor=given.get("cursor"),
            )
        return Response(orjson.dumps(await run_sync(answer)), media_type="application/json")

    return router


def read_key(text: str) -> str:
    """Return the key of an actor that is given as a key or as an agent in JSON.

    Raises `InvalidQuery`.
    """
    try:
        agent = parse_agent(text, "actor") if text[:1] == "{" else agent_from_key(text)
    except InvalidQuery as fault:
        raise InvalidQuery(fault.message, fault.path or "actor") from None
    key = actor_key(agent)
    if key is None:
        raise InvalidQuery("an anonymous group is nobody in particular", "actor")
    return key


def _given(request: Request) -> Mapping[str, str]:
    items = request.query_params.multi_items()
    given = dict(items)
    if len(given) < len(items):
        raise InvalidQuery("a parameter is given more than once")
    for name, text in given.items():
        if "\0" in text:
            raise InvalidQuery("holds the character NUL", name)
    return given


def _only(given: Mapping[str, str], allowed: tuple[str, ...]) -> None:
    if unknown := sorted(given.keys() - set(allowed)):
        raise InvalidQuery(f"this parameter does not go with {allowed[0]}", unknown[0])


def _limit(given: Mapping[str, str]) -> int:
    text = given.get("limit", str(PAGE))
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise InvalidQuery("this is no whole number", "limit")
    if not 1 <= int(text) <= LARGEST_PAGE:
        raise InvalidQuery(f"a page has from 1 to {LARGEST_PAGE} actors", "limit")
    return int(text)
