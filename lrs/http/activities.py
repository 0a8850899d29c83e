"""`/xapi/activities`: an activity as statements define it (1.0.3 Communication 2.5)."""

import orjson
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from lrs.http import openapi, parameters
from lrs.http.auth import require
from lrs.http.xapi import resource
from lrs.store import Store
from lrs.xapi.definitions import activity
from lrs.xapi.query import StatementQuery
from lrs.xapi.versions import Version

router = APIRouter(prefix="/xapi", tags=["xAPI"])
STATEMENTS = 200
"""So many of the latest statements about an activity are looked at for its definition."""


async def get_activity(request: Request, _: Version) -> Response:
    """Answer an activity with the definition that its latest statements give together.

    Those of a credential without the scope `define` do not count.
    """
    store: Store = request.app.state.store
    await require(request, "profile", "define", "all/read", "statements/read")
    iri = parameters.activity_id(parameters.parameters(request, "activityId"))
    query = StatementQuery(activity=iri, related_activities=True)
    page = await run_sync(store.log.index.page, query, STATEMENTS)
    left_out = await run_sync(store.credentials.not_defining)
    defining = [
        statement
        for statement, principal in zip(page.statements, page.principals, strict=True)
        if principal not in left_out
    ]
    found = activity(iri, map(orjson.loads, reversed(defining)))
    return Response(orjson.dumps(found), media_type="application/json")


_DESCRIBED = openapi.operation(
    openapi.VERSION, openapi.parameter("activityId", openapi.IRI, required=True)
)
for _method in ("GET", "HEAD"):
    router.add_api_route(
        "/activities", resource(get_activity), methods=[_method], openapi_extra=_DESCRIBED
    )
