"""From a client's bytes to what is stored: the client's own text, and what the LRS has to add.

The server's part stands first, right after the opening brace; the rest stays as it was sent, with
its numbers, escapes, order and white space.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

import msgspec
import orjson

from lrs.errors import InvalidStatement
from lrs.xapi.rewriting import rewritten
from lrs.xapi.values import format_timestamp
from lrs.xapi.versions import Version


class Draft(msgspec.Struct, frozen=True):
    """A valid statement, complete but for the moment at which it is stored."""

    id: UUID
    given_id: bool
    """Whether the client chose the id."""
    body: bytes
    """The statement as JSON, without `stored`."""
    timestamped: bool
    """Whether the client said when it happened."""
    parsed: dict[str, Any]
    """The statement as it was sent, parsed, with the authority that the LRS gave it."""

    def at(self, stored: datetime) -> bytes:
        """Return the statement as stored at an aware moment, which stands in for the timestamp."""
        moment = format_timestamp(stored)
        times = {"stored": moment} if self.timestamped else {"stored": moment, "timestamp": moment}
        return _spliced(orjson.dumps(times), self.body)


def complete(
    raw: bytes,
    statement: dict[str, Any],
    *,
    statement_id: UUID | None,
    authority: bytes,
    version: Version,
) -> Draft:
    """Return what is to be stored of a valid statement, which was sent as `raw`.

    `statement_id` is the id that the request names, `authority` the JSON of who vouches for the
    statement. Raises `InvalidStatement` if the statement has another id.
    """
    own_id = UUID(statement["id"]) if "id" in statement else None
    if own_id and statement_id and own_id != statement_id:
        raise InvalidStatement(f"is not the id that the request names, {statement_id}", "id")
    chosen = own_id or statement_id or uuid4()
    added: dict[str, Any] = {}
    if not own_id:
        added["id"] = chosen
    if "version" not in statement:
        added["version"] = version.of_statements
    added["authority"] = orjson.Fragment(authority)
    body = _spliced(orjson.dumps(added), rewritten(raw.strip(), statement))
    return Draft(
        id=chosen,
        given_id=bool(own_id or statement_id),
        body=body,
        timestamped="timestamp" in statement,
        parsed=statement | {"authority": _parsed(authority)},
    )


# There are few authorities; nobody changes what is parsed.
_parsed = lru_cache(maxsize=1_024)(orjson.loads)


def _spliced(first: bytes, rest: bytes) -> bytes:
    """Return one object of the members of two, neither of which is empty."""
    return first[:-1] + b"," + rest[1:]
