"""`/reports/…` and, from `people_http`, `GET /people`: what analysts read."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, get_args

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from lrs.errors import InvalidQuery, NotFound
from projections.aggregates import aggregate, aggregate_csv
from projections.export import PARQUET, as_csv, as_parquet
from projections.people_http import people_router
from projections.reports import Name, Query, Reports
from projections.rules.report import canonical

FORMATS = ("json", "csv", "parquet")
RECORDS = "bichron.records"
"""Where a request's scope tells the disclosure log whose answer holds how many records."""
_TEXT = {"type": "string"}
DESCRIBED: list[dict[str, Any]] = [
    {"name": "program", "in": "query", "required": True, "schema": _TEXT},
    {"name": "session", "in": "query", "schema": _TEXT, "description": "For readiness."},
    {"name": "cohort", "in": "query", "schema": _TEXT},
    {
        "name": "as_of",
        "in": "query",
        "schema": _TEXT,
        "description": "As it stood then: an RFC 3339 time or `position:N`.",
    },
    {"name": "format", "in": "query", "schema": {"enum": [*FORMATS], "default": "json"}},
    {
        "name": "aggregate",
        "in": "query",
        "schema": {"enum": ["true", "false"], "default": "false"},
        "description": "Without learners; groups under five are suppressed but for `admin`.",
    },
]
"""The parameters, for OpenAPI; they are read by hand to refuse unknown ones."""


class Caller(Protocol):
    """Who asks."""

    def may(self, *scopes: str) -> bool:
        """Return whether any of the scopes is granted."""


Require = Callable[..., Awaitable[Caller]]


def report_router(require: Require) -> APIRouter:
    """Return the routes; `require(request, scope)` raises unless the caller has the scope.

    The app's state holds `reports` (a `Reports`) and `views` (a `Database`).
    """
    router = APIRouter()

    @router.get("/reports/{name}", tags=["Reports"], openapi_extra={"parameters": DESCRIBED})
    async def get_report(request: Request, name: str) -> Response:
        """Answer a report as it stands or, with `as_of`, as it stood."""
        caller = await require(request, "reports/read")
        reports: Reports = request.app.state.reports
        parameters = list(request.query_params.multi_items())
        query, form = read_query(name, parameters)
        report = await run_sync(reports.get, query)
        request.scope[RECORDS] = len(report["learners"])
        if ("aggregate", "true") in parameters:
            return _aggregate(aggregate(report, whole=caller.may("admin")), form)
        return await run_sync(_exported, report, form)

    router.include_router(people_router(require))
    return router


def read_query(name: str, parameters: list[tuple[str, str]]) -> tuple[Query, str]:
    """Return the query and the format asked for. Raises `NotFound` or `InvalidQuery`."""
    if name not in get_args(Name):
        raise NotFound(f"there is no report {name!r}; there are {', '.join(get_args(Name))}")
    given = dict(parameters)
    if unknown := sorted(given.keys() - {each["name"] for each in DESCRIBED}):
        raise InvalidQuery("this parameter is unknown", unknown[0])
    if len(given) < len(parameters):
        raise InvalidQuery("a parameter is given more than once")
    if "program" not in given:
        raise InvalidQuery("a report is for a program; name one", "program")
    form = given.pop("format", "json")
    if form not in FORMATS:
        raise InvalidQuery(f"the formats are {', '.join(FORMATS)}", "format")
    whether = given.pop("aggregate", "false")
    if whether not in {"true", "false"} or (whether == "true" and form not in {"json", "csv"}):
        raise InvalidQuery("it is true, in JSON or CSV, or false", "aggregate")
    return Query(name, **given), form  # type: ignore[arg-type] # one of Name, by the first check


def _exported(report: dict[str, Any], form: str) -> Response:
    if form == "json":
        return Response(canonical(report), media_type="application/json")
    # A slug has neither quotes nor line ends.
    name = f'attachment; filename="{report["report"]}-{report["program"]}.{form}"'
    headers = {"Content-Disposition": name}
    if form == "csv":
        return Response(as_csv(report), headers=headers, media_type="text/csv")
    return StreamingResponse(as_parquet(report), headers=headers, media_type=PARQUET)


def _aggregate(report: dict[str, Any], form: str) -> Response:
    if form == "csv":
        return Response(aggregate_csv(report), media_type="text/csv")
    return Response(canonical(report), media_type="application/json")
