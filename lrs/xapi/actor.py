"""Actors outside of statements: the keys that reports and people use, and agents in parameters.

An actor key is the identifier of an agent or identified group as one line of text, as people write
it: `mailto:ada@example.org` (in lower case), `sha1:…`, `openid:https://…`, or `HOMEPAGE::NAME` for
an account. Keys that are equal mean the same actor; keys that differ may still mean one person.
"""

import re
from hashlib import sha1
from typing import Any

from lrs.errors import InvalidJSON, InvalidQuery, InvalidStatement
from lrs.xapi.parsing import loads
from lrs.xapi.paths import SHOWN_CHARACTERS
from lrs.xapi.rules.actors import identified
from lrs.xapi.values import is_iri, is_mailto, is_sha1

_SEPARATOR = "::"

# Home pages are written so that the first separator is the one: colons that would look like a part
# of it are percent-encoded. A home page with such colons encoded already is read as one with them.
_CONFUSING = re.compile(r"(?<=:):|:\Z")
_ENCODED = re.compile(r"(?<=:)(?:%3A)+|%3A\Z")


def actor_key(agent: dict[str, Any]) -> str | None:
    """Return the key of a valid agent or group; None for an anonymous group."""
    if "mbox" in agent:
        return str(agent["mbox"]).lower()
    if "account" in agent:
        home_page = _CONFUSING.sub("%3A", agent["account"]["homePage"])
        return f"{home_page}{_SEPARATOR}{agent['account']['name']}"
    if "mbox_sha1sum" in agent:
        return f"sha1:{agent['mbox_sha1sum'].lower()}"
    if "openid" in agent:
        return f"openid:{agent['openid']}"
    return None


def agent_from_key(key: str) -> dict[str, Any]:
    """Return the agent that a key names. Raises `InvalidQuery` if it names none."""
    if is_mailto(key):
        return {"objectType": "Agent", "mbox": key}
    kind, _, value = key.partition(":")
    if kind == "sha1" and is_sha1(value):
        return {"objectType": "Agent", "mbox_sha1sum": value}
    if kind == "openid" and is_iri(value):
        return {"objectType": "Agent", "openid": value}
    home_page, separator, name = key.partition(_SEPARATOR)
    home_page = _ENCODED.sub(lambda run: ":" * run[0].count("%"), home_page)
    if separator and is_iri(home_page):
        return {"objectType": "Agent", "account": {"homePage": home_page, "name": name}}
    message = f"{key[:SHOWN_CHARACTERS]!r} is no actor; write mailto:…, sha1:… or HOMEPAGE::NAME"
    raise InvalidQuery(message)


def parse_agent(text: str, path: str = "agent") -> dict[str, Any]:
    """Return the agent or identified group of a query parameter; `path` is its name.

    Raises `InvalidQuery` for bad JSON and whatever a statement could not have as its actor.
    """
    try:
        agent = loads(text.encode())
        identified(agent)
    except (InvalidJSON, InvalidStatement) as fault:
        place = f"{path}.{fault.path}" if fault.path else path
        raise InvalidQuery(fault.message, place) from None
    except UnicodeEncodeError:
        raise InvalidQuery("is not valid Unicode", path) from None
    valid: dict[str, Any] = agent
    return valid


def mbox_sha1(key: str) -> str:
    """Return the `sha1:` key of the actor who has this `mailto:` key (1.0.3 Data 2.4.2.3)."""
    digest = sha1(key.lower().encode(), usedforsecurity=False).hexdigest()
    return f"sha1:{digest}"
