"""Which filters of GET /statements a statement meets by itself (1.0.3 Communication 2.1.3; 2.0).

Agents are compared by their inverse functional identifier, IRIs as they are written (simple string
comparison, RFC 3987, 5.3.1), UUIDs and digests in any case, addresses in any case of their domain.
"""

from collections.abc import Collection, Iterable
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
    activity = target["id"] if kind == "Activity" else None
    registration = statement.get("context", {}).get("registration")
    agents: list[str] = []
    _add_direct_agents(agents, statement)
    related_agents: list[str] = []
    _add_related_agents(related_agents, statement)
    related_activities: list[str] = []
    _add_related_activities(related_activities, statement)
    return Terms(
        verb=statement["verb"]["id"],
        activity=activity,
        related_activities=_without((activity,), related_activities),
        agents=tuple(dict.fromkeys(agents)),
        related_agents=_without(agents, related_agents),
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
    return tuple([term for term in dict.fromkeys(found) if term not in known])


# Every statement passes here on its way in: lists that grow cost half of nested generators.


def _add_actor(found: list[str], actor: dict[str, Any]) -> None:
    """Add an agent's term, or those of a group and its members."""
    if actor.get("objectType") != "Group":
        found.append(agent_term(actor))
        return
    if not actor.keys().isdisjoint(IDENTIFIERS):
        found.append(agent_term(actor))
    found += map(agent_term, actor.get("member", ()))


def _add_direct_agents(found: list[str], statement: dict[str, Any]) -> None:
    _add_actor(found, statement["actor"])
    if statement["object"].get("objectType") in ("Agent", "Group"):
        _add_actor(found, statement["object"])


def _add_related_agents(found: list[str], statement: dict[str, Any]) -> None:
    if "authority" in statement:
        _add_actor(found, statement["authority"])
    context = statement.get("context", {})
    for role in ("instructor", "team"):
        if role in context:
            _add_actor(found, context[role])
    for role, wrapped in (("contextAgents", "agent"), ("contextGroups", "group")):
        for each in context.get(role, ()):
            _add_actor(found, each[wrapped])
    if statement["object"].get("objectType") == "SubStatement":
        _add_direct_agents(found, statement["object"])
        _add_related_agents(found, statement["object"])


def _add_related_activities(found: list[str], statement: dict[str, Any]) -> None:
    activities = statement.get("context", {}).get("contextActivities", {})
    for kind in CONTEXT_TYPES:
        if kind in activities:
            listed = activities[kind]
            found += [each["id"] for each in ([listed] if isinstance(listed, dict) else listed)]
    target = statement["object"]
    if target.get("objectType") == "SubStatement":
        if target["object"].get("objectType", "Activity") == "Activity":
            found.append(target["object"]["id"])
        _add_related_activities(found, target)
