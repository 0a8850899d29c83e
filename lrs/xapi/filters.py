"""Which filters of GET /statements a statement meets by itself (1.0.3 Communication 2.1.3; 2.0).

Agents are compared by their inverse functional identifier, IRIs as they are written (simple string
comparison, RFC 3987, 5.3.1), UUIDs and digests in any case, addresses in any case of their domain.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

import msgspec

from lrs.xapi.rules.actors import IDENTIFIERS
from lrs.xapi.rules.contexts import CONTEXT_TYPES
from lrs.xapi.statement import VOIDED


class Terms(msgspec.Struct, frozen=True):
    """The values with which a statement answers each filter. Nothing occurs twice.

    The `related_` ones hold only what the narrow filter does not find already.
    """

    verb: str
    activity: str | None
    related_activities: tuple[str, ...]
    agents: tuple[str, ...]
    related_agents: tuple[str, ...]
    registration: str | None
    refers_to: UUID | None
    """The statement that is this one's object."""
    voids: bool


def terms(statement: dict[str, Any]) -> Terms:
    """Return the terms of a valid statement, with the LRS's fields or without."""
    target = statement["object"]
    kind = target.get("objectType", "Activity")
    agents = tuple(dict.fromkeys(_direct_agents(statement)))
    activity = target["id"] if kind == "Activity" else None
    registration = statement.get("context", {}).get("registration")
    return Terms(
        verb=statement["verb"]["id"],
        activity=activity,
        related_activities=_without((activity,), _related_activities(statement)),
        agents=agents,
        related_agents=_without(agents, _related_agents(statement)),
        registration=registration and registration_term(registration),
        refers_to=UUID(target["id"]) if kind == "StatementRef" else None,
        voids=statement["verb"]["id"] == VOIDED,
    )


def agent_term(agent: dict[str, Any]) -> str:
    """Return the term under which an agent or identified group is found."""
    if "mbox" in agent:
        local, _, domain = agent["mbox"].rpartition("@")
        return f"mbox|{local}@{domain.lower()}"
    if "account" in agent:
        # An IRI holds no bar, so a home page ends at the first one after it began.
        return f"account|{agent['account']['homePage']}|{agent['account']['name']}"
    if "mbox_sha1sum" in agent:
        return f"mbox_sha1sum|{agent['mbox_sha1sum'].lower()}"
    return f"openid|{agent['openid']}"


def registration_term(registration: str) -> str:
    """Return the term under which a registration is found."""
    return registration.lower()


def _without(known: Collection[str | None], found: Iterable[str]) -> tuple[str, ...]:
    return tuple(term for term in dict.fromkeys(found) if term not in known)


def _of_actor(actor: dict[str, Any]) -> Iterator[str]:
    """Yield an agent's term, or those of a group and its members."""
    if actor.get("objectType") != "Group":
        yield agent_term(actor)
        return
    if not actor.keys().isdisjoint(IDENTIFIERS):
        yield agent_term(actor)
    for member in actor.get("member", ()):
        yield agent_term(member)


def _direct_agents(statement: dict[str, Any]) -> Iterator[str]:
    yield from _of_actor(statement["actor"])
    if statement["object"].get("objectType") in ("Agent", "Group"):
        yield from _of_actor(statement["object"])


def _related_agents(statement: dict[str, Any]) -> Iterator[str]:
    if "authority" in statement:
        yield from _of_actor(statement["authority"])
    context = statement.get("context", {})
    for role in ("instructor", "team"):
        if role in context:
            yield from _of_actor(context[role])
    for role, wrapped in (("contextAgents", "agent"), ("contextGroups", "group")):
        for each in context.get(role, ()):
            yield from _of_actor(each[wrapped])
    if statement["object"].get("objectType") == "SubStatement":
        yield from _direct_agents(statement["object"])
        yield from _related_agents(statement["object"])


def _related_activities(statement: dict[str, Any]) -> Iterator[str]:
    activities = statement.get("context", {}).get("contextActivities", {})
    for kind in CONTEXT_TYPES:
        found = activities.get(kind, ())
        for activity in (found,) if isinstance(found, dict) else found:
            yield activity["id"]
    target = statement["object"]
    if target.get("objectType") == "SubStatement":
        if target["object"].get("objectType", "Activity") == "Activity":
            yield target["object"]["id"]
        yield from _related_activities(target)
