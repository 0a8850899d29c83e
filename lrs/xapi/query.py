"""The parameters of GET /statements (1.0.3 Communication 2.1.3; 2.0, 4.1.6.1)."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from lrs.errors import InvalidQuery
from lrs.xapi.actor import parse_agent
from lrs.xapi.filters import agent_term, registration_term
from lrs.xapi.formats import FORMATS, Format
from lrs.xapi.paths import SHOWN_CHARACTERS
from lrs.xapi.values import is_iri, parse_timestamp, parse_uuid
from lrs.xapi.versions import Version


class StatementQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A valid query: for one statement by its id, or for those that meet every filter."""

    statement_id: UUID | None = None
    voided_statement_id: UUID | None = None
    agent: str | None = None
    """A term, see `lrs.xapi.filters.agent_term`."""
    verb: str | None = None
    activity: str | None = None
    registration: str | None = None
    """A term, see `lrs.xapi.filters.registration_term`."""
    related_activities: bool = False
    related_agents: bool = False
    since: datetime | None = None
    """Stored after this moment."""
    until: datetime | None = None
    """Stored at or before this moment."""
    limit: int = 0
    """At most so many; 0: as many as the server allows."""
    format: Format = "exact"
    attachments: bool = False
    ascending: bool = False
    cursor: int | None = None
    """Go on from this position; our own parameter, which `more` carries."""


Reading = Callable[[str, str], Any]
"""Reads the text of a parameter; the second argument is the parameter's name, for errors."""

_NUMBER = re.compile(r"[0-9]{1,18}")


def parse_query(parameters: Iterable[tuple[str, str]], _version: Version) -> StatementQuery:
    """Return the query that a request's parameters make.

    Raises `InvalidQuery`, with the parameter's name in `path`, for parameters that are unknown,
    spelled in another case, given twice, malformed or at odds with each other. The two versions
    have the same parameters.
    """
    read: dict[str, Any] = {}
    for name, text in parameters:
        if name not in _PARAMETERS:
            raise InvalidQuery("is no parameter of this resource", name)
        field, reading = _PARAMETERS[name]
        if field in read:
            raise InvalidQuery("is given more than once", name)
        read[field] = reading(text, name)
    _refuse_contradictions(read)
    return StatementQuery(**read)


def _refuse_contradictions(read: dict[str, Any]) -> None:
    if "statement_id" in read and "voided_statement_id" in read:
        raise InvalidQuery("excludes statementId", "voidedStatementId")
    if "statement_id" not in read and "voided_statement_id" not in read:
        return
    for name, (field, _) in _PARAMETERS.items():
        if field in read and field not in _BESIDE_AN_ID:
            raise InvalidQuery("has no place where one statement is asked for by its id", name)


def _iri(text: str, name: str) -> str:
    if not is_iri(text):
        raise InvalidQuery(f"{text[:SHOWN_CHARACTERS]!r} is not an absolute IRI", name)
    return text


def _boolean(text: str, name: str) -> bool:
    if text not in ("true", "false"):
        raise InvalidQuery(f"must be true or false, not {text[:SHOWN_CHARACTERS]!r}", name)
    return text == "true"


def _timestamp(text: str, name: str) -> datetime:
    try:
        return parse_timestamp(text)
    except ValueError as error:
        raise InvalidQuery(f"{text[:SHOWN_CHARACTERS]!r} is {error}", name) from None


def _number(text: str, name: str) -> int:
    if not _NUMBER.fullmatch(text):
        message = f"must be a whole number, not negative, not {text[:SHOWN_CHARACTERS]!r}"
        raise InvalidQuery(message, name)
    return int(text)


def _position(text: str, name: str) -> int:
    position = _number(text, name)
    if position == 0:
        raise InvalidQuery("must be positive", name)
    return position


def _format(text: str, name: str) -> str:
    if text not in FORMATS:
        message = f"must be one of {', '.join(FORMATS)}, not {text[:SHOWN_CHARACTERS]!r}"
        raise InvalidQuery(message, name)
    return text


def _agent(text: str, name: str) -> str:
    return agent_term(parse_agent(text, name))


def _registration(text: str, name: str) -> str:
    return registration_term(str(parse_uuid(text, name)))


_PARAMETERS: dict[str, tuple[str, Reading]] = {
    "statementId": ("statement_id", parse_uuid),
    "voidedStatementId": ("voided_statement_id", parse_uuid),
    "agent": ("agent", _agent),
    "verb": ("verb", _iri),
    "activity": ("activity", _iri),
    "registration": ("registration", _registration),
    "related_activities": ("related_activities", _boolean),
    "related_agents": ("related_agents", _boolean),
    "since": ("since", _timestamp),
    "until": ("until", _timestamp),
    "limit": ("limit", _number),
    "format": ("format", _format),
    "attachments": ("attachments", _boolean),
    "ascending": ("ascending", _boolean),
    "cursor": ("cursor", _position),
}
_BESIDE_AN_ID = {"statement_id", "voided_statement_id", "attachments", "format"}
