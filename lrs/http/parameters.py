"""Parameters that several xAPI resources share."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from starlette.requests import Request

from lrs.errors import InvalidQuery
from lrs.xapi.actor import parse_agent
from lrs.xapi.filters import agent_term
from lrs.xapi.values import is_iri, parse_timestamp, parse_uuid


def parameters(request: Request, *allowed: str) -> Mapping[str, str]:
    """Return a request's parameters. Raises `InvalidQuery` for an unknown or repeated one."""
    items = request.query_params.multi_items()
    given = dict(items)
    for name, text in given.items():
        if name not in allowed:
            raise InvalidQuery("is no parameter of this resource", name)
        if "\0" in text:
            raise InvalidQuery("holds the character NUL", name)
    if len(given) < len(items):
        raise InvalidQuery("a parameter is given more than once")
    return given


def required(given: Mapping[str, str], name: str) -> str:
    """Return a parameter that must be there. Raises `InvalidQuery`."""
    if not given.get(name):
        raise InvalidQuery("is required", name)
    return given[name]


def activity_id(given: Mapping[str, str]) -> str:
    """Return `activityId`. Raises `InvalidQuery`."""
    iri = required(given, "activityId")
    if not is_iri(iri):
        raise InvalidQuery("must be an absolute IRI", "activityId")
    return iri


def agent(given: Mapping[str, str]) -> str:
    """Return the term of `agent`. Raises `InvalidQuery`."""
    return agent_term(parse_agent(required(given, "agent")))


def registration(given: Mapping[str, str]) -> UUID | None:
    """Return `registration`, if it is given. Raises `InvalidQuery`."""
    text = given.get("registration")
    return None if text is None else parse_uuid(text, "registration")


def since(given: Mapping[str, str]) -> datetime | None:
    """Return `since`, if it is given. Raises `InvalidQuery`."""
    text = given.get("since")
    if text is None:
        return None
    try:
        return parse_timestamp(text)
    except ValueError as error:
        raise InvalidQuery(f"this is {error}", "since") from None
