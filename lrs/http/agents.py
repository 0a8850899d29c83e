"""`/xapi/agents`: everything known by the identifier of an agent (1.0.3 Communication 2.4)."""

import orjson
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from lrs.http import openapi, parameters
from lrs.http.auth import require
from lrs.http.xapi import resource
from lrs.store import Store
from lrs.xapi.actor import parse_agent
from lrs.xapi.definitions import names_of, person
from lrs.xapi.filters import agent_term
from lrs.xapi.query import StatementQuery
from lrs.xapi.versions import Version

router = APIRouter(prefix="/xapi", tags=["xAPI"])
STATEMENTS = 100
"""So many of an agent's latest statements are looked at for names."""


async def get_agent(request: Request, _: Version) -> Response:
    """Answer a Person: the agent's identifier, and the names it goes by."""
    store: Store = request.app.state.store
    await require(request, "profile", "all/read", "statements/read")
    agent = parse_agent(parameters.required(parameters.parameters(request, "agent"), "agent"))
    query = StatementQuery(agent=agent_term(agent))
    page = await run_sync(store.log.index.page, query, STATEMENTS)
    names = names_of(agent, map(orjson.loads, page.statements))
    return Response(orjson.dumps(person(agent, names)), media_type="application/json")


_DESCRIBED = openapi.operation(
    openapi.VERSION, openapi.parameter("agent", openapi.AGENT, required=True)
)
for _method in ("GET", "HEAD"):
    router.add_api_route(
        "/agents", resource(get_agent), methods=[_method], openapi_extra=_DESCRIBED
    )
