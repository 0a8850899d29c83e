"""The audit trail: each event of the log told as who did what, when and why. Pure.

An action is the event's topic in words: `StatementRecorded` is `statement.recorded`, so a new kind
of event needs nothing here to be told and found. A statement that voids is `statement.voided`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
import orjson

from lrs.document_rules import actors_of
from lrs.errors import InvalidQuery
from lrs.events import (
    AttachmentStored,
    DocumentStored,
    Event,
    LegalHoldSet,
    PayloadErased,
    PayloadReplaced,
    ProgramPlanned,
    StatementRecorded,
    WebhookReceived,
)
from lrs.xapi.actor import actor_key, mbox_sha1, parse_agent
from lrs.xapi.statement import VOIDED

RECORDED = "statement.recorded"
VOIDING = "statement.voided"
_HEADER = frozenset({"originator_id", "originator_version", "timestamp", "principal", "reason"})
_UNTOLD: Mapping[type[Event], frozenset[str]] = {
    ProgramPlanned: frozenset({"document"}),
    PayloadErased: frozenset({"targets", "redacted"}),
    PayloadReplaced: frozenset({"body"}),
    LegalHoldSet: frozenset({"actors"}),
    WebhookReceived: frozenset({"facts"}),
}
"""What is too long for a line; the log has it."""
_SECRETS = frozenset({"secret_hash"})
_WORDS = re.compile(r"[A-Z][a-z0-9]*")


def action_of(topic: str, statement: Mapping[str, Any] | None = None) -> str:
    """Return an event's action: `what.happened`; `statement` is a recorded one, parsed."""
    if statement and statement["verb"]["id"] == VOIDED:
        return VOIDING
    *what, happened = [word.lower() for word in _WORDS.findall(topic)]
    return f"{'-'.join(what)}.{happened}"


def moment_shown(moment: datetime | None) -> str | None:
    """Return a moment in RFC 3339, UTC, to the microsecond."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def told(position: int, event: Event, before: Event | None = None) -> dict[str, Any]:
    """Return an event in words; `before` is the one before it in its stream, if it has one.

    `principal` is who was authenticated, `actor` whom a statement asserts to have acted (an actor
    key); `stored` is the server's time, `timestamp` the one that a statement claims.
    """
    statement = orjson.loads(event.statement) if isinstance(event, StatementRecorded) else None
    actor = actor_key(statement["actor"]) if statement else None
    return _line(position, event, action_of(event.TOPIC, statement)) | {
        "timestamp": statement.get("timestamp") if statement else None,
        "actor": actor,
        "reason": getattr(event, "reason", None),
        "what": _statement(statement) if statement else _what(event, before),
    }


def told_erased(position: int, header: Event, topic: str) -> dict[str, Any]:
    """Return what is left of an event whose body was destroyed."""
    return _line(position, header, action_of(topic)) | {"erased": True}


def _line(position: int, event: Event, action: str) -> dict[str, Any]:
    return {
        "position": position,
        "action": action,
        "stored": moment_shown(event.timestamp),
        "timestamp": None,
        "principal": event.principal,
        "actor": None,
        "reason": None,
        "what": {},
        "stream": str(event.originator_id),
        "version": event.originator_version,
        "erased": False,
    }


def _statement(statement: dict[str, Any]) -> dict[str, Any]:
    target = statement["object"]
    found = {
        "statement": statement["id"],
        "verb": statement["verb"]["id"],
        "object": target.get("id") or actor_key(target),
    }
    if target.get("objectType") == "StatementRef":
        found["refers_to"] = target["id"]
    return found


def _what(event: Event, before: Event | None) -> dict[str, Any]:
    if isinstance(event, AttachmentStored):
        return _content(event.content)
    hidden = _HEADER | _SECRETS | _UNTOLD.get(type(event), frozenset())
    fields = {
        name: value
        for name in event.__struct_fields__
        if name not in hidden and not isinstance(value := getattr(event, name), bytes)
    }
    found: dict[str, Any] = msgspec.to_builtins(fields)
    if isinstance(event, DocumentStored):
        found["new"] = _version(event)
    if isinstance(before, DocumentStored):
        found["old"] = _version(before)
    return found


def _version(event: DocumentStored) -> dict[str, Any]:
    return {"version": event.originator_version, **_content(event.content)}


def _content(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": sha256(content).hexdigest()}


def people_in(event: Event) -> set[str]:
    """Return the canonical keys of the actors whom an event concerns, see `canonical`."""
    if isinstance(event, StatementRecorded):
        return set(_of_statement(orjson.loads(event.statement)))
    if isinstance(event, ProgramPlanned):
        return _of_plan(event)
    named: set[str] = set(getattr(event, "actors", ()))
    if actor := getattr(event, "actor", None):
        named.add(actor)
    if person := getattr(event, "person", None):
        named.add(person)  # an erasure or a hold names somebody by the opaque id alone
    if agent := getattr(event, "agent", None):
        named.add(key_of_term(agent))
    named |= _of_parameters(getattr(event, "parameters", {}))
    return set(map(canonical, named))


def canonical(actor: str) -> str:
    """Return the one key of an actor: a mailbox and its SHA-1 are the same, so the SHA-1 it is."""
    return mbox_sha1(actor) if actor.startswith("mailto:") else actor


def key_of_term(term: str) -> str:
    """Return the actor key of an agent's term, see `lrs.xapi.filters.agent_term`."""
    kind, _, value = term.partition("|")
    if kind == "account":
        home_page, _, name = value.partition("|")
        return actor_key({"account": {"homePage": home_page, "name": name}}) or ""
    return actor_key({kind: value}) or ""


def _of_statement(statement: dict[str, Any]) -> Iterator[str]:
    """Yield everybody in a statement but its authority, who is the principal."""
    context = statement.get("context", {})
    agents = [statement["actor"], context.get("instructor"), context.get("team")]
    agents += [each["agent"] for each in context.get("contextAgents", ())]
    agents += [each["group"] for each in context.get("contextGroups", ())]
    target = statement["object"]
    if target.get("objectType") in ("Agent", "Group"):
        agents.append(target)
    elif target.get("objectType") == "SubStatement":
        yield from _of_statement(target)
    for agent in agents:
        if agent is not None:
            yield from _of_agent(agent)


def _of_agent(agent: dict[str, Any]) -> Iterator[str]:
    for each in (agent, *agent.get("member", ())):
        if key := actor_key(each):
            yield canonical(key)


def _of_plan(event: ProgramPlanned) -> set[str]:
    """Return the learners that a document enrols or, of a changed one, those whom it changed."""
    document = orjson.loads(bytes(event.document))
    actors = [actors_of(each) for each in _learners(document.get("cohorts", []))]
    if event.changes:
        paths = [change.path for change in event.changes]
        actors = [each for each in actors if _named(each, paths)]
        values = [value for change in event.changes for value in (change.old, change.new)]
        actors += [actors_of(each) for value in values for each in _learners(value)]
    return {canonical(actor) for each in actors for actor in each}


def _named(actors: Iterable[str], paths: Iterable[str]) -> bool:
    return any(f"[{actor}]" in path for path in paths for actor in actors)


def _learners(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the learner entries in cohorts, or in what a change took away or added."""
    if isinstance(value, list):
        for each in value:
            yield from _learners(each)
    elif isinstance(value, dict):
        if not value.keys().isdisjoint(("mbox", "account", "also")):
            yield value
        yield from _learners(value.get("learners", []))


def _of_parameters(parameters: Mapping[str, str]) -> set[str]:
    """Return the actors who were asked about: keys, or agents as JSON."""
    found = set()
    for name in ("agent", "actor", "person"):
        text = parameters.get(name, "")
        if text.startswith("{"):
            with suppress(InvalidQuery):
                found.add(actor_key(parse_agent(text)) or "")
        else:
            found.add(text)
    return found - {""}
